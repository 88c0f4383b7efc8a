"""What the model said of one variable, taken apart and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from epicrisis.codebook.variable import GroupVariable, SpansVariable, TextVariable, Variable
from epicrisis.prompting import Form

from .checking import InvalidValueError, check
from .dependencies import all_ruled_out

MISSING = object()
#: The complaint about a variable that the answer does not have.
IS_MISSING = "is missing from the answer"


@dataclass(slots=True)
class Candidate:
    """``value`` is checked (``None``: not mentioned). ``problem`` is the complaint where it is not valid.

    The value of a group is a list of mappings with the parts as the model gave them; ``blemish`` is the
    complaint about parts that are not valid, which spoil the part and not the group. ``confidence`` is the
    probability of what the model said, where the engine tells. ``notes`` go to the answer, and so do
    ``votes``, the share of the samples that said it.
    """

    value: Any = None
    quote: str | None = None
    problem: str | None = None
    blemish: str | None = None
    confidence: float | None = None
    notes: tuple[str, ...] = ()
    votes: float | None = None

    @property
    def empty(self) -> bool:
        return self.value is None and self.problem is None

    @property
    def complaint(self) -> str | None:
        """What is worth asking again about."""
        return self.problem or self.blemish


def candidate(variable: Variable, raw: Any, form: Form, absent: str | None) -> Candidate:
    """``raw``: the member of the model's answer, or ``MISSING``."""
    if raw is MISSING:
        return Candidate(problem=IS_MISSING)
    if isinstance(variable, SpansVariable | GroupVariable):
        return _listed(variable, raw, absent)
    value, quote = raw, None
    if form.quotes and isinstance(raw, dict) and raw.keys() & {"value", "quote"}:
        value, quote = raw.get("value"), raw.get("quote")
    quote = quote if isinstance(quote, str) and quote.strip() else None
    if quote is None and isinstance(variable, TextVariable) and isinstance(value, str):
        # A text is in the report's words: it is its own quote.
        quote = value
    if _silent(variable, value, absent):
        if variable.allows("not_mentioned"):
            return Candidate()
        return Candidate(problem="must have a value")
    try:
        return Candidate(value=check(variable, value), quote=quote)
    except InvalidValueError as problem:
        return Candidate(quote=quote, problem=str(problem))


def parts_of(group: GroupVariable, item: Mapping[str, Any]) -> dict[str, Candidate]:
    """The parts of one item of a group, checked; a part that the item does not have is not mentioned."""
    return {part.name: candidate(part, item.get(part.name), Form.VALUE, None) for part in group.variables}


def _silent(variable: Variable, value: Any, absent: str | None) -> bool:
    if value is None or (absent is not None and value == absent):
        return True
    return isinstance(variable, TextVariable) and isinstance(value, str) and not value.strip()


def _listed(variable: SpansVariable | GroupVariable, raw: Any, absent: str | None) -> Candidate:
    if raw is None or (absent is not None and raw == absent):
        return Candidate()
    if not isinstance(raw, list):
        return Candidate(problem="must be a list")
    items = [
        {name: None if absent is not None and value == absent else value for name, value in item.items()}
        for item in raw
        if isinstance(item, dict)
    ]
    if raw and not items:
        return Candidate(problem="must be a list of objects")
    items = items[: variable.max_items]
    blemish = _blemish(variable, items) if isinstance(variable, GroupVariable) else None
    return Candidate(value=items or None, blemish=blemish)


def _blemish(group: GroupVariable, items: list[dict[str, Any]]) -> str | None:
    complaints = []
    for number, item in enumerate(items, 1):
        found = parts_of(group, item)
        out = all_ruled_out(group.variables, found)
        complaints += [
            f"item {number}, {name}: {part.problem}"
            for name, part in found.items()
            if part.problem is not None and name not in out
        ]
    return "; ".join(complaints) or None
