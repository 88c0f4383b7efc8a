"""Charts as places on a sheet, which templates draw with SVG attributes; tables hold the numbers too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from .kept import Point

#: The sheet, and where the plot lies on it.
WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 26, 12, 46
#: The shape of each kind of confidence; the order of the package's own charts.
SHAPES = ("circle", "square", "triangle", "diamond", "cross")


F = TypeVar("F", bound="Frame")


class Tick(BaseModel):
    """``at`` on the sheet, and the share that stands there."""

    at: float
    share: float


class Frame(BaseModel):
    """A plot with shares on both axes. ``low_x`` and ``low_y``: where the axes begin."""

    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    low_x: float = 0.0
    low_y: float = 0.0
    across: list[Tick] = []
    up: list[Tick] = []

    def x(self, share: float) -> float:
        return round(self.left + (self.right - self.left) * (share - self.low_x) / (1 - self.low_x), 1)

    def y(self, share: float) -> float:
        return round(self.bottom - (self.bottom - self.top) * (share - self.low_y) / (1 - self.low_y), 1)


class ReviewChart(Frame):
    """Accuracy by the share that is reviewed: ``line`` is a path, ``band`` its interval."""

    line: str = ""
    band: str = ""
    target: float | None = None


class Dot(BaseModel):
    """A bin of answers of like confidence."""

    x: float
    y: float
    low: float | None
    high: float | None
    shape: str


class ReliabilityChart(Frame):
    dots: list[Dot] = []
    methods: list[tuple[str, str]] = []


class Bar(BaseModel):
    """A share and its interval, from 0 to 100."""

    value: float
    low: float
    high: float


def review_chart(points: Sequence[Point], target: float | None) -> ReviewChart | None:
    """The curve of review; ``None`` where nobody knows which answers are uncertain."""
    if not points:
        return None
    lowest = min([one.accuracy if one.low is None else one.low for one in points] + [target or 1.0])
    chart = _framed(ReviewChart(low_y=max(0.0, int(lowest * 10) / 10)))
    chart.line = _path([(chart.x(one.reviewed), chart.y(one.accuracy)) for one in points])
    low = [(chart.x(one.reviewed), chart.y(one.accuracy if one.low is None else one.low)) for one in points]
    high = [
        (chart.x(one.reviewed), chart.y(one.accuracy if one.high is None else one.high)) for one in points
    ]
    chart.band = f"{_path([*high, *reversed(low)])}Z"
    chart.target = None if target is None else chart.y(target)
    return chart


def reliability_chart(fits: Sequence[Mapping[str, Any]]) -> ReliabilityChart | None:
    """Mean confidence of bins against the share that is right, as the evaluation's document has them."""
    if not fits:
        return None
    chart = _framed(ReliabilityChart())
    for fit, shape in zip(fits, SHAPES, strict=False):
        chart.methods.append((fit["method"], shape))
        for one in fit["bins"]:
            right = one["right"]
            if right["value"] is None:
                continue
            chart.dots.append(
                Dot(
                    x=chart.x(one["confidence"]),
                    y=chart.y(right["value"]),
                    low=None if right["low"] is None else chart.y(right["low"]),
                    high=None if right["high"] is None else chart.y(right["high"]),
                    shape=shape,
                )
            )
    return chart


def bar(estimate: Mapping[str, Any]) -> Bar | None:
    """The bar of a share with an interval; ``None`` for anything that does not lie between 0 and 1."""
    value, low, high = (estimate.get(name) for name in ("value", "low", "high"))
    if value is None or low is None or high is None or min(value, low) < 0 or max(value, high) > 1:
        return None
    return Bar(value=100 * value, low=100 * low, high=100 * high)


def _framed(chart: F) -> F:
    """With ticks: every tenth, or every fifth of the whole scale."""
    step = 0.1 if chart.low_y >= 0.5 else 0.2
    chart.up = [Tick(at=chart.y(share), share=share) for share in _shares(chart.low_y, step)]
    chart.across = [Tick(at=chart.x(share), share=share) for share in _shares(0.0, 0.2)]
    return chart


def _shares(low: float, step: float) -> list[float]:
    count = round((1 - low) / step)
    return [round(1 - step * number, 3) for number in range(count, -1, -1) if 1 - step * number >= low - 1e-9]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
