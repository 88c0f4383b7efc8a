"""The settings that a sweep tries: every combination of a few values."""

from __future__ import annotations

import itertools
import types
import typing
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from ..errors import OptionError
from .settings import CHANGES_NOTHING, FIELDS, TuningSettings

#: More combinations are no small grid, and no evening's work.
MOST = 64
#: What a sweep shares out itself, what decides on which reports trials are compared, and what changes no
#: result.
_NOT_SWEPT = ("epochs", "seed", "validate", *CHANGES_NOTHING)
_COMPARED = "Trials are compared on the same validation reports; give it beside the sweep."
_WHY_NOT = {
    "epochs": "A sweep gives more epochs to what does well; --epochs says how many at the most.",
    "seed": _COMPARED,
    "validate": _COMPARED,
}
_READ_AS = {int: "as a whole number", float: "as a number", bool: "as true or false", str: "as text"}
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}


def grid(spec: str | Mapping[str, Sequence[Any]], base: TuningSettings | None = None) -> list[TuningSettings]:
    """Every combination of the values in ``spec``, the last name changing fastest; the rest as in ``base``.

    ``spec`` is a mapping, or words such as ``learning_rate=2e-4,5e-4 rank=8,16``; target modules that belong
    together are joined by ``+``. Raises ``OptionError`` for names and values that there are not, and for more
    than ``MOST`` combinations.
    """
    values = parsed(spec) if isinstance(spec, str) else {name: list(some) for name, some in spec.items()}
    values = {_name(name): [_value(_name(name), one) for one in some] for name, some in values.items()}
    empty = [name for name, some in values.items() if not some]
    if not values or empty:
        raise OptionError(
            f"There is nothing to try{f' for {empty[0]}' if empty else ''}.",
            hint='Name settings with their values, as in "learning_rate=2e-4,5e-4 rank=8,16".',
        )
    made: dict[TuningSettings, None] = {}
    for combination in itertools.product(*values.values()):
        settings = (base or TuningSettings()).with_(**dict(zip(values, combination, strict=True)))
        settings.check()
        made[settings] = None
    if len(made) > MOST:
        raise OptionError(
            f"{len(made)} combinations are too many to try; {MOST} are the most.", hint="Name fewer values."
        )
    return list(made)


def parsed(words: str) -> dict[str, list[str]]:
    """``rank=8,16`` as names with their values. Raises ``OptionError`` for what is no such pair."""
    found: dict[str, list[str]] = {}
    for pair in words.split():
        name, sign, values = pair.partition("=")
        if not sign or not name:
            raise OptionError(
                f"{pair!r} is no setting with its values.", hint='Write them as in "rank=8,16 dropout=0,0.1".'
            )
        if _name(name) in found:
            raise OptionError(f"{name} is there twice.", hint="Put all its values behind one name.")
        found[_name(name)] = [one for one in values.split(",") if one]
    return found


def difference(settings: TuningSettings, others: Sequence[TuningSettings]) -> str:
    """What tells settings from the others, in words: ``learning_rate=0.0005 rank=8``."""
    own = settings.as_dict()
    changing = [name for name, value in own.items() if any(one.as_dict()[name] != value for one in others)]
    return " ".join(f"{name}={_written(own[name])}" for name in changing) or "the only settings"


def _written(value: Any) -> str:
    return (
        "+".join(value)
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _name(name: str) -> str:
    plain = name.strip().lstrip("-").replace("-", "_")
    if plain in _NOT_SWEPT:
        raise OptionError(
            f"{plain} cannot be swept.",
            hint=_WHY_NOT.get(plain, "It changes how fast a training runs, not what comes of it."),
        )
    if plain not in FIELDS:
        possible = ", ".join(one for one in FIELDS if one not in _NOT_SWEPT)
        raise OptionError(f"There is no setting {name!r}.", hint=f"There are: {possible}.")
    return plain


def _value(name: str, given: Any) -> Any:
    """A value in the type that the setting has."""
    kind = typing.get_type_hints(TuningSettings)[name]
    if isinstance(kind, types.UnionType):
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    if not isinstance(given, str):
        return tuple(given) if isinstance(given, list | tuple) else given
    try:
        if typing.get_origin(kind) is tuple:
            return tuple(one for one in given.split("+") if one)
        if kind is bool:
            return _YES_NO[given.casefold()]
        return kind(given)
    except (KeyError, ValueError):
        choices = f"one of {', '.join(kind)}" if issubclass(kind, StrEnum) else _READ_AS[kind]
        raise OptionError(f"{name}={given} cannot be read {choices}.") from None
