"""The curves of a training as places on a sheet, which templates draw with SVG attributes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from .cards import Estimate
from .history import History

#: The sheet, and where the plot lies on it.
WIDTH, HEIGHT = 560, 280
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 14, 46
#: Points of a curve at most; of more, the mean of neighbours is drawn.
_MOST = 240
#: Where an axis of shares may begin, so that four parts of it are round numbers.
_FROM = (0.0, 0.2, 0.6, 0.8)


class Tick(BaseModel):
    """``at`` on the sheet, and the number that stands there."""

    at: float
    value: float


class Dot(BaseModel):
    """A look at the reports that choose."""

    x: float
    y: float
    best: bool = False


class Plot(BaseModel):
    """A plot over the steps of a training: ``line`` is a path through all steps, ``dashed`` one through the
    ``dots``."""

    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    across: list[Tick] = []
    up: list[Tick] = []
    line: str = ""
    dashed: str = ""
    dots: list[Dot] = []


class Whiskers(BaseModel):
    """A value and its interval before and after, from 0 to 100."""

    before: float
    after: float
    before_low: float
    before_high: float
    after_low: float
    after_high: float


def loss_plot(found: History) -> Plot | None:
    """The loss in training, and on the reports that choose; ``None`` before the first step."""
    if not found.losses:
        return None
    points = _thinned([(one.step, one.loss) for one in found.losses])
    looks = [(one.step, one.loss) for one in found.validations if one.loss is not None]
    highest = _nice(max([y for _, y in points] + [y for _, y in looks]))
    scale = _Scale(_steps(found), 0.0, highest)
    plot = scale.framed()
    plot.line = _path([scale.place(step, loss) for step, loss in points])
    return _with_dots(plot, scale, [(one.step, one.loss, one.best) for one in found.validations])


def score_plot(found: History) -> Plot | None:
    """The score on the reports that choose; ``None`` before the first look."""
    scores = [one.score for one in found.validations if one.score is not None]
    if not scores:
        return None
    shares = all(0 <= one <= 1 for one in scores)
    low = max(one for one in _FROM if one == 0 or one < min(scores)) if shares else min(0.0, *scores)
    scale = _Scale(_steps(found), low, 1.0 if shares else _nice(max(scores)))
    return _with_dots(scale.framed(), scale, [(one.step, one.score, one.best) for one in found.validations])


def size_plot(points: Sequence[tuple[int, float | None, float | None, float | None]]) -> Plot | None:
    """Scores by the number of reports trained on, each a value with the ends of its interval (``line``);
    ``None`` where nothing was scored."""
    known = [(size, value, low, high) for size, value, low, high in points if value is not None]
    if not known:
        return None
    lowest = min(value if low is None else low for _, value, low, _ in known)
    floor = max((one for one in _FROM if one == 0 or one < lowest), default=0.0)
    scale = _Scale(max(size for size, *_ in known), floor, 1.0)
    plot = scale.framed()
    for size, _, low, high in known:
        if low is not None and high is not None:
            plot.line += _path([scale.place(size, low), scale.place(size, high)])
    return _with_dots(plot, scale, [(size, value, False) for size, value, _, _ in known])


def whiskers(before: Estimate, after: Estimate) -> Whiskers | None:
    """``None`` for anything without an interval between 0 and 1."""
    numbers = [before.value, before.low, before.high, after.value, after.low, after.high]
    known = [one for one in numbers if one is not None and 0 <= one <= 1]
    if len(known) < len(numbers):
        return None
    b, b_low, b_high, a, a_low, a_high = (round(100 * one, 1) for one in known)
    return Whiskers(
        before=b, before_low=b_low, before_high=b_high, after=a, after_low=a_low, after_high=a_high
    )


class _Scale:
    """From steps and values to places on the sheet."""

    def __init__(self, steps: int, low: float, high: float) -> None:
        self._steps, self._low, self._high = max(1, steps), low, high if high > low else low + 1

    def place(self, step: float, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - RIGHT - LEFT) * min(1.0, step / self._steps)
        share = (value - self._low) / (self._high - self._low)
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(1.0, max(0.0, share))
        return round(x, 1), round(y, 1)

    def framed(self) -> Plot:
        up = [self._low + (self._high - self._low) * part / 4 for part in range(5)]
        across = sorted({round(self._steps * part / 4) for part in range(5)})
        return Plot(
            up=[Tick(at=self.place(0, one)[1], value=round(one, 4)) for one in up],
            across=[Tick(at=self.place(one, self._low)[0], value=one) for one in across],
        )


def _with_dots(plot: Plot, scale: _Scale, looks: Iterable[tuple[int, float | None, bool]]) -> Plot:
    best = None
    for step, value, is_best in looks:
        if value is not None:
            x, y = scale.place(step, value)
            plot.dots.append(Dot(x=x, y=y))
            best = len(plot.dots) - 1 if is_best else best
    if best is not None:
        plot.dots[best].best = True
    plot.dashed = _path([(one.x, one.y) for one in plot.dots]) if len(plot.dots) > 1 else ""
    return plot


def _steps(found: History) -> int:
    return max([found.steps, found.step, *(one.step for one in found.validations)])


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    size = math.ceil(len(points) / _MOST)
    parts = [points[at : at + size] for at in range(0, len(points), size)]
    return [(sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in parts]


def _nice(value: float) -> float:
    """The next number up that divides well by four."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 2, 4, 6, 8, 10) if value <= step * unit * (1 + 1e-9))


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
