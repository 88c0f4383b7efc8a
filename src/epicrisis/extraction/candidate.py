"""What the model said of one variable, taken apart and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from epicrisis.codebook.variable import GroupVariable, SpansVariable, Variable
from epicrisis.prompting import Form

from .checking import InvalidValueError, check

MISSING = object()


@dataclass(slots=True)
class Candidate:
    """``value`` is checked (``None``: not mentioned). ``problem`` is the complaint where it is not valid."""

    value: Any = None
    quote: str | None = None
    problem: str | None = None

    @property
    def empty(self) -> bool:
        return self.value is None and self.problem is None


def candidate(variable: Variable, raw: Any, form: Form, absent: str | None) -> Candidate:
    """``raw``: the member of the model's answer, or ``MISSING``."""
    if raw is MISSING:
        return Candidate(problem="is missing from the answer")
    if isinstance(variable, SpansVariable | GroupVariable):
        if raw is None or raw == absent:
            return Candidate()
        if not isinstance(raw, list):
            return Candidate(problem="must be a list")
        items = [item for item in raw if isinstance(item, dict)]
        return Candidate(value=items[: variable.max_items] or None)
    value, quote = raw, None
    if form.quotes and isinstance(raw, dict):
        value, quote = raw.get("value"), raw.get("quote")
    quote = quote if isinstance(quote, str) and quote.strip() else None
    if value is None or (absent is not None and value == absent):
        if variable.allows("not_mentioned"):
            return Candidate()
        return Candidate(problem="must have a value")
    try:
        return Candidate(value=check(variable, value), quote=quote)
    except InvalidValueError as problem:
        return Candidate(quote=quote, problem=str(problem))
