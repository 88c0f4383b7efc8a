"""The columns of a table and how a record fills them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ..errors import OutputError
from ..extraction.answer import Answer, Status
from ..extraction.record import Record

#: ``any`` holds text, numbers or booleans as they come; ``spans`` and ``group`` hold lists of objects.
ColumnType = Literal["text", "integer", "number", "boolean", "any", "spans", "group"]
Values = Sequence[Any]


class Column(NamedTuple):
    """One column: its name and what its cells hold."""

    name: str
    type: ColumnType = "text"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table in order, and the rows (of one value per column) a record gives."""

    columns: tuple[Column, ...]
    rows: Callable[[Record], Iterator[Values]]


def identity_columns(
    identity: Mapping[str, str],
) -> tuple[list[Column], list[Callable[[Record], str | None]]]:
    """The columns that tell reports apart and how to fill them. Roles that share a column give one."""
    columns: list[Column] = []
    getters: list[Callable[[Record], str | None]] = []
    for role, getter in _IDENTITY.items():
        name = identity.get(role)
        if name is not None and Column(name) not in columns:
            columns.append(Column(name))
            getters.append(getter)
    return columns, getters


_IDENTITY: Mapping[str, Callable[[Record], str | None]] = {
    "id": lambda record: record.report_id,
    "patient": lambda record: record.patient,
    "date": lambda record: record.date,
    "language": lambda record: record.language,
}


def answer_of(record: Record, name: str) -> Answer:
    """The record's answer to a variable; a failed one, with the report's failure, where there is none."""
    answer = record.extraction.answers.get(name)
    if answer is not None:
        return answer
    return Answer(Status.FAILED, notes=(record.extraction.failure or "no answer",))


def check_names(own: Iterable[Column], carried: Iterable[str] = ()) -> None:
    """Raise ``OutputError`` where two columns of the table would have one name."""
    own_names = [column.name for column in own]
    clash = next((name for name in carried if name in own_names), None)
    if clash is not None:
        raise OutputError(
            f"The reports have a column {clash!r}, and the table has one of that name already.",
            hint="Rename the column in the file of reports, or the variable in the codebook, "
            "or leave the carried columns out of the table.",
        )
    twice = next((name for name, count in Counter(own_names).items() if count > 1), None)
    if twice is not None:
        raise OutputError(
            f"The table would have two columns {twice!r}.",
            hint="Rename the column in the file of reports, or the variable in the codebook.",
        )
