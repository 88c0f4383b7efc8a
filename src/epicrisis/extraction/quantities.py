"""What an amount, as it was written, is to a variable: its number in the table's unit, and the original."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from epicrisis.codebook.units import accepted_units, convert, convert_for, spelled
from epicrisis.codebook.variable import QuantityVariable

from .amounts import UNIT_WORDS, Amount, find_amounts, read_amount
from .invalid import InvalidValueError

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
#: The longest original that is kept beside a value.
_LONGEST = 80


def canonical(variable: QuantityVariable, amount: Amount) -> dict[str, Any]:
    """The amount as ``Answer.value`` has it: ``value`` and ``unit``, and ``written`` (the original) where it
    is more than a plain number in the table's unit.

    Several measurements become one as ``variable.reduce`` says. Of a range it is the middle, or the upper end
    if that is ``max``; of ``<5`` the 5, and the original tells the rest. Raises ``InvalidValueError``.
    """
    number, unit = _within(variable, *_reduced(variable, amount))
    if _is_plain(amount, unit):
        return {"value": number, "unit": unit}
    return {"value": number, "unit": unit, "written": _original(amount)}


def of_number(
    variable: QuantityVariable, number: float, unit: str, written: str | None = None
) -> dict[str, Any]:
    """A number and its unit as ``Answer.value`` has them; ``written`` is kept. Raises InvalidValueError."""
    number, unit = _within(variable, *_converted(variable, number, unit_in(variable, unit)))
    found: dict[str, Any] = {"value": number, "unit": unit}
    return found if written is None else {**found, "written": written[:_LONGEST]}


def as_written(
    variable: QuantityVariable, value: dict[str, Any], quote: str, language: str | None
) -> dict[str, Any]:
    """The value with the report's own way of writing it, found in its ``quote``: a model that must write JSON
    says ``2.5 cm`` for ``2,5 cm``.

    Where the quote has the same digits and, in the report's language, they are thousands (``1.200 ml`` in
    Dutch, which the model copied and JSON reads as 1.2), the value is the report's; and where it has the same
    number with another unit than the model wrote (``5.2 cm`` for 5.2 mm). Where it has the value as
    one number of a range or of several measurements, and the codebook declares what becomes of those
    (``reduce``), that is the value; else the value stays, and the whole is kept beside it. Where nothing in
    the quote says the value, it stays as it is.
    """
    units = accepted_units(variable)
    copied: dict[str, Any] | None = None
    partial: dict[str, Any] | None = None
    for amount in find_amounts(quote, units, language):
        part = partial is None and amount.shape != "single" and _one_of(variable, amount, value)
        if part:
            partial = {**value, "written": _original(amount)}
        try:
            found = canonical(variable, amount)
        except InvalidValueError:
            continue
        if found["unit"] != value["unit"]:
            continue
        if part and variable.reduce:
            partial = found
        if _equal(found, value):
            return {**value, **({"written": found["written"]} if "written" in found else {})}
        literal = read_amount(amount.written)
        if copied is None and (
            (literal is not None and _says(variable, literal, value)) or _has_number(amount, value)
        ):
            copied = found
    return copied or partial or value


def unit_in(variable: QuantityVariable, written: str) -> str:
    """The one of the variable's units that ``written`` is, by its sign, another spelling of it, or a word;
    ``written`` itself if it is none."""
    units = accepted_units(variable)
    if written in units:
        return written
    plain = spelled(re.sub(r"^[x×*]\s*(?=10)", "", written))
    found = next((known for known in units if spelled(known) == plain), None)
    if found is not None:
        return found
    sign = next((sign for sign, words in UNIT_WORDS if re.fullmatch(words, plain, re.I)), None)
    if sign is None:
        return written
    return next((known for known in units if convert(1.0, sign, known) == 1.0), sign)


def _one_of(variable: QuantityVariable, amount: Amount, value: dict[str, Any]) -> bool:
    """Whether the value is one of the amount's numbers."""
    try:
        numbers = _numbers(variable, amount)
    except InvalidValueError:
        return False
    return any(_equal({"value": number, "unit": unit}, value) for number, unit in numbers)


def _has_number(amount: Amount, value: dict[str, Any]) -> bool:
    """Whether the amount is a single number with a unit, and the value that number with another one."""
    return (
        amount.shape == "single"
        and bool(amount.units[0])
        and math.isclose(amount.numbers[0], value["value"], rel_tol=1e-9)
    )


def _says(variable: QuantityVariable, amount: Amount, value: dict[str, Any]) -> bool:
    try:
        found = canonical(variable, amount)
    except InvalidValueError:
        return False
    return _equal(found, value)


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one["unit"] == other["unit"] and math.isclose(one["value"], other["value"], rel_tol=1e-9)


def _original(amount: Amount) -> str:
    return " ".join(amount.written.split())[:_LONGEST]


def _units(variable: QuantityVariable, amount: Amount) -> list[str]:
    """The unit of each number: of ``12 x 8 mm``, one without has that of the next one that has."""
    units = [unit_in(variable, unit) if unit else "" for unit in amount.units]
    for place in reversed(range(len(units))):
        units[place] = units[place] or (units[place + 1] if place + 1 < len(units) else variable.unit)
    return units


def _numbers(variable: QuantityVariable, amount: Amount) -> list[tuple[float, str]]:
    """Each number in the table's unit, or in its own if no factor leads there."""
    pairs = zip(amount.numbers, _units(variable, amount), strict=True)
    return [_converted(variable, *pair) for pair in pairs]


def _reduced(variable: QuantityVariable, amount: Amount) -> tuple[float, str]:
    units = _units(variable, amount)
    if amount.shape == "several" and variable.reduce is None:
        example = f"12.5 {units[-1]}"
        raise InvalidValueError(
            f"holds {len(units)} measurements; give the one that is asked, as in {example}"
        )
    if amount.shape == "several" and variable.reduce == "product":
        return _product(variable, amount, units)
    numbers = _numbers(variable, amount)
    unit = numbers[0][1]
    if any(other != unit for _, other in numbers):
        raise InvalidValueError("holds amounts in units that cannot be converted")
    plain = [number for number, _ in numbers]
    if amount.shape == "range":
        return (max(plain) if variable.reduce == "max" else _middle(plain)), unit
    if len(plain) == 1:
        return plain[0], unit
    return {"max": max(plain), "short_axis": min(plain)}.get(variable.reduce or "", _middle(plain)), unit


def _within(variable: QuantityVariable, number: float, unit: str) -> tuple[float, str]:
    if not math.isfinite(number):
        raise InvalidValueError("must be a number")
    if variable.range is not None and unit == variable.unit and not variable.range.holds(number):
        raise InvalidValueError(f"{number:g} {unit} is out of range: {variable.range} {variable.unit}")
    return number, unit


def _middle(numbers: Sequence[float]) -> float:
    return float(f"{math.fsum(numbers) / len(numbers):.10g}")


def _product(variable: QuantityVariable, amount: Amount, units: Sequence[str]) -> tuple[float, str]:
    """Lengths multiplied: an area of two, a volume of three."""
    lengths = [convert(number, unit, "mm") for number, unit in zip(amount.numbers, units, strict=True)]
    known = [length for length in lengths if length is not None]
    if len(known) == len(lengths):
        product = convert(math.prod(known), f"mm**{len(known)}", variable.unit)
        if product is not None:
            return product, variable.unit
    raise InvalidValueError(f"holds {len(units)} measurements, whose product is not in {variable.unit}")


def _converted(variable: QuantityVariable, number: float, unit: str) -> tuple[float, str]:
    """The number in the table's unit, or in its own if no factor joins a unit that the codebook lists."""
    if not math.isfinite(number):
        raise InvalidValueError("must be a number")
    converted = convert_for(variable, number, unit, variable.unit)
    if converted is not None:
        return converted, variable.unit
    units = accepted_units(variable)
    if unit not in units:
        raise InvalidValueError(f"the unit must be one of: {', '.join(units)}")
    return number, unit


def _is_plain(amount: Amount, unit: str) -> bool:
    if amount.shape != "single" or amount.sense or not _PLAIN.fullmatch(amount.digits):
        return False
    if float(amount.digits) != amount.numbers[0]:
        return False  # thousands
    return not amount.units[0] or amount.units[0].casefold() == unit.casefold()
