"""What a person says of one answer, checked against the codebook: nothing else gets in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...codebook.variable import (
    DateVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from ...evaluation.gold import cell_of
from ...evaluation.gold_values import items, mentions, scalar
from ...extraction.answer import Answer, Evidence, Status
from ...extraction.checking import InvalidValueError, check
from .dates import read_date
from .texts import fit

#: The longest text and the longest quote, in characters.
LONGEST_TEXT = 10_000
LONGEST_QUOTE = 4_000


@dataclass(frozen=True, slots=True)
class Saying:
    """What a person says: ``value`` as typed or chosen, ``place`` the characters it rests on."""

    status: Status
    value: Any = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was said, as gold holds it (``GoldCell.value``), with the report's own words."""

    status: Status
    value: Any = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None


def checked(variable: Variable, saying: Saying, text: str | None, language: str) -> Checked:
    """``saying`` if the codebook allows it; the quote is taken from ``text`` (``None``: not kept).

    ``language`` (of the report) decides what ``1.200`` and ``3-2-2024`` mean. Raises ``InvalidValueError``
    with what is wrong, in words that follow the variable's name.
    """
    status, value = saying.status, None
    if status.has_value:
        if _nothing(saying.value):
            raise InvalidValueError(f"is {_word(status)}, so it needs a value")
        value = _value(variable, saying.value, text, language)
        if value == []:
            status, value = Status.NOT_MENTIONED, None
    _check_status(variable, status)
    quote, place = _quote(saying.place, text)
    if isinstance(variable, SpansVariable):
        # Mentions are their own evidence.
        first = value[0] if value else None
        if first is None or first["start"] is None:
            return Checked(status, value)
        return Checked(status, value, first["text"], first["start"], first["end"])
    if place is None:
        return Checked(status, value)
    return Checked(status, value, quote, *place)


def accepted(variable: Variable, answer: Answer, text: str | None) -> Checked:
    """The model's answer as a person's. Raises ``InvalidValueError`` if it has none."""
    if answer.status is Status.FAILED:
        raise InvalidValueError("has no answer to accept")
    cell = cell_of(variable, answer)
    status, value = cell.status, cell.value
    if value == []:
        status, value = Status.NOT_MENTIONED, None
    evidence = _within(answer, text)
    if evidence is None:
        return Checked(status, value)
    return Checked(status, value, fit(evidence.quote), evidence.start, evidence.end)


def same(one: Checked, other: Checked) -> bool:
    """Whether both say the same, whatever they rest on."""
    return one.status == other.status and one.value == other.value


def _within(answer: Answer, text: str | None) -> Evidence | None:
    evidence = answer.evidence
    return evidence if evidence is not None and (text is None or evidence.end <= len(text)) else None


def _nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _check_status(variable: Variable, status: Status) -> None:
    if status is Status.FAILED:
        raise InvalidValueError("cannot be failed: that is for answers of a model")
    if not variable.allows(status.value):  # type: ignore[arg-type]
        listed = ", ".join(_word(Status(one)) for one in variable.statuses or ())
        raise InvalidValueError(f"cannot be {_word(status)}: the codebook allows {listed}")


def _word(status: Status) -> str:
    return status.value.replace("_", " ")


def _value(variable: Variable, raw: Any, text: str | None, language: str) -> Any:
    if isinstance(variable, SpansVariable):
        return _mentions(variable, raw, text)
    if isinstance(variable, GroupVariable):
        return _items(variable, raw, language)
    return _scalar(variable, raw, language)


def _scalar(variable: Variable, raw: Any, language: str) -> Any:
    """As ``gold_values.scalar``, but as written in a language."""
    if isinstance(raw, list) or (isinstance(raw, dict) and not isinstance(variable, QuantityVariable)):
        raise InvalidValueError("must be one value")
    if isinstance(raw, str):
        raw = fit(raw)
        if isinstance(variable, QuantityVariable):
            found = check(variable, raw, language=language)
            return {"value": found["value"], "unit": found["unit"]}
        if isinstance(variable, DateVariable):
            return read_date(variable, raw, language)
        if isinstance(variable, TextVariable) and len(raw) > LONGEST_TEXT:
            raise InvalidValueError(f"has at most {LONGEST_TEXT} characters")
    return scalar(variable, raw)


def _items(variable: GroupVariable, raw: Any, language: str) -> list[dict[str, Any]]:
    parts = {part.name: part for part in variable.variables}
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise InvalidValueError("must be a list of items")
    if len(raw) > variable.max_items:
        raise InvalidValueError(f"has at most {variable.max_items} items")
    understood: list[dict[str, Any]] = []
    for number, one in enumerate(raw, 1):
        found: dict[str, Any] = {}
        for name, value in one.items():
            try:
                known = name in parts and not _nothing(value)
                found[name] = _scalar(parts[name], value, language) if known else value
            except InvalidValueError as problem:
                label = name.replace("_", " ")
                raise InvalidValueError(f"item {number}: {label} {problem}") from None
        understood.append(found)
    return [one for one in items(variable, understood) if any(value is not None for value in one.values())]


def _mentions(variable: SpansVariable, raw: Any, text: str | None) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise InvalidValueError("must be a list of mentions")
    if len(raw) > variable.max_items:
        raise InvalidValueError(f"has at most {variable.max_items} mentions")
    given: list[dict[str, Any]] = []
    for one in raw:
        mention = dict(one)
        if one.get("start") is not None and text is not None:
            quote, place = _quote((one["start"], one.get("end")), text)
            assert place is not None
            mention |= {"text": quote, "start": place[0], "end": place[1]}
        elif isinstance(mention.get("text"), str):
            mention["text"] = fit(mention["text"])[:LONGEST_QUOTE]
        if variable.options and _nothing(one.get("type")):
            raise InvalidValueError("has a mention without a type")
        given.append(mention)
    found: list[dict[str, Any]] = []
    for mention in mentions(variable, given):
        if mention not in found:
            found.append(mention)
    return sorted(found, key=lambda one: (one["start"] is None, one["start"] or 0, one["end"] or 0))


def _quote(place: tuple[Any, Any] | None, text: str | None) -> tuple[str | None, tuple[int, int] | None]:
    """The words at a place without the white space around them, and where those are."""
    if place is None:
        return None, None
    if text is None:
        raise InvalidValueError("cannot have evidence: this run kept no texts")
    start, end = place
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in place)
    if not whole or not 0 <= start < end <= len(text):
        raise InvalidValueError("has evidence that is not in the report")
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    if not words:
        raise InvalidValueError("has evidence without words")
    if len(words) > LONGEST_QUOTE:
        raise InvalidValueError(f"has evidence of more than {LONGEST_QUOTE} characters")
    return fit(words), (start, start + len(words))
