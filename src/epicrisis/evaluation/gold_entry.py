"""One cell of a gold file: what is written, with what stands beside it, as a human's answer."""

from __future__ import annotations

from typing import Any

from ..codebook.variable import ClosedVariable, GroupVariable, SpansVariable, Variable
from ..extraction.answer import Status
from ..extraction.checking import InvalidValueError, option
from ..reading.columns import look_like_names
from ..reading.table import key
from .gold_cell import Blank, GoldCell
from .gold_values import is_blank, value_of

STATUSES_HINT = f"The statuses are {', '.join(Status)}; without one, the value alone decides."


def gold_cell(
    variable: Variable, raw: Any, *, unit: Any = None, status: Any = None, quote: Any = None, blank: Blank
) -> GoldCell | None:
    """The cell; ``None`` if it is not scored: left blank where blanks are ignored, or ``failed``, which is
    no human's answer.

    A status without a value may stand in the value's own place. Raises ``InvalidValueError`` with what is
    wrong, in words that follow the variable's name.
    """
    named = status_of(status)
    nothing = raw is None or (isinstance(raw, str) and not raw.strip())
    # Beside a status that has a value, "NA" is that value.
    empty = nothing or (is_blank(variable, raw) and not (named is not None and named.has_value))
    if named is None and not empty:
        named = _in_place(variable, raw)
        empty = named is not None
    if named is Status.FAILED:
        return None
    words = key(quote).strip() or None if quote is not None else None
    if empty:
        if named is not None and named.has_value:
            raise InvalidValueError(f"is '{named}' and has no value")
        if named is None and blank is Blank.IGNORE:
            return None
        return GoldCell(named or Status.NOT_MENTIONED, None, words)
    if named is not None and not named.has_value:
        raise InvalidValueError(f"is '{named}' and has a value")
    value = value_of(variable, raw, key(unit).strip() or None if unit is not None else None)
    if value == [] and isinstance(variable, SpansVariable | GroupVariable):
        return GoldCell(Status.NOT_MENTIONED, None, words)
    return GoldCell(named or Status.STATED, value, words)


def status_of(raw: Any) -> Status | None:
    """The status that is written, ``None`` where there is none. Raises ``InvalidValueError``."""
    text = key(raw).strip()
    try:
        return Status(_folded(text)) if text else None
    except ValueError:
        shown = f", {text!r}" if look_like_names([text]) else ""
        raise InvalidValueError(f"has no known status{shown}") from None


def _in_place(variable: Variable, raw: Any) -> Status | None:
    """The status without a value that is written where the value would be."""
    if not isinstance(raw, str):
        return None
    if isinstance(variable, ClosedVariable) and option(variable.values, raw) is not None:
        return None
    word = _folded(raw)
    return next((status for status in Status if not status.has_value and status == word), None)


def _folded(text: str) -> str:
    return text.strip().lower().replace(" ", "_").replace("-", "_")
