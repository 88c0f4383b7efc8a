"""Excel workbooks (.xlsx)."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ReadingError
from ..report import Cell
from .columns import nearest
from .encoding import first_bytes
from .looks import looks_like
from .options import Options
from .table import SAMPLE, Row, Table, cell, columns_without_text, header

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

#: How Excel writes characters that XML cannot hold, such as a carriage return: ``_x000D_``.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def open_workbook(path: Path, options: Options) -> Table:
    """One sheet of a workbook as a table: the first, or the one named. The first filled row is the header.

    Dates become ISO 8601 text, whole numbers are whole, texts stay as they are; a formula gives the
    value Excel last computed. Raises ``ReadingError`` for anything but a workbook with that sheet.
    """
    words = looks_like(path, first_bytes(path))
    if words != "an Excel workbook":
        raise ReadingError(
            f"This is not an Excel workbook (.xlsx){f': it looks like {words}' if words else ''}.",
            path=path,
            hint="Open it in Excel and save it as .xlsx without a password, or export CSV UTF-8.",
        )
    book = _load(path)
    try:
        sheet = _sheet_name(book, options.sheet, path)
        others = len(book.worksheets) - 1
    finally:
        book.close()
    records = _records(path, sheet)
    first = next(records, None)
    if first is None:
        raise ReadingError(f"The sheet {sheet!r} is empty.", path=path, hint="Name another one with --sheet.")
    line, values = first
    while values and values[-1] is None:
        values.pop()
    names = header(["" if value is None else str(value) for value in values], path, line)
    sample = [dict(zip(names, row, strict=False)) for _, row in itertools.islice(records, SAMPLE)]
    notes: tuple[str, ...] = ()
    if others and options.sheet is None:
        notes = (f"Read the first sheet, {sheet!r}; the file has {others} more (choose with --sheet).",)
    return Table(
        path=path,
        format="xlsx",
        columns=names,
        rows=lambda: _rows(path, sheet, names),
        not_text=columns_without_text(sample),
        numbers_as_text=True,
        notes=notes,
    )


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook in its order. Raises ``ReadingError`` where it cannot be opened."""
    book = _load(path)
    try:
        return [sheet.title for sheet in book.worksheets]
    finally:
        book.close()


def _load(path: Path) -> Workbook:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validation rules that openpyxl leaves out
            return load_workbook(path, read_only=True, data_only=True)
    except Exception:  # openpyxl, zipfile and the XML parser have no error in common for a damaged file
        raise _damaged(path) from None


def _damaged(path: Path, row: int | None = None) -> ReadingError:
    return ReadingError(
        "The workbook is damaged or cut short.",
        path=path,
        line=row,
        hint="Open it in Excel and save it again.",
    )


def _sheet_name(book: Workbook, wanted: str | None, path: Path) -> str:
    names = [sheet.title for sheet in book.worksheets]
    if not names:
        raise ReadingError("The workbook has no sheet with cells.", path=path)
    if wanted is None:
        return names[0]
    if wanted in names:
        return wanted
    raise ReadingError(
        f"There is no sheet {wanted!r}.{nearest(wanted, names)}",
        path=path,
        hint=f"The sheets are {', '.join(map(repr, names))}.",
    )


def _records(path: Path, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
    """Filled rows with their number."""
    book = _load(path)
    number = 0
    try:
        worksheet: Any = book[sheet]
        worksheet.reset_dimensions()  # some programs write a wrong size, which would cut rows off
        for number, values in enumerate(worksheet.iter_rows(values_only=True), 1):
            if any(value is not None and value != "" for value in values):
                yield number, [_cell(value) for value in values]
    except Exception:  # as in _load: the sheet itself is only unpacked here
        raise _damaged(path, number + 1) from None
    finally:
        book.close()


def _rows(path: Path, sheet: str, names: tuple[str, ...]) -> Iterator[Row]:
    width = len(names)
    records = _records(path, sheet)
    next(records, None)
    for number, values in records:
        if any(value is not None for value in values[width:]):
            raise ReadingError(
                f"This row has a value in column {len(values)}, beyond the {width} named columns.",
                path=path,
                line=number,
                hint="The first row must name every column; delete stray cells.",
            )
        padded = values[:width] + [None] * (width - len(values))
        yield number, dict(zip(names, padded, strict=True))


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return cell(value)
