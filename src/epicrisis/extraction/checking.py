"""A value from the model, checked against its variable's kind, range and options."""

from __future__ import annotations

import contextlib
import datetime
import math
import re
from collections.abc import Sequence
from typing import Any

from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    QuantityVariable,
    TextVariable,
    Variable,
)

from .amounts import read_amount
from .invalid import InvalidValueError
from .quantities import canonical, of_number

__all__ = ["InvalidValueError", "check", "option"]

_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:e[-+]?[0-9]+)?", re.I)
_LARGEST = 2.0**53
_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?\Z")


def check(variable: Variable, raw: Any, *, language: str | None = None) -> Any:
    """``raw`` as the table holds it (see ``Answer.value``).

    ``language``: of what a person wrote, which decides what ``1.200`` is (see ``read_amount``); ``None`` for
    what a model wrote. Raises ``InvalidValueError`` with the exact complaint if it breaks the variable's
    kind, options or range.
    """
    match variable:
        case BooleanVariable():
            return _boolean(raw)
        case ClosedVariable():
            return _option(variable, raw)
        case CountVariable():
            return _count(variable, raw)
        case QuantityVariable():
            return _quantity(variable, raw, language)
        case DateVariable():
            return _date(raw)
        case TextVariable():
            return _text(variable, raw)
        case _:
            raise TypeError(f"a {variable.kind} has no single value")


def _boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in ("true", "false"):
        return raw.strip().lower() == "true"
    raise InvalidValueError("must be true or false")


def _option(variable: ClosedVariable, raw: Any) -> str | int | float:
    found = option(variable.values, raw)
    if found is None:
        allowed = ", ".join(str(value) for value in variable.values)
        raise InvalidValueError(f"must be one of: {allowed}")
    return found


def option(values: Sequence[str | int | float], raw: Any) -> str | int | float | None:
    """The one of ``values`` that ``raw`` is: the same, or the same but for case, or the same number."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    for value in values:
        if type(value) is type(raw) and value == raw:
            return value
    folded = str(raw).strip().casefold()
    for value in values:
        if str(value).casefold() == folded:
            return value
    try:
        number = _number(raw)
    except InvalidValueError:
        return None
    return next((value for value in values if not isinstance(value, str) and value == number), None)


def _number(raw: Any) -> float:
    number = math.nan
    if isinstance(raw, str):
        text = raw.strip()
        if _NUMBER.fullmatch(text):
            number = float(text.replace(",", "."))
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        with contextlib.suppress(OverflowError):
            number = float(raw)
    if not math.isfinite(number):
        raise InvalidValueError("must be a number")
    return number


def _count(variable: CountVariable, raw: Any) -> int:
    number = _number(raw)
    # "1,000" is a thousand to some and one to others; nothing is counted beyond what a table's integers hold.
    if not number.is_integer() or abs(number) > _LARGEST or (isinstance(raw, str) and "," in raw):
        raise InvalidValueError("must be a whole number")
    if not variable.range.holds(number):
        raise InvalidValueError(f"{int(number)} is out of range: {variable.range}")
    return int(number)


def _quantity(variable: QuantityVariable, raw: Any, language: str | None) -> dict[str, Any]:
    if isinstance(raw, dict):
        written = raw.get("written")
        kept = written if isinstance(written, str) and written.strip() else None
        return of_number(variable, _number(raw.get("value")), str(raw.get("unit", variable.unit)), kept)
    if not isinstance(raw, str):
        return of_number(variable, _number(raw), variable.unit)
    amount = read_amount(raw, language)
    if amount is None:
        raise InvalidValueError(f"must be a number and a unit, as in 12.5 {variable.unit}")
    return canonical(variable, amount)


def _date(raw: Any) -> str:
    text = str(raw).strip()
    match = _DATE.match(text)
    if match is None:
        raise InvalidValueError("must be a date: YYYY-MM-DD, YYYY-MM or YYYY")
    try:
        datetime.date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        raise InvalidValueError(f"{text} is not a day of the calendar") from None
    return text


def _text(variable: TextVariable, raw: Any) -> str:
    if not isinstance(raw, str):
        raise InvalidValueError("must be text")
    text = " ".join(raw.split())
    if not text:
        raise InvalidValueError("must not be empty")
    if len(text) > variable.max_length:
        raise InvalidValueError(f"must be at most {variable.max_length} characters")
    return text
