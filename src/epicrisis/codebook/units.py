"""Units of quantities: which ones a report may use, and conversion to the one the table is in."""

from __future__ import annotations

import functools
import math
import re

from .variable import QuantityVariable

#: Units that reports use for one another. A codebook that asks for mm must be able to take "3.0 cm" as it
#: is written: a model made to answer in mm writes "3.0 mm".
_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("mm", "cm"),
    ("mg", "g", "kg"),
    ("ml", "l", "cc"),
    ("mL", "L", "cc"),
    ("days", "weeks", "months", "years"),
    ("day", "week", "month", "year"),
    ("g/L", "g/dL"),
    ("mmol/L", "mEq/L"),
)
#: Ways of writing that Pint does not know, or reads as something else.
_SPELLING = {
    "cc": "ml",
    "gr": "g",  # a grain to Pint
    "mEq/L": "mmol/L",
    "yr": "year",
    "yrs": "year",
    "°C": "degC",
    "°F": "degF",
}
#: What can be a unit: a short text with one power at most. Pint computes what it reads, ``9^9^9^9`` too.
_UNIT = re.compile(r"(?!.*\d{3})(?!.*(?:\^|\*\*).*(?:\^|\*\*))(?:[^\W\d_]|[°%])[\w /*^.·°%-]{0,23}")


def accepted_units(variable: QuantityVariable) -> list[str]:
    """The units an answer may carry: the codebook's, then the others of the same family."""
    units = dict.fromkeys([variable.unit, *variable.units])
    if not variable.units:
        for family in _FAMILIES:
            if variable.unit in family:
                units.update(dict.fromkeys(family))
    return list(units)


def convert(number: float, unit: str, target: str) -> float | None:
    """``number`` of ``unit`` in ``target``; ``None`` where no factor joins them (mg/dL to mmol/L
    needs to know the substance). Rounded to 10 significant digits, against binary noise."""
    if unit == target:
        return number
    factor = _factor(unit, target)
    if factor is None:
        return None
    scale, offset = factor
    return float(f"{number * scale + offset:.10g}")


@functools.lru_cache(maxsize=256)
def _factor(unit: str, target: str) -> tuple[float, float] | None:
    """``(scale, offset)`` from two points, which also serves temperatures."""
    if not (_UNIT.fullmatch(unit) and _UNIT.fullmatch(target)):
        return None
    registry = _registry()
    try:
        zero, one = (
            registry.Quantity(number, _SPELLING.get(unit, unit)).to(_SPELLING.get(target, target)).magnitude
            for number in (0.0, 1.0)
        )
        scale, offset = float(one - zero), float(zero)
    except Exception:  # Pint raises errors of any kind, AssertionError too, for what is no unit
        return None
    return (scale, offset) if math.isfinite(scale) and math.isfinite(offset) else None


@functools.lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry:  # type: ignore[name-defined]  # noqa: F821
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
