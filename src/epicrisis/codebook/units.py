"""Units of quantities: which ones a report may use, and conversion to the one the table is in.

Units are read by Pint, and what it cannot read as codes of UCUM (``mm[Hg]``, ``[IU]/L``, ``{cells}/uL``).
"""

from __future__ import annotations

import functools
import math
import re
import threading
from typing import Any, NamedTuple

from .names import names_of
from .ucum import definitions, quantity
from .variable import BaseVariable, QuantityVariable

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
    "yr": "year",
    "yrs": "year",
    "°C": "degC",
    "°F": "degF",
}
_EQUIVALENTS = re.compile(r"(?<![A-Za-z])(m|u|µ|μ|n)?[Ee]q(?![A-Za-z])")
_POWER = re.compile(r"(?<=[A-Za-z])([23])(?![\w])")
_RAISED = str.maketrans({"²": "2", "³": "3"})
#: ``10^9/L``: so many of them.
_SCALED = re.compile(r"10(?:\^|\*\*?)(?P<power>[0-9]{1,2})/(?P<unit>\S.*)", re.S)
#: What can be a unit: a short text with one power at most. Pint computes what it reads, ``9^9^9^9`` too.
_UNIT = re.compile(
    r"(?!.*\d{3})(?!.*(?:\^|\*\*).*(?:\^|\*\*))(?:[^\W\d_]|[°%]|1/[^\W\d_])[\w /*^.·°%-]{0,23}"
)

#: Words for substances with one charge, of which a mEq is a mmol, and for some with more.
_MONOVALENT = re.compile(
    r"sodium|natrium|na|potassium|kalium|k|chlorid|chloride|chloor|chlore|cl|lithium|li"
    r"|bicarbonate|bicarbonaat|bikarbonat|hydrogencarbonat|hco3"
)
_POLYVALENT = re.compile(r"calcium|ca|magnesium|mg|phosphate?|fosfaat|sulfate?|sulfaat")


_reading = threading.Lock()


class Measure(NamedTuple):
    """What a computed number is in: a Pint unit, and how many of them one is (``10^9/L``)."""

    scale: float
    unit: pint.Unit  # type: ignore[name-defined]  # noqa: F821

    def __str__(self) -> str:
        unit = f"{self.unit:~}".replace(" ", "") or "1"
        return unit if self.scale == 1 else f"{self.scale:g} {unit}"


def accepted_units(variable: QuantityVariable) -> list[str]:
    """The units an answer may carry: the codebook's, then the others of the same family. Where ``reduce`` is
    ``product``, the lengths that an area or a volume is written in too."""
    units = dict.fromkeys([variable.unit, *variable.units])
    if not variable.units:
        for family in _FAMILIES:
            if variable.unit in family:
                units.update(dict.fromkeys(family))
        if variable.reduce == "product":
            units.update(dict.fromkeys(("mm", "cm")))
    return list(units)


def convert(number: float, unit: str, target: str) -> float | None:
    """``number`` of ``unit`` in ``target``; ``None`` where no factor joins them (mg/dL to mmol/L
    needs to know the substance, mEq/L to mmol/L its charge). Rounded to 10 significant digits, against
    binary noise."""
    if unit == target:
        return number
    factor = _factor(unit, target)
    if factor is None:
        return None
    scale, offset = factor
    return float(f"{number * scale + offset:.10g}")


def convert_for(variable: QuantityVariable, number: float, unit: str, target: str) -> float | None:
    """``convert`` for an amount of this variable: of a substance with one charge (sodium, potassium,
    chloride, bicarbonate, lithium) a mEq is a mmol."""
    converted = convert(number, unit, target)
    if converted is None and monovalent(variable):
        return convert(number, _EQUIVALENTS.sub(r"\1mol", unit), _EQUIVALENTS.sub(r"\1mol", target))
    return converted


def monovalent(variable: BaseVariable) -> bool:
    """Whether the variable's name, label or synonyms say that it is a substance with one charge."""
    words = {word for text in names_of(variable) for word in re.split(r"[\W_]+", text.casefold())}
    return any(map(_MONOVALENT.fullmatch, words)) and not any(map(_POLYVALENT.fullmatch, words))


def measure(unit: str) -> Measure | None:
    """The unit to compute with; ``None`` for what is no unit (a score, HU) and for temperatures, whose zero
    is not nothing."""
    found = _measure("dimensionless" if unit == "1" else unit)
    if found is None or _registry().Quantity(0.0, found.unit).to_base_units().magnitude != 0:
        return None
    return found


def times(one: Measure, other: Measure) -> Measure:
    return Measure(one.scale * other.scale, one.unit * other.unit)


def over(one: Measure, other: Measure) -> Measure:
    return Measure(one.scale / other.scale, one.unit / other.unit)


def factor(one: Measure, other: Measure) -> float | None:
    """What a number in ``one`` is multiplied with to be in ``other``; ``None`` where they do not compare."""
    if one.unit.dimensionality != other.unit.dimensionality:
        return None
    found = float(_registry().Quantity(1.0, one.unit).to(other.unit).magnitude) * one.scale / other.scale
    return float(f"{found:.12g}") if math.isfinite(found) else None


def spelled(unit: str) -> str:
    """A unit as it is compared with other spellings of it: ``cm³``, ``cm^3`` and ``cm3`` are the same."""
    plain = unit.translate(_RAISED).replace("*", "").replace("^", "").replace("μ", "µ")
    return re.sub(r"\s+", "", plain).casefold()


@functools.lru_cache(maxsize=256)
def _factor(unit: str, target: str) -> tuple[float, float] | None:
    """``(scale, offset)`` from two points, which also serves temperatures."""
    one, other = _measure(unit), _measure(target)
    if one is None or other is None:
        return None
    quantity = _registry().Quantity
    try:
        zero, full = (
            quantity(number * one.scale, one.unit).to(other.unit).magnitude / other.scale
            for number in (0.0, 1.0)
        )
        scale, offset = float(full - zero), float(zero)
    except Exception:  # Pint raises errors of any kind, AssertionError too, for what is no unit
        return None
    return (scale, offset) if math.isfinite(scale) and math.isfinite(offset) else None


@functools.lru_cache(maxsize=256)
def _measure(unit: str) -> Measure | None:
    scale = 1.0
    if scaled := _SCALED.fullmatch(unit):
        scale, unit = 10.0 ** int(scaled["power"]), f"1/{scaled['unit']}"
    return _pint(unit, scale) or _ucum(unit, scale)


def _pint(unit: str, scale: float) -> Measure | None:
    unit = _SPELLING.get(unit, unit)
    unit = _EQUIVALENTS.sub(r"\1Eq", unit)
    unit = unit.replace("cmH2O", "cmH_2O").translate(_RAISED)
    unit = _POWER.sub(r"**\1", unit).replace("cmH_2O", "cmH2O")
    if not _UNIT.fullmatch(unit):
        return None
    try:
        return Measure(scale, _registry().Unit(unit))
    except Exception:  # as above
        return None


def _ucum(unit: str, scale: float) -> Measure | None:
    one = quantity(unit, _registry())
    return None if one is None else Measure(scale * float(one.magnitude), one.units)


def _registry() -> pint.UnitRegistry:  # type: ignore[name-defined]  # noqa: F821
    # Reading Pint's units takes half a second: threads that all begin with an amount share one.
    with _reading:
        return _read_registry()


@functools.lru_cache(maxsize=1)
def _read_registry() -> pint.UnitRegistry:  # type: ignore[name-defined]  # noqa: F821
    import pint

    registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    # Amounts of their own: nothing but the substance says what one weighs.
    registry.load_definitions(list(definitions()))
    registry.define("charge_equivalent = [charge_equivalent] = Eq")
    return registry
