"""How an adapter is asked: as it was trained, where nobody chose otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from epicrisis.adapter import CARD, Adapter
from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import ModelError, OptionError
from epicrisis.prompting import PROMPT_VERSION, Form

from .options import ExtractionOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The options that a card holds, and what each must be there.
_ASKED: Mapping[str, tuple[type, ...]] = {
    "form": (str,),
    "absent": (str, type(None)),
    "examples": (int,),
    "bare": (bool,),
    "compact": (bool,),
    "second_look": (bool,),
    "repair": (bool,),
}


def adapted(adapter: Adapter, **chosen: Any) -> ExtractionOptions:
    """The options that the adapter was trained with, and those ``chosen`` otherwise that are not ``None``.

    Raises ``ModelError`` for a card whose options make no sense.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    return ExtractionOptions(**{**_trained_with(adapter), **given, "adapter": adapter})


def with_adapter(options: ExtractionOptions | None, adapter: Adapter) -> ExtractionOptions:
    """The same for options that exist: what is at its default there counts as not chosen.

    Options that hold this adapter were made for it and stay as they are. Raises ``OptionError`` for options
    that hold another.
    """
    if options is None:
        return adapted(adapter)
    if options.adapter is not None:
        if options.adapter.digest != adapter.digest:
            raise OptionError(
                f"The options are for the adapter {options.adapter.name!r}, not for {adapter.name!r}.",
                hint="Name one of them.",
            )
        return options
    usual = ExtractionOptions()
    chosen = {
        field.name: getattr(options, field.name)
        for field in fields(options)
        if getattr(options, field.name) != getattr(usual, field.name)
    }
    return replace(ExtractionOptions(**{**_trained_with(adapter), **chosen}), adapter=adapter)


def notes(options: ExtractionOptions, codebook: Codebook) -> Iterator[str]:
    """In what the adapter is asked otherwise than it was trained; nothing without one.

    Raises ``OptionError`` for another codebook where the prompt does not tell what is asked.
    """
    adapter = options.adapter
    if adapter is None:
        return
    trained = _trained_with(adapter)
    if adapter.codebook_digest not in (None, codebook.digest):
        asked = f"{codebook.name} (version {codebook.version})"
        same_name = " The names are the same, the content is not." if asked == adapter.codebook_name else ""
        if options.bare or trained.get("bare"):
            raise OptionError(
                f"The adapter {adapter.name!r} was trained for the codebook {adapter.codebook_name}, without "
                f"definitions; it cannot be asked about {asked}.{same_name}",
                hint="Use the codebook it was trained for, tune an adapter for this one, or tune without "
                "--bare: then definitions are part of what it is asked.",
                path=adapter.folder,
            )
        yield (
            f"The adapter {adapter.name!r} was trained for the codebook {adapter.codebook_name}, not for "
            f"{asked}.{same_name}"
        )
    version = adapter.asking.get("prompt_version")
    if version is not None and version != PROMPT_VERSION:
        yield (
            f"The adapter {adapter.name!r} was trained with another wording of the prompt (version "
            f"{version}; this epicrisis has {PROMPT_VERSION}): tune it again for what it can do."
        )
    other = [
        f"{name.replace('_', ' ')} {_plain(value)}, now {_plain(getattr(options, name))}"
        for name, value in trained.items()
        if getattr(options, name) != value
    ]
    if other:
        yield f"The adapter {adapter.name!r} was trained to be asked otherwise: {'; '.join(other)}."


def _trained_with(adapter: Adapter) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kinds in _ASKED.items():
        if name not in adapter.asking:
            continue
        value = adapter.asking[name]
        if type(value) not in kinds:
            raise _senseless(adapter, name)
        found[name] = value
    if "form" in found:
        try:
            found["form"] = Form(found["form"])
        except ValueError:
            raise _senseless(adapter, "form") from None
    if found.get("examples", 0) < 0:
        raise _senseless(adapter, "examples")
    return found


def _senseless(adapter: Adapter, name: str) -> ModelError:
    return ModelError(
        f"The adapter's card says something of {name!r} that makes no sense here.",
        hint="It may come from another epicrisis: tune again.",
        path=adapter.folder / CARD,
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
