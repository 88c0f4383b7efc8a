"""Tables as Excel workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .cells import as_text
from .layout import Column, Values

#: What a sheet can hold: rows (the header included), columns, characters in a cell.
MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS = 1_048_576, 16_384, 32_767
#: Whole numbers beyond this lose digits in Excel.
_MAX_INTEGER = 10**15
#: What XML cannot hold, and what would be read as the escape of it.
_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_HINT = "Write Parquet, CSV or JSON lines instead."


def write_workbook(path: Path, columns: Sequence[Column], rows: Iterable[Values]) -> int:
    """Write one sheet, header frozen, and return the number of rows.

    Texts are cells of text whatever they begin with, so that none is taken for a formula. Raises
    ``OutputError`` for what a sheet cannot hold: nothing is ever cut off.
    """
    from openpyxl import Workbook

    if len(columns) > MAX_COLUMNS:
        raise OutputError(
            f"The table has {len(columns):,} columns and an Excel sheet holds {MAX_COLUMNS:,}.",
            hint=f"{_HINT} The long form has few columns.",
        )
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("table")
    sheet.freeze_panes = "A2"
    names = [column.name for column in columns]
    count = 0
    try:
        sheet.append([_cell(sheet, name, "text", "a name", name) for name in names])
        for row in rows:
            count += 1
            if count >= MAX_ROWS:
                raise OutputError(
                    f"The table has more than the {MAX_ROWS:,} rows that an Excel sheet holds.", hint=_HINT
                )
            sheet.append(
                [
                    _cell(sheet, value, column.type, str(row[0]), column.name)
                    for value, column in zip(row, columns, strict=True)
                ]
            )
    except BaseException:
        sheet.close()
        sheet._writer.cleanup()  # openpyxl spools to the temporary folder until the book is saved
        raise
    book.save(path)
    return count


def _cell(sheet: Any, value: Any, kind: Any, first: str, column: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < _MAX_INTEGER:
        return value
    if isinstance(value, float) and abs(value) < float("inf"):
        return value
    text = _ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", as_text(value, kind) or "")
    if len(text) > MAX_CHARACTERS or len(text.encode("utf-16-le")) > 2 * MAX_CHARACTERS:
        raise OutputError(
            f"The cell of {column!r} for {first!r} has {len(text):,} characters, "
            f"and an Excel cell holds {MAX_CHARACTERS:,}.",
            hint=_HINT,
        )
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
