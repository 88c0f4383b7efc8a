"""What is measured of one variable, by its kind."""

from __future__ import annotations

from ...codebook.variable import (
    BooleanVariable,
    CategoryVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    OrdinalVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from .. import installed as _installed  # noqa: F401
from ..resampling import Resampler
from ..result import VariableResult
from .boolean import measure_boolean
from .closed import measure_category, measure_ordinal
from .common import Column
from .date import measure_date
from .numbers import measure_count, measure_quantity

__all__ = ["Column", "measure"]


def measure(variable: Variable, column: Column, resampler: Resampler) -> VariableResult:
    """Everything measured of one variable. ``column`` has a place for each report of ``resampler``, in the
    same order (see ``Paired.column``).

    Plain proportions have Wilson intervals, the rest BCa intervals over reports; what is not defined for
    these cells has no value and a note. ``docs/reference/metrics.md`` gives every formula.
    """
    match variable:
        case BooleanVariable():
            return measure_boolean(variable, column, resampler)
        case CategoryVariable():
            return measure_category(variable, column, resampler)
        case OrdinalVariable():
            return measure_ordinal(variable, column, resampler)
        case CountVariable():
            return measure_count(variable, column, resampler)
        case QuantityVariable():
            return measure_quantity(variable, column, resampler)
        case DateVariable():
            return measure_date(variable, column, resampler)
        case TextVariable():
            from .text import measure_text

            return measure_text(variable, column, resampler)
        case SpansVariable():
            from .mentions import measure_mentions

            return measure_mentions(variable, column, resampler)
        case GroupVariable():
            from .groups import measure_group

            return measure_group(variable, column, resampler)
