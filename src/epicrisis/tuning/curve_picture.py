"""A learning curve as an SVG picture: no script, no style sheet, words for those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Protocol

from .measured import Measured
from .worth import Worth


class Point(Protocol):
    """A size of the training set and what came of it."""

    @property
    def reports(self) -> int: ...
    @property
    def patients(self) -> int: ...
    @property
    def score(self) -> Measured: ...


_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 28, 88
_STEPS = 40
#: Words fit about so many to a line below the picture.
_LINE = 86


def picture(points: Sequence[Point], worth: Worth) -> str:
    """The points with their intervals, the fitted curve as far as twice the reports, and the judgement."""
    frame = _Frame(points, worth)
    parts = [*_axes(frame), *_curve(frame), *_points(frame), *_judgement(worth)]
    title, said = "Learning curve: score by number of training reports", _said(points, worth)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="curve-title curve-desc" font-family="system-ui, sans-serif" font-size="13" '
        'fill="currentColor">\n'
        f'<title id="curve-title">{escape(title)}</title>\n<desc id="curve-desc">{escape(said)}</desc>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Frame:
    """Where numbers of reports (on a scale of doublings) and scores are in the picture."""

    def __init__(self, points: Sequence[Point], worth: Worth) -> None:
        self.points = [point for point in points if point.score.value is not None]
        self.law = worth.law
        self.sizes = [point.reports for point in points]
        first, last = min(self.sizes, default=1), max(self.sizes, default=1)
        self.end = 2 * last if self.law is not None else last
        self._low, self._high = math.log2(first), math.log2(max(self.end, first + 1))
        values = [
            one for point in self.points for one in (point.score.value, point.score.low, point.score.high)
        ]
        known = [one for one in values if one is not None] or [0.0, 1.0]
        if self.law is not None:
            known.append(self.law.at(self.end))
        self.bottom = max(0.0, math.floor(min(known) * 10 - 1e-9) / 10)
        self.top = min(1.0, math.ceil(max(known) * 10 + 1e-9) / 10)
        if self.top <= self.bottom:
            self.bottom = max(0.0, self.top - 0.1)

    def x(self, reports: float) -> float:
        share = (math.log2(reports) - self._low) / (self._high - self._low)
        inner = 44  # points at the borders keep their labels
        return _LEFT + inner + share * (_WIDTH - _LEFT - _RIGHT - 2 * inner)

    def y(self, score: float) -> float:
        share = (score - self.bottom) / (self.top - self.bottom)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(frame: _Frame) -> Iterator[str]:
    floor = _HEIGHT - _BOTTOM
    for tenth in range(round(frame.bottom * 10), round(frame.top * 10) + 1):
        y = frame.y(tenth / 10)
        yield _line(_LEFT, y, _WIDTH - _RIGHT, y, 'stroke-opacity="0.2"')
        yield _text(_LEFT - 8, y + 4, f"{tenth / 10:.1f}", "end")
    yield _line(_LEFT, floor, _WIDTH - _RIGHT, floor)
    for size in frame.sizes:
        yield _text(frame.x(size), floor + 18, f"{size:,}")
    if frame.end not in frame.sizes:
        yield _text(frame.x(frame.end), floor + 18, f"({frame.end:,})")
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, floor + 38, "training reports")
    yield _text(_LEFT - 8, _TOP - 12, "score", "end")


def _curve(frame: _Frame) -> Iterator[str]:
    law, sizes = frame.law, frame.sizes
    if law is None:
        way = [(point.reports, point.score.value or 0.0) for point in frame.points]
        if len(way) > 1:
            yield _path(frame, way)
        return
    first, last = min(sizes), max(sizes)
    known = [first * (last / first) ** (step / _STEPS) for step in range(_STEPS + 1)]
    yield _path(frame, [(one, law.at(one)) for one in known])
    ahead = [last * (frame.end / last) ** (step / _STEPS) for step in range(_STEPS + 1)]
    yield _path(frame, [(one, law.at(one)) for one in ahead], ' stroke-dasharray="6 5"')


def _points(frame: _Frame) -> Iterator[str]:
    for point in frame.points:
        x, score = frame.x(point.reports), point.score
        if score.low is not None and score.high is not None:
            yield _line(x, frame.y(score.low), x, frame.y(score.high), 'stroke-width="1.5"')
            for end in (score.low, score.high):
                yield _line(x - 5, frame.y(end), x + 5, frame.y(end), 'stroke-width="1.5"')
        yield f'<circle cx="{x:.1f}" cy="{frame.y(score.value or 0.0):.1f}" r="4.5"/>'
        yield _text(x + 9, frame.y(score.value or 0.0) + 16, f"{score.value:.3f}", "start")


def _judgement(worth: Worth) -> Iterator[str]:
    lines = [""]
    for word in worth.sentence.split():
        if len(lines[-1]) + len(word) >= _LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    for number, line in enumerate(lines):
        yield _text(16, _HEIGHT - 30 + 17 * number, line, "start")


def _said(points: Sequence[Point], worth: Worth) -> str:
    """The picture in words."""
    told = []
    for point in points:
        score = point.score
        value = "no score" if score.value is None else f"{score.value:.3f}"
        between = "" if score.low is None or score.high is None else f" ({score.low:.3f} to {score.high:.3f})"
        told.append(f"{point.reports:,} reports of {point.patients:,} patients: {value}{between}.")
    return " ".join([*told, worth.sentence])


def _path(frame: _Frame, way: Sequence[tuple[float, float]], more: str = "") -> str:
    places = " L".join(f"{frame.x(size):.1f} {frame.y(score):.1f}" for size, score in way)
    return f'<path d="M{places}" fill="none" stroke="currentColor" stroke-width="2"{more}/>'


def _line(left: float, top: float, right: float, bottom: float, more: str = "") -> str:
    places = f'x1="{left:.1f}" y1="{top:.1f}" x2="{right:.1f}" y2="{bottom:.1f}"'
    return f'<line {places} stroke="currentColor"{" " + more if more else ""}/>'


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
