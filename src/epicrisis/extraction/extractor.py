"""One report in, one extraction out: ask, read, check, ask again once, locate, decide."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import Variable
from epicrisis.engines.engine import Engine
from epicrisis.errors import ContextOverflowError
from epicrisis.prompting import PROMPT_VERSION, Prompt
from epicrisis.prompting.worked import WorkedExample
from epicrisis.report import Report

from .answer import Answer, Extraction, Status, Usage
from .candidate import Candidate
from .conversation import MAX_REQUESTS, Conversation
from .dependencies import contradicted, contradiction
from .leaks import Leaks
from .options import ExtractionOptions
from .rounds import first_round, groups, next_round
from .settling import settle
from .voting import vote

__all__ = ["MAX_REQUESTS", "ExtractionOptions", "Extractor"]


class Extractor:
    """Answers a codebook for reports, one at a time. Safe to call from several threads.

    Report-level trouble (empty text, too long, no usable answer) comes back as an ``Extraction`` whose
    answers are all ``failed`` with the reason. Trouble with the engine is raised as ``EngineError``.
    """

    def __init__(self, codebook: Codebook, engine: Engine, options: ExtractionOptions | None = None) -> None:
        self.codebook = codebook
        self.engine = engine
        self.options = options or ExtractionOptions()
        first = first_round(codebook, dependents_after=self.options.dependents_after)
        self._groups = groups(first, self.options.group_size)
        common = self.options.shots if self.options.selector is None else self.options.selector.common
        self.prompt = self._prompt(common)
        self._leaks = Leaks(common)

    @property
    def prompt_version(self) -> str:
        return PROMPT_VERSION

    def extract(self, report: Report, cancel: threading.Event | None = None) -> Extraction:
        """The answers for ``report``, every variable of the codebook once, in its order."""
        if not report.text.strip():
            return self._failed(report, "empty", Usage())
        reading = _Reading(self, report, cancel)
        try:
            return reading.run()
        except ContextOverflowError as error:
            reason = f"too long: needs {error.needed} tokens, the context holds {error.available}"
            return self._failed(report, reason, reading.usage)

    def questions(self, report: Report) -> tuple[Prompt, Leaks]:
        """How this report is asked about, and what finds answers that come from its examples."""
        selector = self.options.selector
        if selector is None:
            return self.prompt, self._leaks
        shots = selector.choose(report)
        if shots == selector.common:
            return self.prompt, self._leaks
        return self._prompt(shots), Leaks(shots)

    def _prompt(self, shots: Sequence[WorkedExample]) -> Prompt:
        options = self.options
        return Prompt(
            self.codebook,
            options.form,
            absent=options.absent,
            examples=options.examples,
            shots=shots,
            groups=self._asked_apart(),
        )

    def _asked_apart(self) -> list[list[str]]:
        """The groups as the worked examples show them; none if everything is asked at once."""
        if self.options.group_size is None and not self.options.dependents_after:
            return []
        shown = list(self._groups)
        asked = {variable.name for group in shown for variable in group}
        later = [variable for variable in self.codebook.variables if variable.name not in asked]
        shown += groups(later, self.options.group_size)
        return [[variable.name for variable in group] for group in shown]

    def _failed(self, report: Report, reason: str, usage: Usage) -> Extraction:
        answers = {name: Answer(Status.FAILED, notes=(reason,)) for name in self.codebook.names}
        return Extraction(report.id, answers, usage, failure=reason)


class _Reading:
    """One report being read: the rounds of questions about it."""

    def __init__(self, extractor: Extractor, report: Report, cancel: threading.Event | None) -> None:
        self._extractor = extractor
        self._codebook = extractor.codebook
        self._report = report
        self._cancel = cancel
        self._prompt, self._leaks = extractor.questions(report)
        self._candidates: dict[str, Candidate] = {}
        self._notes: list[str] = []
        self.usage = Usage()

    def run(self) -> Extraction:
        waiting = list(self._extractor._groups)
        while waiting:
            for variables in waiting:
                self._ask(variables)
            waiting = groups(next_round(self._codebook, self._candidates), self._extractor.options.group_size)
        if all(found.problem for found in self._candidates.values()) and self._notes:
            return self._extractor._failed(self._report, self._notes[-1], self.usage)
        # What was not asked was ruled out.
        candidates = {name: self._candidates.get(name, Candidate()) for name in self._codebook.names}
        for variable in contradicted(self._codebook, candidates):
            candidates[variable.name] = Candidate(problem=f"contradiction: {contradiction(variable)}")
        self._leaks.mark(self._codebook.variables, candidates, self._report.text)
        answers = settle(self._codebook, candidates, self._report.text)
        return Extraction(self._report.id, answers, self.usage)

    def _ask(self, variables: list[Variable]) -> None:
        """Ask about some variables, as often as the options say, and keep what comes of it."""
        samples = [self._sample(variables, number) for number in range(self._extractor.options.samples)]
        self._candidates |= vote(variables, samples)

    def _sample(self, variables: list[Variable], number: int) -> dict[str, Candidate]:
        extractor = self._extractor
        talk = Conversation(
            extractor.engine, self._prompt, extractor.options, self._report.id, self._cancel, number
        )
        try:
            found = talk.ask(self._report.text, variables, self._candidates)
        finally:
            self.usage += talk.usage
        if not found:
            reason = talk.notes[-1] if talk.notes else "no answer"
            self._notes.append(reason)
            found = {variable.name: Candidate(problem=reason) for variable in variables}
        return found
