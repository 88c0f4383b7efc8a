"""Candidates into answers: evidence located, status decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable, Variable

from .answer import Answer, Evidence, Grade, Status
from .candidate import Candidate
from .checking import InvalidValueError, check
from .dependencies import ruled_out
from .grounding import Grounds
from .hedging import hedged
from .support import support


def settle(codebook: Codebook, candidates: Mapping[str, Candidate], text: str) -> dict[str, Answer]:
    """The answers for one report. Quotes are located in codebook order, each as near as possible to
    the one before it: reports and codebooks tend to walk the same way."""
    grounds = Grounds(text)
    answers: dict[str, Answer] = {}
    near = 0
    for variable in codebook.variables:
        answer = _settle(variable, candidates[variable.name], candidates, grounds, near)
        if answer.evidence is not None:
            near = answer.evidence.end
        answers[variable.name] = answer
    return answers


def _settle(
    variable: Variable,
    found: Candidate,
    candidates: Mapping[str, Candidate],
    grounds: Grounds,
    near: int,
) -> Answer:
    if found.problem is not None:
        return Answer(Status.FAILED, notes=(found.problem,))
    if ruled_out(variable, candidates):
        assert variable.when is not None
        ignored = () if found.value is None else (f"ignored: needs {variable.when}",)
        if variable.allows("not_applicable"):
            return Answer(Status.NOT_APPLICABLE, notes=ignored)
        return Answer(Status.NOT_MENTIONED, notes=ignored)
    if found.value is None:
        return Answer(Status.NOT_MENTIONED)
    if isinstance(variable, SpansVariable):
        return _mentions(found.value, grounds)
    if isinstance(variable, GroupVariable):
        return _items(variable, found.value, candidates, grounds, near)
    evidence, notes = _evidence(variable, found, grounds, near)
    return _answer(variable, found.value, evidence, notes, grounds)


def _evidence(
    variable: Variable, found: Candidate, grounds: Grounds, near: int
) -> tuple[Evidence | None, tuple[str, ...]]:
    if found.quote:
        evidence = grounds.locate(found.quote, near)
        if evidence is not None:
            return evidence, ()
    evidence = support(variable, found.value, grounds, near)
    if evidence is not None:
        return evidence, ("evidence located by us, from the value",)
    return None, ("the model's quote is not in the report",) if found.quote else ()


def _answer(
    variable: Variable, value: Any, evidence: Evidence | None, notes: tuple[str, ...], grounds: Grounds
) -> Answer:
    if evidence is None:
        if not variable.allows("inferred"):
            return Answer(Status.FAILED, notes=("no quote found, and the codebook asks for one", *notes))
        # Nothing was located: the grade says so, and there are no offsets to give.
        return Answer(Status.INFERRED, value, None, notes=notes)
    status = Status.STATED
    if variable.allows("uncertain") and hedged(grounds.text, evidence.start, evidence.end):
        status = Status.UNCERTAIN
    return Answer(status, value, evidence, notes=notes)


def _mentions(items: list[dict[str, Any]], grounds: Grounds) -> Answer:
    """Each mention located; the same words again mean the next place they stand in."""
    found: list[dict[str, Any]] = []
    used: set[tuple[int, int]] = set()
    lost = 0
    for item in items:
        words = str(item.get("text", ""))
        places = [place for place in grounds.occurrences(words) if place not in used]
        if places:
            start, end = places[0]
        else:
            evidence = grounds.locate(words)
            if evidence is None or (evidence.start, evidence.end) in used:
                lost += 1
                continue
            start, end = evidence.start, evidence.end
        used.add((start, end))
        mention = {"text": grounds.text[start:end], "type": item.get("type"), "start": start, "end": end}
        found.append(mention)
    notes = (f"{lost} of {len(items)} mentions are not in the report",) if lost else ()
    if not found:
        return Answer(Status.NOT_MENTIONED, notes=notes)
    found.sort(key=lambda mention: (mention["start"], mention["end"]))
    first = found[0]
    evidence = Evidence(first["text"], first["start"], first["end"], Grade.EXACT)
    return Answer(Status.STATED, found, evidence, notes=notes)


def _items(
    variable: GroupVariable,
    items: list[dict[str, Any]],
    candidates: Mapping[str, Candidate],
    grounds: Grounds,
    near: int,
) -> Answer:
    """Each item's sub-variables rest on the item's own quote."""
    answers: list[dict[str, Answer]] = []
    first: Evidence | None = None
    for item in items:
        quote = item.get("quote")
        evidence = grounds.locate(quote, near) if isinstance(quote, str) else None
        if evidence is not None:
            near = evidence.end
            first = first or evidence
        parts = _parts(variable, item, candidates, evidence, grounds, near)
        if any(answer.status.has_value for answer in parts.values()):
            answers.append(parts)
    if not answers:
        return Answer(Status.NOT_MENTIONED)
    return Answer(Status.STATED if first else Status.INFERRED, answers, first)


def _parts(
    variable: GroupVariable,
    item: Mapping[str, Any],
    candidates: Mapping[str, Candidate],
    evidence: Evidence | None,
    grounds: Grounds,
    near: int,
) -> dict[str, Answer]:
    found = {part.name: _part(part, item.get(part.name)) for part in variable.variables}
    # A sub-variable's ``when`` may name another of the same item, or a variable outside the group.
    around = {**candidates, **found}
    parts: dict[str, Answer] = {}
    for part in variable.variables:
        own = found[part.name]
        if own.problem is not None or own.value is None or ruled_out(part, around):
            parts[part.name] = _settle(part, own, around, grounds, near)
            continue
        place = evidence or support(part, own.value, grounds, near)
        parts[part.name] = _answer(part, own.value, place, (), grounds)
    return parts


def _part(part: Variable, raw: Any) -> Candidate:
    if raw is None:
        return Candidate()
    try:
        return Candidate(value=check(part, raw))
    except InvalidValueError as problem:
        return Candidate(problem=str(problem))
