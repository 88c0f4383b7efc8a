"""The mentions of a ``spans`` variable, each located in the report."""

from __future__ import annotations

from typing import Any

from epicrisis.codebook.variable import SpansVariable

from .answer import Answer, Evidence, Grade, Status
from .checking import option
from .grounding import Grounds, Place


def located(variable: SpansVariable, items: list[dict[str, Any]], grounds: Grounds) -> Answer:
    """The answer for mentions ``{"text", "type"}``, in the order of the report.

    The same words again mean the next place they stand in. Mentions that are not there are left out; the
    notes count them.
    """
    found: list[tuple[Evidence, str | int | float | None]] = []
    untyped = 0
    for item in items:
        evidence = _next_place(item.get("text"), [(one.start, one.end) for one, _ in found], grounds)
        if evidence is None:
            continue
        kind = option(variable.values, item.get("type"))
        untyped += bool(variable.options) and kind is None
        found.append((evidence, kind))
    notes = []
    if len(found) < len(items):
        notes.append(f"{len(items) - len(found)} of {len(items)} mentions are not in the report")
    if untyped:
        notes.append(f"{untyped} of {len(items)} mentions have no valid type")
    if not found:
        return Answer(Status.NOT_MENTIONED, notes=tuple(notes))
    found.sort(key=lambda one: (one[0].start, one[0].end))
    mentions = [
        {"text": evidence.quote, "type": kind, "start": evidence.start, "end": evidence.end}
        for evidence, kind in found
    ]
    return Answer(Status.STATED, mentions, found[0][0], notes=tuple(notes))


def _next_place(words: object, used: list[Place], grounds: Grounds) -> Evidence | None:
    """The first place of ``words`` that is not used yet; rather one that overlaps no other."""
    if not isinstance(words, str):
        return None
    words = words.strip()
    places = [place for place in grounds.occurrences(words) if place not in used]
    if not places:
        evidence = grounds.locate(words)
        return None if evidence is None or (evidence.start, evidence.end) in used else evidence
    free = [place for place in places if all(place[1] <= start or end <= place[0] for start, end in used)]
    start, end = (free or places)[0]
    quote = grounds.text[start:end]
    return Evidence(quote, start, end, Grade.EXACT if quote == words else Grade.NORMALISED)
