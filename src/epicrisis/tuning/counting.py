"""What became of the answers of a run, by variable: how many are sure enough, how many are silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..codebook.codebook import Codebook
from ..evaluation.gold import GoldCell
from ..extraction.answer import Extraction, Status
from .silver import SilverReport
from .taking import Taken, Verdict, take

#: Thresholds at which it is counted how many reports would be whole.
LADDER = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(slots=True)
class VariableCount:
    """What became of one variable, in reports that the run answered and that may be trained on.

    ``values``, ``silent``, ``not_applicable`` and ``failed`` count all its answers; ``taken_values``,
    ``taken_silent`` and ``reviewed`` those taken (a person's among the former two as well); ``ruled_out``
    those that others leave nothing to say; ``open`` those without an answer to train on, ``alone`` the
    reports in which nothing else is open. ``silver_values`` and ``silver_silent`` are of the reports kept.
    """

    name: str
    values: int = 0
    silent: int = 0
    not_applicable: int = 0
    failed: int = 0
    taken_values: int = 0
    taken_silent: int = 0
    reviewed: int = 0
    ruled_out: int = 0
    open: int = 0
    alone: int = 0
    silver_values: int = 0
    silver_silent: int = 0

    @property
    def answers(self) -> int:
        return self.values + self.silent + self.not_applicable + self.failed

    @property
    def shares_silent(self) -> tuple[float, float]:
        """How often it is silent where it applies: among all valid answers, and in the silver; 0 where
        there are none."""
        every, silver = self.values + self.silent, self.silver_values + self.silver_silent
        return self.silent / every if every else 0.0, self.silver_silent / silver if silver else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {"answers": self.answers, **asdict(self)}


class Counting:
    """Takes answers, and counts what became of them.

    ``variables`` by name; ``whole``: by threshold, the reports with every variable covered; ``confidences``:
    answers that have one. ``people``: what persons said, by report and variable.
    """

    def __init__(
        self, codebook: Codebook, at_least: float, people: Mapping[str, Mapping[str, GoldCell]]
    ) -> None:
        self._codebook = codebook
        self._at_least = at_least
        self._people = people
        self.variables = {one.name: VariableCount(one.name) for one in codebook.variables}
        self.whole = dict.fromkeys(LADDER, 0)
        self.confidences = 0

    def take(self, extraction: Extraction) -> Taken:
        """The answers to a report that are taken."""
        people = self._people.get(extraction.report_id, {})
        taken = take(self._codebook, extraction.answers, people, self._at_least)
        for threshold in self.whole:
            self.whole[threshold] += not take(self._codebook, extraction.answers, people, threshold).open
        still = taken.open
        for name, verdict in taken.verdicts.items():
            count, answer = self.variables[name], extraction.answers.get(name)
            self.confidences += answer is not None and answer.confidence is not None
            status = Status.FAILED if answer is None else answer.status
            count.values += status.has_value
            count.failed += status is Status.FAILED
            count.silent += status is Status.NOT_MENTIONED
            count.not_applicable += status is Status.NOT_APPLICABLE
            count.ruled_out += verdict is Verdict.RULED_OUT
            count.reviewed += verdict is Verdict.REVIEWED
            if verdict in (Verdict.SURE, Verdict.REVIEWED):
                count.taken_values += taken.cells[name].value is not None
                count.taken_silent += taken.cells[name].value is None
            count.open += not verdict.covers
            count.alone += still == (name,)
        return taken

    def keep(self, silver: SilverReport) -> None:
        """Count a report that is in the silver."""
        for name, cell in silver.cells.items():
            self.variables[name].silver_values += cell.status.has_value
            self.variables[name].silver_silent += cell.status is Status.NOT_MENTIONED
