"""The section of cells to look at, each in its place in the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from ..result import Suspect
from .document import Look, Looks, ReportText, Section
from .windows import pieces, window
from .words import capped, number

#: Cells, and whole reports, that a report of an evaluation shows; the JSON holds all cells.
MOST_CELLS, MOST_TEXTS = 200, 100
#: A value longer than this is shown by its beginning.
_LONGEST_VALUE = 400

#: A report's text by its id; None where it is not known.
TextOf = Callable[[str], str | None]


def cells_to_look_at(suspects: Sequence[Suspect], text: TextOf | None) -> Section:
    """The cells, most suspect first, with their evidence highlighted where ``text`` knows the report."""
    shown = suspects[:MOST_CELLS]
    texts = _texts(shown, text)
    anchors = {report.id: report.anchor for report in texts}
    looks = Looks(
        tuple(_look(one, text, anchors.get(one.report, "")) for one in shown),
        texts,
        note=capped(len(suspects), len(shown), "cell"),
    )
    return Section(
        "cells",
        "Cells to look at",
        paragraphs=(
            "Answers that do not agree with gold, the most certain first: a mistake the model is sure of may "
            "be one of gold.",
        ),
        blocks=(looks,),
    )


def _look(suspect: Suspect, text: TextOf | None, anchor: str) -> Look:
    facts = [("gold", _short(suspect.gold)), ("answer", _short(suspect.answer)), ("status", suspect.status)]
    if suspect.confidence is not None:
        facts.append(("confidence", number(suspect.confidence)))
    if suspect.quote:
        facts.append(("quote", _short(suspect.quote)))
    facts += [("remark", note) for note in suspect.notes]
    whole = None if text is None else text(suspect.report)
    span = None if whole is None else _span(suspect, whole)
    place = None if whole is None or span is None else window(whole, *span)
    title = f"{suspect.report}, {suspect.variable}"
    return Look(title, suspect.outcome, tuple(facts), place, anchor)


def _texts(suspects: Sequence[Suspect], text: TextOf | None) -> tuple[ReportText, ...]:
    if text is None:
        return ()
    in_order = {one.report: place for place, one in reversed(list(enumerate(suspects)))}
    by_report = sorted(suspects, key=lambda one: in_order[one.report])
    found: list[ReportText] = []
    for report, group in groupby(by_report, key=lambda one: one.report):
        whole = text(report)
        if whole is None:
            continue
        spans = [span for one in group if (span := _span(one, whole)) is not None]
        found.append(ReportText(report, f"report-{len(found) + 1}", pieces(whole, spans)))
        if len(found) == MOST_TEXTS:
            break
    return tuple(found)


def _span(suspect: Suspect, text: str) -> tuple[int, int] | None:
    """The place of the evidence; of gold's quote, which comes without one, where the text has it verbatim."""
    if suspect.start is not None and suspect.end is not None:
        return suspect.start, suspect.end
    start = text.find(suspect.quote) if suspect.quote else -1
    return None if start < 0 or suspect.quote is None else (start, start + len(suspect.quote))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"
