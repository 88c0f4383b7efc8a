"""The examples for each report of a run.

``diverse`` is maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998, doi:10.1145/290941.291025)
with equal weights for likeness to the report and unlikeness to what is chosen already, plus the share of the
option values not shown yet that an example would add. Where all values can be shown with the examples there
is room for, only examples that leave that possible are chosen.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any

from epicrisis.errors import OptionError
from epicrisis.prompting.worked import WorkedExample
from epicrisis.report import Report

from .cover import Cover
from .facets import Facet
from .pool import Pool
from .shape import Shape, likeness, shape
from .strategy import Strategy
from .words import Words

#: How much the next choice (a place in the pool) is wanted, given those chosen before; higher is better.
_Rank = Callable[[int, Sequence[int]], Any]
#: Likenesses that differ by less than this are the same: ties are broken by the seed, not by rounding.
_DIGITS = 9
_KEPT = 512


class Selector:
    """Chooses ``shots`` examples from a pool for any number of reports. Safe to call from several threads.

    The same pool, strategy, shots and seed choose the same examples for a report in every process and in
    whatever order reports come. Raises OptionError for fewer than one shot, MissingExtraError where the
    strategy needs the extra ``examples`` and it is not installed.
    """

    def __init__(
        self, pool: Pool, shots: int, strategy: Strategy | str = Strategy.FIXED, *, seed: int = 0
    ) -> None:
        if shots < 1:
            raise OptionError(f"{shots} examples were asked for.", hint="Ask for at least one.")
        try:
            self.strategy = Strategy(strategy)
        except ValueError:
            raise OptionError(
                f"There is no way of choosing examples called {strategy!r}.",
                hint=f"The ways are {', '.join(Strategy)}.",
            ) from None
        self.pool = pool
        self.shots = shots
        self.seed = seed
        texts = [one.worked.text for one in pool.examples]
        self._words = Words(texts) if self.strategy.needs_words else None
        self._beside = lru_cache(maxsize=_KEPT)(self._beside_anew)
        self._shapes: list[Shape] = (
            [shape(text) for text in texts] if self.strategy in (Strategy.STRUCTURE, Strategy.DIVERSE) else []
        )

    def choose(self, report: Report, room: int | None = None) -> tuple[WorkedExample, ...]:
        """The examples to show with ``report``, in the order to show them.

        Where they are chosen for their likeness to the report, the most alike comes last, nearest to the
        question. A report is never its own example, nor is another of its patient. ``room``: the most
        characters that the examples' texts may have together; examples that do not fit are passed over.
        Fewer than ``shots`` if there are no more.
        """
        others = self.pool.others(report)
        if self.strategy is Strategy.FIXED and room is None and len(others) == len(self.pool):
            return self.common
        return self._shown(self._choose(others, report, room))

    @cached_property
    def common(self) -> tuple[WorkedExample, ...]:
        """For ``fixed``: the examples of all reports that are not, and whose patients are not, among them.
        Empty for the other strategies."""
        if self.strategy is not Strategy.FIXED:
            return ()
        return self._shown(self._greedy(range(len(self.pool)), self._covering(), None))

    def record(self) -> dict[str, Any]:
        """As a manifest keeps it, the pool with it: no report text."""
        return {
            "select": str(self.strategy),
            "shots": self.shots,
            "seed": self.seed,
            "pool": self.pool.record(),
        }

    def _choose(self, others: list[int], report: Report, room: int | None) -> list[int]:
        match self.strategy:
            case Strategy.FIXED:
                return self._greedy(others, self._covering(), room)
            case Strategy.RANDOM:
                return self._greedy(others, lambda place, _: self._lot(place, report.id), room)
        alike = self._likeness(report, others)
        if self.strategy is Strategy.DIVERSE:
            chosen = self._greedy(others, self._marginal(alike, others), room)
        else:
            chosen = self._greedy(others, lambda place, _: (alike[place], self._lot(place)), room)
        return sorted(chosen, key=lambda place: (alike[place], self._lot(place)))

    def _greedy(self, places: Sequence[int], rank: _Rank, room: int | None) -> list[int]:
        left = set(places)
        chosen: list[int] = []
        while left and len(chosen) < self.shots:
            if room is not None:
                left = {place for place in left if self._size(place) <= room}
                if not left:
                    break
            best = max(left, key=lambda place: rank(place, chosen))
            left.remove(best)
            chosen.append(best)
            room = None if room is None else room - self._size(best)
        return chosen

    def _covering(self) -> _Rank:
        """What shows an option value for the first time, the more of them the better; variables not yet seen
        stated, or silent, count half. Then what shows the values that were shown least often."""
        tally = _Tally(self.pool)

        def rank(place: int, chosen: Sequence[int]) -> Any:
            shown = tally.after(chosen)
            values, others = self.pool.facets[place]
            new = len(values - shown.keys())
            gain = (new + len(others - shown.keys()) / 2) * self._worth(place)
            rare = math.fsum(0.25 ** shown[value] for value in values)
            return bool(new), round(gain, _DIGITS), round(rare, _DIGITS), self._lot(place)

        return rank

    def _marginal(self, alike: dict[int, float], places: Sequence[int]) -> _Rank:
        tally = _Tally(self.pool)
        cover = Cover({place: self.pool.facets[place].values for place in places})

        def rank(place: int, chosen: Sequence[int]) -> Any:
            left = cover.every - tally.after(chosen).keys()
            new = len(self.pool.facets[place].values & left)
            repeats = max((self._beside(one)[place] for one in chosen), default=0.0)
            gain = (alike[place] - repeats) / 2 + (new / len(left) if left else 0.0)
            fits = cover.fits(place, chosen, self.shots - len(chosen))
            # What shows a value for the first time goes before what shows none.
            return fits, bool(new), round(gain, _DIGITS), self._lot(place)

        return rank

    def _likeness(self, report: Report, others: Sequence[int]) -> dict[int, float]:
        """How alike the report and each of ``others`` are, from 0 to 1, and a little less where an example
        has values without a quote."""
        row = self._row(report.text, others, None if not self._shapes else shape(report.text))
        return {place: round(row[place] * self._worth(place), _DIGITS) for place in others}

    def _worth(self, place: int) -> float:
        """What an example counts: quotes are a quarter of what it is to teach."""
        return (3 + self.pool.examples[place].quoted) / 4

    def _beside_anew(self, chosen: int) -> Sequence[float]:
        """How alike one example and each of the pool are, from 0 to 1."""
        others = [place for place in range(len(self.pool)) if place != chosen]
        row = self._row(self.pool.examples[chosen].worked.text, others, self._shapes[chosen])
        return [row.get(place, 1.0) for place in range(len(self.pool))]

    def _row(self, text: str, others: Sequence[int], own: Shape | None) -> dict[int, float]:
        """Likeness of a text to each of ``others``: in words (as a share of the most alike of them), in
        shape, or the mean of both, as the strategy has it."""
        likenesses: list[list[float]] = []
        if self._words is not None:
            scores = self._words.scores(text)
            most = max((scores[place] for place in others), default=0.0) or 1.0
            likenesses.append([scores[place] / most for place in others])
        if own is not None:
            likenesses.append([likeness(own, self._shapes[place]) for place in others])
        return {
            place: sum(each) / len(each)
            for place, each in zip(others, zip(*likenesses, strict=True), strict=True)
        }

    def _lot(self, place: int, report_id: str = "") -> bytes:
        """A number drawn for an example (and a report), the same in every process."""
        drawn = f"{self.seed}\n{report_id}\n{self.pool.examples[place].id}"
        return hashlib.sha256(drawn.encode("utf-8", "surrogatepass")).digest()

    def _size(self, place: int) -> int:
        return len(self.pool.examples[place].worked.text)

    def _shown(self, places: Sequence[int]) -> tuple[WorkedExample, ...]:
        return tuple(self.pool.examples[place].worked for place in places)


class _Tally:
    """How often the chosen examples show each thing, kept between questions about the same ones."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._done = 0
        self._shown: Counter[Facet] = Counter()

    def after(self, chosen: Sequence[int]) -> Counter[Facet]:
        for place in chosen[self._done :]:
            values, others = self._pool.facets[place]
            self._shown.update(values | others)
            self._done += 1
        return self._shown


def select(
    pool: Pool,
    report: Report,
    shots: int,
    strategy: Strategy | str = Strategy.FIXED,
    *,
    seed: int = 0,
    room: int | None = None,
) -> tuple[WorkedExample, ...]:
    """The examples for one report: see ``Selector``, which is the one to keep for many."""
    return Selector(pool, shots, strategy, seed=seed).choose(report, room)
