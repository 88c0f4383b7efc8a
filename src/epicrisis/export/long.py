"""The long table: one row for each answer, with where its evidence stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, SpansVariable
from ..extraction.answer import Answer, Grade
from ..extraction.record import Record
from .layout import Column, Layout, Values, answer_of, check_names, identity_columns
from .wide import unit_of, value_of

COLUMNS = (
    Column("variable"),
    Column("item", "integer"),
    Column("part"),
    Column("type"),
    Column("value", "any"),
    Column("unit"),
    Column("status"),
    Column("quote"),
    Column("start", "integer"),
    Column("end", "integer"),
    Column("grade"),
    Column("confidence", "number"),
    Column("votes", "number"),
    Column("notes"),
)


def long_layout(codebook: Codebook, identity: Mapping[str, str]) -> Layout:
    """The columns of the long table.

    ``start`` and ``end`` count characters of the report's text from 0, the end excluded. A ``spans``
    variable gives one row for each mention (``item`` from 1, ``type`` its type); a ``group`` gives one
    row for itself and one for each sub-variable (``part``) of each item. Raises ``OutputError`` where two
    columns would have one name.
    """
    id_columns, id_getters = identity_columns(identity)
    check_names([*id_columns, *COLUMNS])

    def rows(record: Record) -> Iterator[Values]:
        identity_values = [getter(record) for getter in id_getters]
        for variable in codebook.columns:
            answer = answer_of(record, variable.name)
            if isinstance(variable, SpansVariable) and answer.value:
                parts = _mentions(variable.name, answer)
            elif isinstance(variable, GroupVariable):
                parts = _group(variable.name, answer)
            else:
                parts = iter((_row(variable.name, answer),))
            for part in parts:
                yield [*identity_values, *part]

    return Layout((*id_columns, *COLUMNS), rows)


def _row(
    variable: str, answer: Answer, item: int | None = None, part: str | None = None, *, value: bool = True
) -> list[Any]:
    evidence = answer.evidence
    return [
        variable,
        item,
        part,
        None,
        _plain(value_of(answer)) if value else None,
        unit_of(answer),
        answer.status.value,
        *((None, None, None, None) if evidence is None else (*evidence[:3], evidence.grade.value)),
        answer.confidence,
        answer.votes,
        "; ".join(answer.notes) or None,
    ]


def _mentions(variable: str, answer: Answer) -> Iterator[list[Any]]:
    for number, span in enumerate(answer.value, 1):
        row = _row(variable, answer, number, value=False)
        text, start = span.get("text"), span.get("start")
        grade = None if start is None else span.get("grade", Grade.EXACT.value)
        row[3:5] = [span.get("type"), text]
        row[7:11] = [text, start, span.get("end"), None if grade is None else str(grade)]
        yield row


def _group(variable: str, answer: Answer) -> Iterator[list[Any]]:
    yield _row(variable, answer, value=False)
    for number, item in enumerate(answer.value or (), 1):
        for name, part in item.items():
            yield _row(variable, part, number, name)


def _plain(value: Any) -> Any:
    """A whole number without its decimal point: the column holds values of every kind, as text."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
