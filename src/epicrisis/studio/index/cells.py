"""What the index keeps of one report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    Variable,
)
from ...evaluation.cells import amount
from ...evaluation.shown import shown
from ...extraction.answer import Answer, Status
from ...extraction.record import Record
from .days import day_of

#: Longest value that is kept, in characters.
LONGEST = 300
_RANKED = 80
_DIGITS = re.compile(r"\d+")
_RULE = "breaks the rule"

Row = tuple[Any, ...]
#: Whether notes were made on an answer: none, some, of a broken rule.
NO_REMARKS, NOTES, BROKEN_RULE = range(3)


def rows_of(variables: Sequence[Variable], record: Record, seq: int, result: int) -> tuple[Row, list[Row]]:
    """The report's row without its run, and one for each answer (variable, seq, status, shown, rank,
    confidence, grade, remarks)."""
    extraction = record.extraction
    missing = Answer(Status.FAILED, notes=(extraction.failure or "no answer",))
    cells: list[Row] = []
    certainty: float | None = None
    remarks = NO_REMARKS
    for number, variable in enumerate(variables):
        answer = extraction.answers.get(variable.name, missing)
        cell = cell_of(variable, answer)
        cells.append((number, seq, *cell))
        if answer.confidence is not None and (certainty is None or answer.confidence < certainty):
            certainty = answer.confidence
        if extraction.failure is None:
            remarks = max(remarks, cell[-1])
    patient = record.patient
    report = (
        seq,
        result,
        whole(record.report_id),
        None if patient is None else whole(patient),
        None if record.date is None else whole(record.date),
        day_of(record.date),
        None if extraction.failure is None else whole(extraction.failure)[:LONGEST],
        certainty,
        remarks,
        whole(f"{record.report_id}\n{patient or ''}").casefold(),
        order_of(whole(record.report_id)),
        None if patient is None else order_of(whole(patient)),
    )
    return report, cells


def cell_of(variable: Variable, answer: Answer) -> Row:
    """Status, value as people read it, what it is ordered by, confidence, grade, remarks."""
    has_value = answer.status.has_value and answer.value is not None
    grade = None
    if has_value:
        grade = "none" if answer.evidence is None else answer.evidence.grade.value
    return (
        answer.status.value,
        whole(shown_value(variable, answer.value)) if has_value else None,
        rank_of(variable, answer.value) if has_value else None,
        answer.confidence,
        grade,
        _remarks(answer),
    )


def shown_value(variable: Variable, value: Any) -> str:
    """A value on one line."""
    if isinstance(variable, SpansVariable):
        value = [{"text": one["text"], "type": one.get("type")} for one in value]
    return shown(value, LONGEST)


def rank_of(variable: Variable, value: Any) -> float | int | str:
    """What a value is ordered by: options by their place, quantities in one unit, lists by their length."""
    if isinstance(variable, BooleanVariable):
        return int(bool(value))
    if isinstance(variable, ClosedVariable):
        return option_rank(variable, value)
    if isinstance(variable, QuantityVariable):
        return amount(value, variable.unit)[0]
    if isinstance(variable, CountVariable) and isinstance(value, int | float):
        # A number that SQLite cannot hold as a whole one.
        return value if abs(value) < 2**63 else float(value)
    if isinstance(variable, SpansVariable | GroupVariable):
        return len(value)
    return whole(str(value)).casefold()[:_RANKED]


def option_rank(variable: ClosedVariable, value: Any) -> int:
    """The place of an option in the codebook; a value that is none stands behind them."""
    wanted = str(value).casefold()
    for place, option in enumerate(variable.options):
        if option.value == value or str(option.value).casefold() == wanted:
            return place
    return len(variable.options)


def order_of(text: str) -> str:
    """A text by which R-10 stands behind R-9."""
    return _DIGITS.sub(lambda found: found[0].zfill(20), text.casefold())


def whole(text: str) -> str:
    """The text without half surrogate pairs, which the index cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _remarks(answer: Answer) -> int:
    found = NO_REMARKS
    several = [answer]
    if isinstance(answer.value, list | tuple):
        several += [
            part
            for item in answer.value
            if isinstance(item, dict)
            for part in item.values()
            if isinstance(part, Answer)
        ]
    for one in several:
        for note in one.notes:
            found = max(found, BROKEN_RULE if note.startswith(_RULE) else NOTES)
    return found
