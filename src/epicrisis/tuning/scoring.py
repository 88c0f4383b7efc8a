"""How good a model is on the validation reports: their cells, answered and compared as in an evaluation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ..codebook.codebook import Codebook
from ..codebook.variable import Variable
from ..evaluation.cells import compare
from ..evaluation.entities import credit
from ..evaluation.gold_cell import GoldCell
from ..evaluation.pairing import Pair
from ..extraction.answer import Answer
from ..extraction.extractor import Extractor
from ..extraction.options import ExtractionOptions
from .data import Annotated
from .measured import Measured
from .transformers_engine import Answered, TransformersEngine


class Scorer:
    """The share of cells right, a list counting by the F1 of its entities, on at most ``most`` of the
    validation reports (always the same ones).

    Each report is asked once, without repairs and second looks: this chooses between epochs and is asked
    after each of them. Answers are cut after ``longest`` tokens: a model that repeats itself would write on
    for minutes. There is no grammar here, so an answer that is no JSON counts as wrong.
    """

    def __init__(
        self,
        codebook: Codebook,
        engine: TransformersEngine,
        options: ExtractionOptions,
        reports: Sequence[Annotated],
        *,
        most: int,
        longest: int,
    ) -> None:
        plain = replace(
            options, repair=False, second_look=False, confidence=False, samples=1, think=0, adapter=None
        )
        self._longest = longest
        self._codebook = codebook
        self._engine = engine
        self._extractor = Extractor(codebook, engine, plain)
        every = max(1, len(reports) / most)
        chosen = dict.fromkeys(int(number * every) for number in range(min(most, len(reports))))
        self._reports = [reports[place] for place in chosen]
        #: Of the last score: how many cells of each report are right, and how many there are.
        self.counts: dict[str, tuple[float, float]] = {}

    def __call__(self, answered: Answered | None = None) -> float | None:
        """The share, in [0, 1]; ``None`` if gold has no cell. ``answered`` hears how far it is."""
        prompt = self._extractor.prompt
        questions = [prompt.messages(one.report.text) for one in self._reports]
        self._engine.answer_together(questions, min(prompt.budget(), self._longest), answered)
        self.counts = {}
        for one in self._reports:
            extraction = self._extractor.extract(one.report)
            gold = one.gold
            parts = [
                _credit(variable, extraction.answers[variable.name], gold[variable.name])
                for variable in self._codebook.variables
                if variable.name in gold
            ]
            if parts:
                self.counts[one.report.id] = (math.fsum(parts), len(parts))
        there = sum(cells for _, cells in self.counts.values())
        return math.fsum(right for right, _ in self.counts.values()) / there if there else None

    def measured(self) -> Measured:
        """The score now, with a bootstrap interval over reports."""
        from ..evaluation.resampling import Resampler, ratio

        value = self()
        if value is None:
            return Measured(None)
        import numpy as np

        right, there = (np.array(one, dtype=np.float64) for one in zip(*self.counts.values(), strict=True))
        found = Resampler(len(right)).estimate(
            lambda weights: ratio(weights @ right, weights @ there)[:, None], ["right"], len(right)
        )["right"]
        return Measured(value, found.low, found.high, dict(self.counts))


def _credit(variable: Variable, answer: Answer, gold: GoldCell) -> float:
    return credit(variable, Pair(gold, answer, compare(variable, answer, gold.value)))
