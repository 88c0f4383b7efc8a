"""Whether annotating more reports would pay, by a learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ..evaluation.estimate import FEWEST_REPORTS
from .measured import Measured
from .power_law import PowerLaw, fit, gains, with_numpy

#: A gain that is worth the work: one cell in a hundred.
WORTH = 0.01
#: So many points tell a curve from a line.
_ENOUGH = 4
_DRAWS = 2000
_SEED = 0
#: Half the width of a 95 % interval, in standard deviations.
_Z = 1.959964


class Verdict(StrEnum):
    """``PAYS``: even the low end of the gain is worth it. ``LITTLE``: even the high end is not."""

    PAYS = "pays"
    LITTLE = "little"
    UNTOLD = "untold"


class Point(Protocol):
    """A size of the training set and what came of it."""

    @property
    def reports(self) -> int: ...
    @property
    def score(self) -> Measured: ...


@dataclass(frozen=True, slots=True)
class Worth:
    """``gain``: what twice as many reports are expected to add to the score, with its 95 % interval.
    ``method``: ``power law``, ``last slope``, or empty. ``law`` is the curve, where one was fitted."""

    verdict: Verdict
    sentence: str
    gain: Measured
    method: str = ""
    law: PowerLaw | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        law = self.law
        return {
            "verdict": str(self.verdict),
            "sentence": self.sentence,
            "gain": {"value": self.gain.value, "low": self.gain.low, "high": self.gain.high},
            "method": self.method,
            "law": None if law is None else {"ceiling": law.ceiling, "drop": law.drop, "rate": law.rate},
        }


def worth(points: Sequence[Point]) -> Worth:
    """What the curve says of twice as many reports.

    From four points on an inverse power law is fitted (``power_law``); of fewer, the last rise goes on for
    each doubling, which promises rather too much. How sure that is: the same is done with 2,000 scores drawn
    anew for each point; from the same reports drawn with replacement where all points have them, else from
    the points' intervals, each by itself (which makes differences less sure than they are). Four points and
    more also tell how far trainings scatter around the curve, and that is drawn too. Without any of these
    nothing can be said.
    """
    known = [point for point in points if point.score.value is not None]
    if len(known) < 2:
        many = "no size has a score" if not known else "there is a score for one size only"
        return _untold(f"{many}.")
    sizes = [float(point.reports) for point in known]
    scores = [point.score.value or 0.0 for point in known]
    curved = len(known) >= _ENOUGH
    law = fit(sizes, scores) if curved else None
    expected = law.gain(sizes[-1]) if law is not None else float(_slope(sizes, [scores])[0])
    method = "power law" if curved else "last slope"
    drawn = _drawn(known, law)
    if drawn is None:
        said = f"{len(known)} sizes without intervals are too few ({expected:+.3f} for twice the reports)."
        return Worth(Verdict.UNTOLD, _UNTOLD + said, Measured(expected), method, law)
    found = gains(sizes, drawn) if curved else _slope(sizes, drawn)
    low, high = (float(one) for one in with_numpy().quantile(found, (0.025, 0.975)))
    gain = Measured(expected, min(low, expected), max(high, expected))
    return Worth(*_said(gain, known[-1].reports), gain, method, law)


_UNTOLD = "Whether more annotation would pay cannot be told: "


def _said(gain: Measured, reports: int) -> tuple[Verdict, str]:
    value, low, high = gain.value or 0.0, gain.low or 0.0, gain.high or 0.0
    twice = f"twice the reports ({2 * reports:,} for training rather than {reports:,})"
    if low >= WORTH:
        verdict, opening = Verdict.PAYS, "More annotation would pay"
    elif high < WORTH:
        verdict, opening = Verdict.LITTLE, "More annotation would hardly pay"
    else:
        told = f"{twice} may change the score by {low:+.3f} to {high:+.3f} ({value:+.3f} is expected)."
        return Verdict.UNTOLD, _UNTOLD + told
    return (
        verdict,
        f"{opening}: {twice} are expected to change the score by {value:+.3f} ({low:+.3f} to {high:+.3f}).",
    )


def _untold(why: str) -> Worth:
    return Worth(Verdict.UNTOLD, _UNTOLD + why, Measured(None))


def _slope(sizes: Sequence[float], scores: Any) -> Any:
    """The last rise for each doubling, as long as it leads to no score above 1."""
    np = with_numpy()
    rows = np.asarray(scores, float)
    rise = (rows[:, -1] - rows[:, -2]) / np.log2(sizes[-1] / sizes[-2])
    return np.minimum(rise, 1 - rows[:, -1])


def _drawn(points: Sequence[Point], law: PowerLaw | None) -> Any:
    """Scores that might as well have come out (draws x points); ``None`` where nothing tells how they
    vary."""
    np = with_numpy()

    generator = np.random.default_rng(_SEED)
    scores = np.asarray([point.score.value for point in points], float)
    scatter = 0.0
    if law is not None and len(points) > _ENOUGH - 1:
        left = scores - np.asarray([law.at(point.reports) for point in points])
        scatter = float(np.sqrt((left**2).sum() / (len(points) - 3)))
    common = sorted(set.intersection(*(set(point.score.reports) for point in points)))
    if len(common) >= FEWEST_REPORTS:
        counts = np.asarray([[point.score.reports[name] for name in common] for point in points], float)
        weights = generator.multinomial(len(common), [1 / len(common)] * len(common), size=_DRAWS)
        cells = np.maximum(weights @ counts[:, :, 1].T, 1e-9)
        drawn = weights @ counts[:, :, 0].T / cells
        # Around the scores as they are given, should those have been made otherwise.
        drawn += scores - counts[:, :, 0].sum(axis=1) / np.maximum(counts[:, :, 1].sum(axis=1), 1e-9)
    elif all(point.score.low is not None and point.score.high is not None for point in points):
        widths = [(point.score.high or 0.0) - (point.score.low or 0.0) for point in points]
        drawn = scores + generator.normal(size=(_DRAWS, len(points))) * np.asarray(widths) / (2 * _Z)
    elif law is not None:
        drawn = np.repeat(scores[None, :], _DRAWS, axis=0)
    else:
        return None
    return np.clip(drawn + generator.normal(size=drawn.shape) * scatter, 0.0, 1.0)
