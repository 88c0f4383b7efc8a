"""The answers for the parts of a report into the answers for the report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable, Variable

from ..answer import Answer, Status
from ..candidate import Candidate
from ..dependencies import all_ruled_out
from .choosing import settled, unique
from .lists import items, mentions
from .part import Part
from .said import Whole
from .sections import sections


def merge(
    codebook: Codebook, answers: Sequence[Mapping[str, Answer]], parts: Sequence[Part], text: str
) -> dict[str, Answer]:
    """The answers for a report that was asked in parts, in codebook order.

    ``answers``: for each of ``parts``, what was said of it; offsets are those of ``Part.text``. ``text`` is
    the whole report. Each variable's answer is found by its ``merge``; what other parts say otherwise is in
    its notes, which name places, and values of closed kinds only. The confidence is that of the answer that
    was chosen; of lists, and where nothing is mentioned, the lowest of those that were joined. ``when`` is
    then decided anew, by the answers for the whole. Answers for one part only have their offsets shifted. A
    variable that no part was asked about is left out. Raises ``ValueError`` unless there are as many answers
    as parts.
    """
    several = sorted(zip(answers, parts, strict=True), key=lambda one: (one[1].start, one[1].end))
    whole = Whole(text, sections(text), [part for _, part in several])
    asked = [variable for variable in codebook.variables if any(variable.name in one for one in answers)]
    if len(several) == 1:
        only, part = several[0]
        return {variable.name: whole.shifted(only[variable.name], part) for variable in asked}
    merged: dict[str, Answer] = {}
    for variable in asked:
        said = [
            whole.said(one[variable.name], number)
            for number, (one, _) in enumerate(several)
            if variable.name in one
        ]
        if isinstance(variable, SpansVariable):
            merged[variable.name] = mentions(variable, said, whole)
        elif isinstance(variable, GroupVariable):
            merged[variable.name] = items(variable, said, whole)
        else:
            merged[variable.name] = settled(variable, said, len(parts))
    return _depending(asked, merged)


def codebook_for_parts(codebook: Codebook) -> Codebook:
    """The codebook to ask a part with: no part need mention what the report has to. ``merge`` is given the
    codebook itself, and holds the report to it."""
    return codebook.model_copy(update={"variables": [_may_be_silent(one) for one in codebook.variables]})


def _may_be_silent(variable: Variable) -> Variable:
    update: dict[str, object] = {}
    if variable.statuses is not None and "not_mentioned" not in variable.statuses:
        update["statuses"] = [*variable.statuses, "not_mentioned"]
    if isinstance(variable, GroupVariable):
        update["variables"] = [_may_be_silent(one) for one in variable.variables]
    return variable.model_copy(update=update) if update else variable


def _depending(
    variables: Iterable[Variable],
    answers: Mapping[str, Answer],
    around: Mapping[str, Candidate] | None = None,
    beyond: Collection[str] = (),
) -> dict[str, Answer]:
    """``answers`` with ``when`` and ``statuses`` decided anew. ``around`` and ``beyond``: the values of
    variables outside the group that these belong to, and which of those are ruled out."""
    variables = [variable for variable in variables if variable.name in answers]
    own = {
        name: Candidate(answer.value if answer.status.has_value else None) for name, answer in answers.items()
    }
    known = {**(around or {}), **own}
    out = all_ruled_out(variables, known, set(beyond) - own.keys())
    decided: dict[str, Answer] = {}
    for variable in variables:
        answer = answers[variable.name]
        if variable.name in out:
            answer = _ruled_out(variable, answer)
        elif answer.status in (Status.NOT_MENTIONED, Status.NOT_APPLICABLE):
            answer = _silent(variable, answer)
        elif isinstance(variable, GroupVariable) and answer.status.has_value:
            inside = [_depending(variable.variables, item, known, out) for item in answer.value]
            answer = replace(answer, value=inside)
        decided[variable.name] = answer
    return decided


def _ruled_out(variable: Variable, answer: Answer) -> Answer:
    """A conflict between parts is decided by the policy of the variable that ``when`` names: what was said
    where another value held is dropped, with a note."""
    had_value = answer.status.has_value
    notes = (f"ignored: needs {variable.when}",) if had_value else answer.notes
    status = Status.NOT_APPLICABLE if variable.allows("not_applicable") else Status.NOT_MENTIONED
    if had_value or answer.status is Status.FAILED:
        return Answer(status, notes=unique(notes))
    return Answer(status, confidence=answer.confidence, notes=unique(notes), votes=answer.votes)


def _silent(variable: Variable, answer: Answer) -> Answer:
    if not variable.allows("not_mentioned"):
        return Answer(Status.FAILED, notes=unique(["must have a value", *answer.notes]))
    return replace(answer, status=Status.NOT_MENTIONED)
