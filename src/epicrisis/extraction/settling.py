"""Candidates into answers: evidence located, status decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, QuantityVariable, SpansVariable, Variable

from .answer import Answer, Evidence, Status
from .candidate import Candidate, parts_of
from .dependencies import all_ruled_out
from .grounding import Grounds
from .hedging import Clauses
from .mentions import located
from .quantities import as_written
from .support import support


def settle(
    codebook: Codebook, candidates: Mapping[str, Candidate], text: str, language: str | None = None
) -> dict[str, Answer]:
    """The answers for one report. Quotes are located in codebook order, each as near as possible to
    the one before it: reports and codebooks tend to walk the same way. ``language``: the report's, which
    tells what its decimal signs mean; by default the codebook's first."""
    return _Settling(codebook, candidates, text, language or codebook.languages[0]).answers()


class _Settling:
    """The answers for one report, in the making."""

    def __init__(
        self, codebook: Codebook, candidates: Mapping[str, Candidate], text: str, language: str
    ) -> None:
        self._codebook = codebook
        self._candidates = candidates
        self._grounds = Grounds(text)
        self._language = language
        self._clauses = Clauses(text)
        self._out = all_ruled_out(codebook.variables, candidates)
        self._near = 0

    def answers(self) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for variable in self._codebook.variables:
            answer = self._settle(variable, self._candidates[variable.name], self._out)
            if answer.evidence is not None:
                self._near = answer.evidence.end
            answers[variable.name] = answer
        return answers

    def _settle(
        self, variable: Variable, found: Candidate, out: Collection[str], shared: Evidence | None = None
    ) -> Answer:
        """``shared``: evidence of the item that the variable is a part of."""
        if found.problem is not None:
            return Answer(Status.FAILED, notes=(found.problem,))
        if variable.name in out:
            ignored = found.notes if found.value is None else (f"ignored: needs {variable.when}",)
            # What the model said where nothing could be said tells nothing about how sure it is.
            sure, votes = (found.confidence, found.votes) if found.value is None else (None, None)
            if variable.allows("not_applicable"):
                return Answer(Status.NOT_APPLICABLE, confidence=sure, notes=ignored, votes=votes)
            return Answer(Status.NOT_MENTIONED, confidence=sure, notes=ignored, votes=votes)
        if found.value is None:
            return Answer(
                Status.NOT_MENTIONED, confidence=found.confidence, notes=found.notes, votes=found.votes
            )
        answer = self._valued(variable, found, shared)
        notes = (*answer.notes, *found.notes)
        if answer.status is Status.FAILED:
            return replace(answer, notes=notes)
        return replace(answer, confidence=found.confidence, notes=notes, votes=found.votes)

    def _valued(self, variable: Variable, found: Candidate, shared: Evidence | None) -> Answer:
        if isinstance(variable, SpansVariable):
            return located(variable, found.value, self._grounds)
        if isinstance(variable, GroupVariable):
            return self._items(variable, found.value)
        evidence, notes = (shared, ()) if shared is not None else self._evidence(variable, found)
        return self._answer(variable, found.value, evidence, notes)

    def _evidence(self, variable: Variable, found: Candidate) -> tuple[Evidence | None, tuple[str, ...]]:
        if found.quote:
            evidence = self._grounds.locate(found.quote, self._near)
            if evidence is not None:
                return evidence, ()
        evidence = support(variable, found.value, self._grounds, self._near)
        if evidence is not None:
            return evidence, ("evidence located by us, from the value",)
        return None, ("the model's quote is not in the report",) if found.quote else ()

    def _answer(
        self, variable: Variable, value: Any, evidence: Evidence | None, notes: tuple[str, ...]
    ) -> Answer:
        if evidence is None:
            if not variable.allows("inferred"):
                return Answer(Status.FAILED, notes=("no quote found, and the codebook asks for one", *notes))
            # Nothing was located: the grade says so, and there are no offsets to give.
            return Answer(Status.INFERRED, value, None, notes=notes)
        if isinstance(variable, QuantityVariable):
            value = as_written(variable, value, evidence.quote, self._language)
        status = Status.STATED
        if variable.allows("uncertain") and self._clauses.hedged(evidence.start, evidence.end):
            status = Status.UNCERTAIN
        return Answer(status, value, evidence, notes=notes)

    def _items(self, variable: GroupVariable, items: list[dict[str, Any]]) -> Answer:
        """Each item's sub-variables rest on the item's own quote."""
        answers: list[dict[str, Answer]] = []
        for item in items:
            quote = item.get("quote")
            evidence = self._grounds.locate(quote, self._near) if isinstance(quote, str) else None
            if evidence is not None:
                self._near = evidence.end
            parts = self._parts(variable, item, evidence)
            if any(answer.status.has_value or answer.status is Status.FAILED for answer in parts.values()):
                answers.append(parts)
        if not answers:
            return Answer(Status.NOT_MENTIONED)
        said = [answer for parts in answers for answer in parts.values() if answer.status.has_value]
        if not said:
            return Answer(Status.FAILED, notes=("no item has a valid value",))
        first = next((answer.evidence for answer in said if answer.evidence is not None), None)
        return Answer(Status.STATED if first else Status.INFERRED, answers, first)

    def _parts(
        self, variable: GroupVariable, item: Mapping[str, Any], evidence: Evidence | None
    ) -> dict[str, Answer]:
        found = parts_of(variable, item)
        # A sub-variable's ``when`` may name another of the same item, or a variable outside the group.
        around = {**self._candidates, **found}
        out = all_ruled_out(variable.variables, around, self._out - found.keys())
        parts: dict[str, Answer] = {}
        for part in variable.variables:
            own = found[part.name]
            if part.name in out and own.problem is not None:
                own = Candidate()
            parts[part.name] = self._settle(part, own, out, evidence)
        return parts
