"""A value from the model, checked against its variable's kind, range and options."""

from __future__ import annotations

import contextlib
import datetime
import math
import re
from collections.abc import Sequence
from typing import Any

from epicrisis.codebook.units import accepted_units, convert
from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    QuantityVariable,
    TextVariable,
    Variable,
)

_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:e[-+]?[0-9]+)?", re.I)
_QUANTITY = re.compile(r"\s*(?P<number>-?[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>.*?)\s*\Z", re.S)
_LARGEST = 2.0**53
_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?\Z")


class InvalidValueError(ValueError):
    """The value breaks the codebook; the message is the complaint the model is shown. It may hold the
    value, which is the model's, never the report's words at length."""


def check(variable: Variable, raw: Any) -> Any:
    """``raw`` as the table holds it (see ``Answer.value``).

    Raises ``InvalidValueError`` with the exact complaint if it breaks the variable's kind, options or range.
    """
    match variable:
        case BooleanVariable():
            return _boolean(raw)
        case ClosedVariable():
            return _option(variable, raw)
        case CountVariable():
            return _count(variable, raw)
        case QuantityVariable():
            return _quantity(variable, raw)
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


def _quantity(variable: QuantityVariable, raw: Any) -> dict[str, Any]:
    if isinstance(raw, dict):
        number, unit = _number(raw.get("value")), str(raw.get("unit", variable.unit))
    elif isinstance(raw, str):
        match = _QUANTITY.match(raw)
        if match is None:
            raise InvalidValueError(f"must be a number and a unit, as in 12.5 {variable.unit}")
        number, unit = _number(match["number"]), match["unit"] or variable.unit
    else:
        number, unit = _number(raw), variable.unit
    units = accepted_units(variable)
    if unit not in units:
        unit = next((known for known in units if known.casefold() == unit.casefold()), unit)
    converted = convert(number, unit, variable.unit)
    if converted is not None and not math.isfinite(converted):
        raise InvalidValueError("must be a number")
    if converted is None:
        if unit not in units:
            raise InvalidValueError(f"the unit must be one of: {', '.join(units)}")
        # A unit the codebook lists that no factor joins to the table's: kept as it is written.
        return {"value": number, "unit": unit}
    if variable.range is not None and not variable.range.holds(converted):
        raise InvalidValueError(
            f"{converted:g} {variable.unit} is out of range: {variable.range} {variable.unit}"
        )
    return {"value": converted, "unit": variable.unit}


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
