"""Reports that are already in memory: lists, dictionaries, data frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import OptionError, ReadingError
from ..report import Cell, Report
from .columns import Columns, ResolvedColumns
from .formats import read
from .parquet import frame_rows, not_text
from .report_set import ReportSet, reports_of
from .table import Row, Table, cell, columns_of, columns_without_text


def reports(source: object, columns: Columns | None = None) -> ReportSet:
    """Whatever holds reports, as a set of them.

    ``source`` is a ``ReportSet``, the path of a file or folder, a polars or pandas frame, or an
    iterable as ``from_iterable`` takes. Raises ``OptionError`` for anything else, ``ReadingError`` as
    ``read`` does.
    """
    if isinstance(source, ReportSet):
        return source
    if isinstance(source, (str, Path)):
        return read(source, columns)
    if _is_frame(source):
        return from_frame(source, columns)
    if isinstance(source, Mapping):
        raise OptionError(
            "One dictionary is not a set of reports.",
            hint="Give a list of dictionaries, or (id, text) pairs: list(texts.items()).",
        )
    if isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray)):
        return from_iterable(source, columns)
    raise OptionError(
        f"A {type(source).__name__} is not a set of reports.",
        hint="Give a path, a polars or pandas frame, or a list of reports, (id, text) pairs or dictionaries.",
    )


def from_iterable(items: Iterable[Any], columns: Columns | None = None) -> ReportSet:
    """Reports from ``Report`` objects, ``(id, text)`` pairs, dictionaries or plain texts (numbered from 1).

    A list is kept as it is; an iterator is gone through once and its items are kept. Items must all be
    of one kind. ``columns`` name the keys of dictionaries. Raises ``ReadingError`` naming the item.
    """
    kept = items if isinstance(items, (list, tuple)) else list(items)
    kinds = {_kind(item, number) for number, item in enumerate(kept, 1)}
    if len(kinds) > 1:
        raise ReadingError(
            f"The reports are given in {len(kinds)} ways at once: {', '.join(sorted(kinds))}.",
            hint="Give them all in one way.",
        )
    kind = kinds.pop() if kinds else "texts"
    if kind == "dictionaries":
        rows = [{str(name): cell(value) for name, value in item.items()} for item in kept]
        table = Table(
            path=None,
            format="memory",
            columns=columns_of(rows),
            rows=lambda: ((number, dict(row)) for number, row in enumerate(rows, 1)),
            not_text=columns_without_text(kept),
        )
        return reports_of(table, columns or Columns())
    if kind == "reports":
        return ReportSet("memory", _columns_of_reports(kept), lambda: iter(kept))
    if kind == "pairs":
        pairs = [Report(id=_id(first, number), text=text) for number, (first, text) in enumerate(kept, 1)]
        return ReportSet("memory", ResolvedColumns(text=None, id="id"), lambda: iter(pairs))
    texts = [Report(id=str(number), text=text) for number, text in enumerate(kept, 1)]
    return ReportSet("memory", ResolvedColumns(text=None), lambda: iter(texts))


def from_frame(frame: Any, columns: Columns | None = None) -> ReportSet:
    """Reports from the rows of a polars or pandas data frame; missing values become ``None``.

    A named pandas index counts as a column. Raises ``ReadingError`` where the columns do not fit.
    """
    table = _polars_table(frame) if _library(frame) == "polars" else _pandas_table(frame)
    return reports_of(table, columns or Columns())


def _library(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _is_frame(value: object) -> bool:
    return _library(value) in ("polars", "pandas") and type(value).__name__ in ("DataFrame", "LazyFrame")


def _polars_table(frame: Any) -> Table:
    whole = frame.collect() if type(frame).__name__ == "LazyFrame" else frame
    return Table(
        path=None,
        format="frame",
        columns=tuple(whole.columns),
        rows=lambda: frame_rows(whole),
        not_text=not_text(whole.schema),
    )


def _pandas_table(frame: Any) -> Table:
    index = [name for name in frame.index.names if name is not None and name not in frame.columns]
    if index and len(index) == len(frame.index.names):
        frame = frame.reset_index()
    names = tuple(str(name) for name in frame.columns)
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ReadingError(f"The data frame has two columns {repeated!r}.", hint="Rename one of them.")

    def rows() -> Iterator[Row]:
        for number, values in enumerate(frame.itertuples(index=False, name=None), 1):
            yield number, dict(zip(names, map(cell, values), strict=True))

    sample = [row for _, row in zip(range(200), (row for _, row in rows()), strict=False)]
    return Table(path=None, format="frame", columns=names, rows=rows, not_text=columns_without_text(sample))


def _kind(item: object, number: int) -> str:
    if isinstance(item, Report):
        return "reports"
    if isinstance(item, str):
        return "texts"
    if isinstance(item, Mapping):
        return "dictionaries"
    if isinstance(item, (tuple, list)) and len(item) == 2 and isinstance(item[1], str):
        return "pairs"
    raise ReadingError(
        f"Item {number} is a {type(item).__name__}, which is not a report.",
        hint="Give Report objects, (id, text) pairs, dictionaries with a text, or plain texts.",
    )


def _id(value: Cell, number: int) -> str:
    from .table import key

    found = key(cell(value))
    if not found.strip():
        raise ReadingError(f"The id of item {number} is empty.", hint="Every report needs an id.")
    return found


def _columns_of_reports(items: Iterable[Report]) -> ResolvedColumns:
    patient = date = language = False
    carried: dict[str, None] = {}
    for report in items:
        patient = patient or report.patient is not None
        date = date or report.date is not None
        language = language or report.language is not None
        carried.update(dict.fromkeys(report.metadata))
    return replace(
        ResolvedColumns(text=None, id="id", carried=tuple(carried)),
        patient="patient" if patient else None,
        date="date" if date else None,
        language="language" if language else None,
    )
