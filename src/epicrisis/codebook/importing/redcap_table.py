"""The rows of a REDCap data dictionary."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from ...errors import CodebookError

MAX_BYTES = 50_000_000
#: The headings of the downloaded file, and those of the API's metadata export.
_HEADINGS = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "section": ("section header", "section_header"),
    "kind": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
    "note": ("field note", "field_note"),
    "validation": (
        "text validation type or show slider number",
        "text_validation_type_or_show_slider_number",
    ),
    "min": ("text validation min", "text_validation_min"),
    "max": ("text validation max", "text_validation_max"),
    "identifier": ("identifier?", "identifier"),
    "logic": ("branching logic (show field only if...)", "branching_logic"),
    "annotation": ("field annotation", "field_annotation"),
}
_NEEDED = ("name", "kind", "label", "choices")


class Row(NamedTuple):
    """One field of the dictionary, its cells stripped."""

    name: str
    form: str
    section: str
    kind: str
    label: str
    choices: str
    note: str
    validation: str
    min: str
    max: str
    identifier: str
    logic: str
    annotation: str


def read_rows(path: Path) -> list[Row]:
    """All rows with a field name. Raises ``CodebookError`` if this is not a data dictionary."""
    text = _text(path)
    header_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise CodebookError(f"Not a CSV file: {error}.", path=path) from None
    header = [re.sub(r"\s+", " ", cell).strip().casefold() for cell in table[0]] if table else []
    columns = {
        key: next((header.index(heading) for heading in headings if heading in header), None)
        for key, headings in _HEADINGS.items()
    }
    missing = [_HEADINGS[key][0] for key in _NEEDED if columns[key] is None]
    if missing:
        raise CodebookError(
            f"Not a REDCap data dictionary: no column {', '.join(repr(one) for one in missing)}.",
            path=path,
            line=1,
            hint="In REDCap: Project Setup > Data Dictionary > Download the current Data Dictionary.",
        )

    def cell(row: list[str], key: str) -> str:
        column = columns[key]
        return row[column].strip() if column is not None and column < len(row) else ""

    rows = [Row(**{key: cell(row, key) for key in _HEADINGS}) for row in table[1:]]
    return [row for row in rows if row.name]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CodebookError("Larger than 50 MB: this is not a data dictionary.", path=path)
        data = path.read_bytes()
    except OSError as error:
        raise CodebookError(f"Cannot be read: {error.strerror}.", path=path) from None
    if b"\0" in data:
        raise CodebookError(
            "Not a text file.", path=path, hint="Save the data dictionary as CSV (UTF-8), not as a workbook."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # saved by Excel
