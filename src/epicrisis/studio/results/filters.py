"""Conditions on a run's reports, as they stand in an address, and as SQL on the index.

``side=left``, ``side!=left``, ``words~part of it``, ``size>=10``, ``size<=20``; ``side.status=uncertain``
(or ``answered``), ``side.confidence<=0.5``, ``side.grade=fuzzy``, ``side.notes=any`` (or ``rule``: broken
rules), ``side.differs=gold:NAME`` (or ``run:ID``, or ``reviewers``). ``*`` stands for any variable. Of the
report itself: ``@failed=yes``, ``@patient=P1``, ``@date>=2024-01``, ``@date<=2024-12``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ...codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    Variable,
)
from ...extraction.answer import Grade, Status
from ..index.cells import BROKEN_RULE, NOTES, option_rank
from ..web.refusals import Refused
from .asked import LONGEST, MOST

ANY = "*"
REPORT = "@"
ANSWERED = "answered"
STATUSES = (*(str(status) for status in Status), ANSWERED)
GRADES = tuple(str(grade) for grade in Grade)
Field = Literal["value", "status", "confidence", "grade", "notes", "differs", "failed", "patient", "date"]
_CONDITION = re.compile(
    r"(?:@(?P<of_report>[a-z]+)|(?P<subject>\*|[A-Za-z_][A-Za-z0-9_]*)(?:\.(?P<field>[a-z]+))?)"
    r"(?P<operator>!=|>=|<=|=|~)(?P<value>.*)",
    re.DOTALL,
)
_OPERATORS: dict[str, tuple[str, ...]] = {
    "value": ("=", "!=", "~", ">=", "<="),
    "status": ("=",),
    "confidence": (">=", "<="),
    "grade": ("=",),
    "notes": ("=",),
    "differs": ("=",),
}
_OF_REPORT: dict[str, tuple[str, ...]] = {"failed": ("=",), "patient": ("=",), "date": (">=", "<=")}
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_WITH_VALUE = tuple(str(status) for status in Status if status.has_value)


class Condition(BaseModel):
    """One condition. ``subject``: a variable, ``*`` for any, ``@`` for the report itself. ``text``: as it
    stands in the address."""

    text: str
    subject: str
    field: Field
    operator: Literal["=", "!=", "~", ">=", "<="]
    value: str


class Test(NamedTuple):
    """SQL that holds for a row ``r`` of reports, and its arguments."""

    sql: str
    arguments: tuple[Any, ...]


def read(texts: Sequence[str], codebook: Codebook) -> list[Condition]:
    """The conditions, each once. Raises Refused (422) for what is none."""
    if len(texts) > MOST or any(len(text) > LONGEST for text in texts):
        raise _unusable(f"A filter has at most {MOST} conditions of {LONGEST} characters.")
    return [_condition(text, codebook) for text in dict.fromkeys(texts)]


def _condition(text: str, codebook: Codebook) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise _unusable("A filter is a variable, a comparison and a value, such as side=left.")
    subject, operator = found["subject"] or REPORT, found["operator"]
    field = found["of_report"] or found["field"] or "value"
    if operator not in (_OF_REPORT if subject == REPORT else _OPERATORS).get(field, ()):
        raise _unusable("This cannot be compared so.")
    if subject not in (ANY, REPORT) and subject not in codebook:
        raise _unusable("A filter names a variable that the run does not have.")
    condition = Condition.model_validate(
        {"text": text, "subject": subject, "field": field, "operator": operator, "value": found["value"]}
    )
    test(condition, codebook, 0)
    return condition


def test(condition: Condition, codebook: Codebook, run: int) -> Test:
    """The condition on a row ``r`` of the run's reports. Raises Refused (422)."""
    if condition.subject == REPORT:
        return _of_report(condition)
    names = codebook.names
    if condition.field == "differs":
        where, arguments = "run = ? AND source = ?", [run, condition.value]
        table = "differences"
    else:
        variable = None if condition.subject == ANY else codebook[condition.subject]
        sql, own = _of_cell(condition, variable)
        where, arguments, table = f"run = ? AND {sql}", [run, *own], "cells"
    if condition.subject != ANY:
        where += " AND variable = ?"
        arguments.append(names.index(condition.subject))
    return Test(f"r.seq IN (SELECT seq FROM {table} WHERE {where})", tuple(arguments))


def _of_cell(condition: Condition, variable: Variable | None) -> tuple[str, list[Any]]:
    value = condition.value
    match condition.field:
        case "status":
            if value not in STATUSES:
                raise _unusable(f"Statuses are {', '.join(STATUSES)}.")
            if value == ANSWERED:
                return f"status IN ({', '.join('?' * len(_WITH_VALUE))})", list(_WITH_VALUE)
            return "status = ?", [value]
        case "confidence":
            return f"confidence {condition.operator} ?", [_number(value)]
        case "grade":
            if value not in GRADES:
                raise _unusable(f"Grades of a quote are {', '.join(GRADES)}.")
            return "grade = ?", [value]
        case "notes":
            if value not in ("any", "rule"):
                raise _unusable("Notes are 'any' or 'rule'.")
            return "remarks >= ?", [BROKEN_RULE if value == "rule" else NOTES]
    return _of_value(condition, variable)


def _of_value(condition: Condition, variable: Variable | None) -> tuple[str, list[Any]]:
    value = condition.value
    match condition.operator:
        case "=":
            return "shown = ?", [value]
        case "!=":
            return "shown != ?", [value]
        case "~":
            return "instr(folded(shown), ?) > 0", [value.casefold()]
    if isinstance(variable, DateVariable):
        if not _DAY.fullmatch(value):
            raise _unusable("A date is written 2024, 2024-05 or 2024-05-31.")
        return f"substr(rank, 1, {len(value)}) {condition.operator} ?", [value]
    if isinstance(variable, ClosedVariable):
        rank = option_rank(variable, value)
        if rank == len(variable.options):
            raise _unusable("This is none of the variable's options.")
        return f"rank {condition.operator} ?", [rank]
    if isinstance(variable, CountVariable | QuantityVariable | SpansVariable | GroupVariable):
        return f"rank {condition.operator} ?", [_number(value)]
    raise _unusable("Only numbers, dates and options in an order are more or less than others.")


def _of_report(condition: Condition) -> Test:
    if condition.field == "failed":
        if condition.value not in ("yes", "no"):
            raise _unusable("A report failed, 'yes' or 'no'.")
        return Test(f"r.failure IS {'NOT ' if condition.value == 'yes' else ''}NULL", ())
    if condition.field == "patient":
        return Test("r.patient = ?", (condition.value,))
    if not _DAY.fullmatch(condition.value):
        raise _unusable("A date is written 2024, 2024-05 or 2024-05-31.")
    return Test(f"substr(r.day, 1, {len(condition.value)}) {condition.operator} ?", (condition.value,))


def can_be_ordered(variable: Variable) -> bool:
    """Whether values of it can be more or less than others."""
    ordered = DateVariable | ClosedVariable | CountVariable | QuantityVariable | SpansVariable | GroupVariable
    return isinstance(variable, ordered)


def choices(variable: Variable) -> list[str]:
    """The values it can have, where they are listed."""
    if isinstance(variable, BooleanVariable):
        return ["true", "false"]
    return [str(value) for value in variable.values] if isinstance(variable, ClosedVariable) else []


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise _unusable("This should be a number.") from None
    if number != number or abs(number) == float("inf"):
        raise _unusable("This should be a number.")
    return number


def _unusable(message: str) -> Refused:
    return Refused(422, "filter", message, "Remove the filter and choose it anew.")
