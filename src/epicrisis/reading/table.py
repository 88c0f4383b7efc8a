"""Rows of a file before they are reports: the one shape all table formats are read into."""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ReadingError
from ..report import Cell
from .columns import look_like_names

#: The line or row it starts at (from 1), and its cells by column name. The dict is the caller's to keep.
Row = tuple[int, dict[str, Cell]]

#: Rows looked at to tell what columns there are and which can hold text.
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows that can be read again and again.

    ``not_text`` are the columns that cannot be the reports' text, with what they hold instead.
    ``numbers_as_text``: a number in the text column is a text that the file's format took for a number.
    """

    path: Path | None
    format: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    not_text: Mapping[str, str] = field(default_factory=dict)
    numbers_as_text: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


def cell(value: Any) -> Cell:
    """Any value as a cell: missing ones are ``None``, dates ISO 8601, nested values JSON text.

    A date-and-time at midnight is a date: spreadsheets and data frames know no other kind.
    """
    kind = type(value)
    if value is None or kind is str or kind is int or kind is bool:
        return value  # type: ignore[no-any-return]
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if kind.__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=cell)
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "item") and hasattr(value, "dtype"):  # a numpy scalar or array
        inner = value.tolist()
        return cell(inner)
    return str(value)


def key(value: Cell) -> str:
    """A cell as an id: ``'007'`` stays as it is, 7 and 7.0 are ``'7'``, nothing is ``''``."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def header(names: Sequence[str], path: Path, line: int = 1) -> tuple[str, ...]:
    """Column names from a header row: unnamed ones are numbered; a repeated one is an error."""
    named = tuple(name if name.strip() else f"column_{number}" for number, name in enumerate(names, 1))
    repeated = [name for name, count in Counter(named).items() if count > 1]
    if repeated:
        places = [number for number, name in enumerate(named, 1) if name == repeated[0]]
        shown = f" {repeated[0]!r}" if look_like_names(named) else ""
        raise ReadingError(
            f"The column name{shown} occurs {len(places)} times (columns {', '.join(map(str, places))}).",
            path=path,
            line=line,
            hint="The first row must name the columns, each with a name of its own: rename one of them.",
        )
    return named


def columns_of(rows: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """All columns that occur, in the order they are first met."""
    return tuple(dict.fromkeys(name for row in rows for name in row))


def columns_without_text(rows: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The columns with values, none of them text, and what they hold instead."""
    kinds: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                kinds.setdefault(name, set()).add(type(value))
    return {
        name: _IN_WORDS.get(next(iter(found)), "other values")
        for name, found in kinds.items()
        if str not in found
    }


_IN_WORDS: dict[type, str] = {
    bool: "true or false",
    int: "numbers",
    float: "numbers",
    dict: "nested objects",
    list: "lists",
}
