"""A forest plot: differences with their intervals on one scale, zero in the middle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..estimate import Estimate
from .result import Comparison, Verdict

_SCALES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
#: A marker is filled where a difference is shown, so that it reads without colour.
SHOWN, NOT_SHOWN = "●", "○"
_ZERO, _LINE, _LEFT, _RIGHT = "│", "─", "├", "┤"


def scale(comparison: Comparison) -> float:
    """The end of the scale for the accuracies of all runs, the same to both sides of 0."""
    shown = [one.difference for one in comparison.overall]
    for variable in comparison.variables:
        shown.extend(one.difference for one in variable.differences)
    return scale_of(shown)


def scale_of(differences: Iterable[Estimate]) -> float:
    """The smallest scale that holds the differences and their intervals."""
    furthest = max((abs(bound) for one in differences for bound in _bounds(one)), default=0.0)
    return next((end for end in _SCALES if furthest <= end), furthest)


def line(difference: Estimate, verdict: Verdict, end: float, width: int) -> str:
    """One row of ``width`` characters (odd) from ``-end`` to ``+end``."""
    cells = [" "] * width
    middle = width // 2
    cells[middle] = _ZERO
    if difference.value is None:
        return "".join(cells).rstrip()
    if difference.low is not None and difference.high is not None:
        low, high = _place(difference.low, end, width), _place(difference.high, end, width)
        cells[low : high + 1] = _LINE * (high + 1 - low)
        cells[low], cells[high] = _LEFT, _RIGHT
        if low < middle < high:
            cells[middle] = "┼"
    cells[_place(difference.value, end, width)] = _marker(verdict)
    return "".join(cells).rstrip()


def axis(end: float, width: int) -> str:
    """The scale below the rows."""
    low, high = f"-{end:g}", f"+{end:g}"
    half = width // 2
    return f"{low:<{half}}0{high:>{width - half - 1}}"


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a drawn plot: places from 0 (left) to 1 (right); ``None`` where there is nothing."""

    point: float | None
    low: float | None
    high: float | None
    filled: bool


def mark(difference: Estimate, verdict: Verdict, end: float) -> Mark:
    """Where to draw a difference."""

    def place(value: float | None) -> float | None:
        return None if value is None else min(1.0, max(0.0, (value / end + 1) / 2))

    shown = verdict in (Verdict.BETTER, Verdict.WORSE)
    return Mark(place(difference.value), place(difference.low), place(difference.high), shown)


def _marker(verdict: Verdict) -> str:
    return SHOWN if verdict in (Verdict.BETTER, Verdict.WORSE) else NOT_SHOWN


def _bounds(difference: Estimate) -> list[float]:
    return [bound for bound in (difference.value, difference.low, difference.high) if bound is not None]


def _place(value: float, end: float, width: int) -> int:
    return min(width - 1, max(0, round((value / end + 1) / 2 * (width - 1))))
