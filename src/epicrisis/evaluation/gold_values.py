"""What people write in cells, as the values that answers have."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    DateVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from ..extraction.checking import InvalidValueError, check, option
from ..reading.columns import look_like_names, nearest
from ..reading.table import key

#: How people and spreadsheets say yes and no, in English, Dutch and German (Excel writes WAAR and WAHR).
_YES = frozenset({"true", "yes", "y", "1", "ja", "j", "waar", "wahr"})
_NO = frozenset({"false", "no", "n", "0", "nee", "nein", "onwaar", "falsch"})
#: What statistics programs write for a missing value.
_MISSING = frozenset({"NA", "N/A", "NaN", "#N/A"})
_TIME = re.compile(r"(?<=[0-9]{2})[T ][0-9]{2}:.*", re.S)
_MENTION_END = "; "
#: The columns (or keys) that may stand beside a value, as ``export`` writes them.
BESIDE = ("status", "evidence", "unit", "grade", "confidence", "votes", "notes")


def is_blank(variable: Variable, raw: Any) -> bool:
    """Whether nothing is written here. ``NA`` is nothing, unless it is one of the options."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return False
    text = raw.strip()
    if isinstance(variable, ClosedVariable) and option(variable.values, text) is not None:
        return False
    return not text or text in _MISSING


def value_of(variable: Variable, raw: Any, unit: str | None = None) -> Any:
    """The value of a cell as ``GoldCell.value`` has it; ``[]`` for mentions and groups of none.

    Raises ``InvalidValueError`` with what is wrong, in words that follow the variable's name; they hold
    no free text.
    """
    if isinstance(variable, SpansVariable):
        return mentions(variable, raw)
    if isinstance(variable, GroupVariable):
        return items(variable, raw)
    return scalar(variable, raw, unit)


def scalar(variable: Variable, raw: Any, unit: str | None = None) -> Any:
    """A single value. Raises ``InvalidValueError``."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    match variable:
        case BooleanVariable():
            return _boolean(raw)
        case ClosedVariable():
            return _option(variable, raw)
        case QuantityVariable():
            if isinstance(raw, str) and raw.lstrip().startswith("{"):
                raw = _from_json(raw.strip())
            found = check(variable, {"value": raw, "unit": unit} if unit else raw)
            return {"value": found["value"], "unit": found["unit"]}
        case DateVariable():
            return check(variable, _TIME.sub("", raw.strip()) if isinstance(raw, str) else raw)
        case TextVariable():
            # A person may say more than a model is allowed to.
            return " ".join((raw if isinstance(raw, str) else key(raw)).split())
        case _:
            return check(variable, raw)


def _boolean(raw: Any) -> bool:
    word = raw.strip().casefold() if isinstance(raw, str) else key(raw)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InvalidValueError("must be true or false (or yes or no, 1 or 0)")


def _option(variable: ClosedVariable | SpansVariable, raw: Any) -> str | int | float:
    found = option(variable.values, raw)
    if found is not None:
        return found
    labels = _labels(variable)
    folded = key(raw).strip().casefold()
    if folded in labels:
        return labels[folded]
    raise InvalidValueError(_no_option(variable, key(raw).strip()))


def _labels(variable: ClosedVariable | SpansVariable) -> dict[str, str | int | float]:
    """The options by how people read them, in all languages."""
    found: dict[str, str | int | float] = {}
    for one in variable.options:
        label = one.label
        texts: Iterable[str] = () if label is None else (label,) if isinstance(label, str) else label.values()
        for text in texts:
            found.setdefault(text.strip().casefold(), one.value)
    return found


def _no_option(variable: ClosedVariable | SpansVariable, written: str) -> str:
    """What is allowed; the value itself only where it is as short as an option, and so no report's text."""
    shown = f"{written!r} " if look_like_names([written]) or len(written) <= 12 else ""
    names = [str(value) for value in variable.values]
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"{shown}is not one of: {listed}.{_nearest(variable, written)}"


def _nearest(variable: ClosedVariable | SpansVariable, written: str) -> str:
    numbers = [value for value in variable.values if not isinstance(value, str)]
    try:
        wanted = float(written.replace(",", "."))
    except ValueError:
        wanted = math.nan
    if math.isfinite(wanted) and len(numbers) == len(variable.values):
        return f" The nearest is {min(numbers, key=lambda value: abs(value - wanted))}."
    by_text = {str(value): str(value) for value in variable.values}
    by_text |= {text: str(value) for text, value in _labels(variable).items()}
    close = nearest(written, by_text)
    found = re.search(r"'(.*)'\?$", close)
    return f" Did you mean {by_text[found[1]]!r}?" if found and found[1] in by_text else close


def mentions(variable: SpansVariable, raw: Any) -> list[dict[str, Any]]:
    """Mentions from JSON (a list of texts, or of objects with ``text`` and, if known, ``type``, ``start``
    and ``end``), or from the words of a CSV export: ``ascal [drug]; 80 mg [dose]``, whose places are not
    known. In the latter a mention without a type cannot hold ``;`` and a space. Raises
    ``InvalidValueError``."""
    if isinstance(raw, str):
        raw = raw.strip()
        if not re.match(r"\[\s*[\[{\"\]]", raw):
            return [mention(variable, text, kind) for text, kind in _written_mentions(variable, raw)]
        raw = _from_json(raw)
    if not isinstance(raw, list):
        raise InvalidValueError("must be a list of mentions")
    found = []
    for one in raw:
        document = {"text": one} if isinstance(one, str) else one
        if not isinstance(document, Mapping):
            raise InvalidValueError('must be a list of mentions such as {"text": ..., "type": ...}')
        found.append(
            mention(
                variable,
                document.get("text"),
                document.get("type"),
                document.get("start"),
                document.get("end"),
            )
        )
    return found


def mention(
    variable: SpansVariable, text: Any, kind: Any = None, start: Any = None, end: Any = None
) -> dict[str, Any]:
    """One mention. Raises ``InvalidValueError``."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidValueError("has a mention without text")
    given = kind is not None and key(kind).strip() != ""
    if given and variable.options:
        try:
            kind = _option(variable, kind)
        except InvalidValueError as problem:
            raise InvalidValueError(f"has a mention whose type {problem}") from None
    first, last = _offset(start), _offset(end)
    if (first is None) != (last is None) or (first is not None and last is not None and last <= first):
        raise InvalidValueError("has a mention whose start and end do not fit")
    return {"text": text, "type": kind if given else None, "start": first, "end": last}


def _offset(raw: Any) -> int | None:
    if raw is None or raw == "":
        return None
    try:
        number = float(raw)
    except (TypeError, ValueError):
        number = -1.0
    if isinstance(raw, bool) or number < 0 or not number.is_integer():
        raise InvalidValueError("has a mention whose start or end is no whole number from 0")
    return int(number)


def _written_mentions(variable: SpansVariable, text: str) -> list[tuple[str, str | None]]:
    kinds = "|".join(re.escape(str(value)) for value in sorted(variable.values, key=lambda v: -len(str(v))))
    if not kinds:
        return [(one, None) for one in text.split(_MENTION_END) if one.strip()]
    typed = re.compile(rf"(?P<text>.+?) \[(?P<kind>{kinds})\](?:; *|\s*\Z)", re.S | re.I)
    found: list[tuple[str, str | None]] = []
    place = 0
    while match := typed.match(text, place):
        found.append((match["text"], match["kind"]))
        place = match.end()
    for rest in text[place:].split(_MENTION_END):
        if ending := re.fullmatch(r"(.+) \[([^\[\]]+)\]\s*", rest, re.S):
            found.append((ending[1], ending[2]))  # of a type that is none, which is complained of
        elif rest.strip():
            found.append((rest, None))
    return found


def items(variable: GroupVariable, raw: Any) -> list[dict[str, Any]]:
    """A group's items from JSON: objects with the sub-variables as keys. Raises ``InvalidValueError``."""
    if isinstance(raw, str):
        raw = _from_json(raw.strip())
    if isinstance(raw, Mapping):
        raw = [raw]
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise InvalidValueError("must be a JSON list of objects, one for each item")
    return [item(variable, one) for one in raw]


def item(variable: GroupVariable, raw: Mapping[str, Any]) -> dict[str, Any]:
    """One item: every sub-variable, ``None`` where it is silent. Raises ``InvalidValueError``."""
    parts = {part.name: part for part in variable.variables}
    for name in raw:
        base, _, beside = name.rpartition("__")
        if name not in parts and not (base in parts and beside in BESIDE):
            shown = f" {name!r}" if look_like_names([name]) else ""
            raise InvalidValueError(f"has a key{shown} that is no sub-variable.{nearest(name, parts)}")
    found: dict[str, Any] = {}
    for name, part in parts.items():
        value = raw.get(name)
        unit = raw.get(f"{name}__unit")
        try:
            silent = value is None or is_blank(part, value)
            found[name] = None if silent else scalar(part, value, unit if isinstance(unit, str) else None)
        except InvalidValueError as problem:
            raise InvalidValueError(f"{name!r} {problem}") from None
    return found


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidValueError(f"is not valid JSON ({error.msg}, at character {error.pos + 1})") from None
    except ValueError:
        raise InvalidValueError("is not valid JSON (a number too long)") from None
    except RecursionError:
        raise InvalidValueError("is not valid JSON (nested too deep)") from None
