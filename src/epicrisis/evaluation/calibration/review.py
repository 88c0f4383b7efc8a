"""How many reports a person must read for the table to be as right as it has to be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...errors import OptionError
from ...extraction.answer import Status
from ...extraction.calibration import Method
from ..estimate import Estimate, undefined
from ..pairing import Paired
from ..resampling import Array, Resampler
from ..result import Review, RiskPoint
from .fitting import can_fit, held_out
from .scores import Numbers, scores

_POINTS = 100
#: Sums of weights are whole numbers: what is nearer than this is the same.
_TINY = 1e-9


def review(
    paired: Paired, resampler: Resampler, target: float | None = None, *, method: Method = "raw"
) -> Review:
    """The accuracy of all scored cells as the least certain reports are read by a person, and the share
    of the reports to read until it is ``target``, with its bootstrap interval.

    Every cell of a report that was read counts as right. Reports come in the order of the wrong cells to
    expect in them: the sum of (1 - confidence), where a failed answer is 1 and one without a confidence is
    the share of all such cells that is wrong. Among equals the order is left to chance, and the
    accuracy is what to expect. ``method`` other than ``raw`` orders by cross-validated calibrated
    confidences, as in a run that a calibration is applied to.

    Source of curves of risk against coverage: El-Yaniv and Wiener, J Mach Learn Res 2010;11:1605. Raises
    OptionError if ``target`` is not above 0 and at most 1.
    """
    if target is not None and not 0 < target <= 1:
        raise OptionError(
            f"The target {target:g} is no share of the cells.", hint="Give 0.98 for 98 %: above 0, at most 1."
        )
    reports = _reports(paired, method, resampler.seed)
    cells, wrong = reports.cells.sum(), reports.wrong.sum()
    if not cells:
        return Review(
            (), target, None if target is None else undefined(0, "no scored cell"), note="no scored cell"
        )
    at_random = None if target is None else _at_random(target, wrong / cells, len(reports.cells))
    if not reports.ranked:
        why = "no answer has a confidence: which reports are the least certain is not known"
        needed = None if target is None else undefined(len(reports.cells), why)
        return Review((), target, needed, at_random, why)
    blocks = _Blocks.of(reports)
    needed = None
    if target is not None:
        needed = resampler.estimate(
            lambda weights: blocks.needed(weights, target)[:, None], ["needed"], len(reports.cells)
        )["needed"]
    note = "" if method == "raw" else f"by {method} confidence, cross-validated"
    return Review(_curve(reports, blocks), target, needed, at_random, note)


def accuracies(paired: Paired, resampler: Resampler, *, method: Method = "raw") -> tuple[Estimate, ...]:
    """The accuracy at every point of the curve that ``review`` gives, with its bootstrap interval; none where
    there is no curve."""
    reports = _reports(paired, method, resampler.seed)
    if not reports.cells.sum() or not reports.ranked:
        return ()
    blocks, count = _Blocks.of(reports), len(reports.cells)
    read = _steps(count)

    def statistic(weights: Array) -> Array:
        drawn, errors = blocks.sums(weights), blocks.sums(weights * reports.wrong)
        zero = np.zeros((len(weights), 1))
        ends = np.concatenate([zero, np.cumsum(drawn, axis=1)], axis=1)
        mended = np.concatenate([zero, np.cumsum(errors, axis=1)], axis=1)
        # Every draw has as many reports as there are: the rows laid end to end are one rising curve.
        offset = (np.arange(len(weights)) * (count + 1.0))[:, None]
        base = np.concatenate([[0.0], np.cumsum(mended[:-1, -1])])[:, None]
        at = (np.asarray(read, dtype=np.float64)[None, :] + offset).ravel()
        found = np.interp(at, (ends + offset).ravel(), (mended + base).ravel())
        left = mended[:, -1:] - (found.reshape(len(weights), -1) - base)
        return np.asarray(1 - left / (weights @ reports.cells)[:, None], dtype=np.float64)

    names = [str(number) for number in read]
    return tuple(resampler.estimate(statistic, names, int(reports.cells.sum())).values())


@dataclass(frozen=True, slots=True)
class _Reports:
    """Per report: scored cells, wrong ones, and how many wrong ones to expect. ``ranked``: whether any
    cell has a confidence."""

    cells: Array
    wrong: Array
    expected: Array
    ranked: bool


def _reports(paired: Paired, method: Method, seed: int) -> _Reports:
    sure = scores(paired)
    confidence = sure.confidence
    if method != "raw" and can_fit(sure):
        confidence = held_out(sure, method, seed=seed)
    count = len(paired.reports)
    cells, wrong, failed, unknown = (np.zeros(count) for _ in range(4))
    for number, report in enumerate(paired.reports):
        for pair in report.pairs.values():
            cells[number] += 1
            wrong[number] += not pair.outcome.agrees
            if pair.answer.status is Status.FAILED:
                failed[number] += 1
            elif pair.answer.confidence is None:
                unknown[number] += 1
    answered = cells.sum() - failed.sum()
    rate = (wrong.sum() - failed.sum()) / answered if answered else 1.0
    expected = np.bincount(sure.report, weights=1 - confidence, minlength=count) + failed + rate * unknown
    return _Reports(cells, wrong, expected, ranked=len(sure) > 0)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Reports in the order of review, equals together. ``place``: the block of each report."""

    place: Numbers
    cells: Array
    wrong: Array
    count: int

    @classmethod
    def of(cls, reports: _Reports) -> _Blocks:
        _, place = np.unique(-np.round(reports.expected, 9), return_inverse=True)
        return cls(place.astype(np.int64), reports.cells, reports.wrong, int(place.max()) + 1)

    def sums(self, weights: Array) -> Array:
        """Weights (draws x reports) summed by block (draws x blocks)."""
        order = np.argsort(self.place, kind="stable")
        starts = np.searchsorted(self.place[order], np.arange(self.count))
        return np.asarray(np.add.reduceat(weights[:, order], starts, axis=1))

    def needed(self, weights: Array, target: float) -> Array:
        """The share of the reports to read until the accuracy is ``target``, in whole reports."""
        drawn = self.sums(weights)
        errors = self.sums(weights * self.wrong)
        left = errors.sum(axis=1, keepdims=True) - np.cumsum(errors, axis=1)
        allowed = (1 - target) * (weights @ self.cells)[:, None]
        # The first block after which few enough errors are left; before it there were too many.
        block = np.argmax(left <= allowed + _TINY, axis=1)[:, None]
        here, its = (np.take_along_axis(array, block, axis=1) for array in (errors, drawn))
        too_many = np.take_along_axis(left, block, axis=1) + here - allowed
        before = np.take_along_axis(np.cumsum(drawn, axis=1), block, axis=1) - its
        share = np.divide(too_many, here, out=np.zeros_like(here), where=here > 0)
        read = before + np.ceil(np.clip(share, 0, 1) * its - _TINY)
        read[too_many <= _TINY] = 0
        return np.asarray((read / drawn.sum(axis=1, keepdims=True))[:, 0], dtype=np.float64)


def _curve(reports: _Reports, blocks: _Blocks) -> tuple[RiskPoint, ...]:
    count = len(reports.cells)
    one = np.ones((1, count))
    ends = np.concatenate([[0.0], np.cumsum(blocks.sums(one)[0])])
    right = np.concatenate([[0.0], np.cumsum(blocks.sums(reports.wrong[None, :])[0])])
    order = np.argsort(blocks.place, kind="stable")
    total, wrong = reports.cells.sum(), reports.wrong.sum()
    points = []
    for read in _steps(count):
        mended = float(np.interp(read, ends, right))
        last = order[read - 1] if read else None
        points.append(
            RiskPoint(
                reviewed=read / count,
                accuracy=float(1 - (wrong - mended) / total),
                threshold=None if last is None else _mean_confidence(reports, int(last)),
            )
        )
    return tuple(points)


def _steps(count: int) -> list[int]:
    """How many of ``count`` reports are read at each point of the curve."""
    return sorted({round(step * count / _POINTS) for step in range(_POINTS + 1)})


def _mean_confidence(reports: _Reports, number: int) -> float | None:
    """The mean confidence of a report's cells."""
    cells = float(reports.cells[number])
    return float(np.clip(1 - reports.expected[number] / cells, 0, 1)) if cells else None


def _at_random(target: float, error_rate: float, reports: int) -> float:
    """The share to read in any order: the errors left are to be expected in proportion."""
    if error_rate <= 1 - target + _TINY:
        return 0.0
    return min(1.0, math.ceil((1 - (1 - target) / error_rate) * reports - _TINY) / reports)
