"""Tables as CSV and as JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from .cells import as_text, finite, guarded, whole
from .layout import Column, Values


def write_csv(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Values],
    *,
    bom: bool = False,
    guard: bool = False,
) -> int:
    """Write a CSV file (comma, UTF-8, CRLF as in RFC 4180) and return the number of rows.

    ``bom`` puts a byte order mark first, by which Excel knows UTF-8. Texts are written as they are, unless
    ``guard`` keeps spreadsheets from taking them for formulas.
    """
    kinds = [column.type for column in columns]
    safe = guarded if guard else _as_it_is
    count = 0
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([safe(whole(column.name)) for column in columns])
        for row in rows:
            writer.writerow([safe(as_text(value, kind)) for value, kind in zip(row, kinds, strict=True)])
            count += 1
    return count


def write_json_lines(path: Path, columns: Sequence[Column], rows: Iterable[Values]) -> int:
    """Write one JSON object a line, values with their types, and return the number of rows."""
    names = [column.name for column in columns]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            document = {name: finite(value) for name, value in zip(names, row, strict=True)}
            out.write(whole(encode(document)) + "\n")
            count += 1
    return count


def _as_it_is(text: str | None) -> str | None:
    return text
