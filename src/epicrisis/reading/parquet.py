"""Parquet files, through polars (extra ``tables``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingExtraError, ReadingError
from .encoding import first_bytes
from .looks import looks_like
from .options import Options
from .table import Row, Table, cell

if TYPE_CHECKING:
    import polars

#: Rows in memory at a time.
_SLICE = 4096


def open_parquet(path: Path, options: Options) -> Table:  # noqa: ARG001
    """A Parquet file as a table, read in slices.

    Raises ``ReadingError`` for a file that is damaged or not Parquet, ``MissingExtraError`` without polars.
    """
    try:
        import polars
    except ImportError:
        raise MissingExtraError.for_extra("tables", "Reading Parquet") from None
    start = first_bytes(path)
    if not start.startswith(b"PAR1"):
        words = looks_like(path, start)
        raise ReadingError(
            f"This is not a Parquet file{f': it looks like {words}' if words else ''}.",
            path=path,
            hint="Give it the ending that fits what it is, such as .csv, .jsonl or .xlsx.",
        )
    try:
        schema: Mapping[str, polars.DataType] = polars.scan_parquet(path, glob=False).collect_schema()
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError):
        raise _damaged(path) from None
    return Table(
        path=path,
        format="parquet",
        columns=tuple(schema),
        rows=lambda: _rows(path),
        not_text=not_text(schema),
    )


def not_text(schema: Mapping[str, polars.DataType]) -> dict[str, str]:
    """The columns of a polars schema that do not hold text, with their type."""
    import polars

    texts = (polars.String, polars.Categorical, polars.Enum)
    return {name: f"{kind} values" for name, kind in schema.items() if not isinstance(kind, texts)}


def frame_rows(frame: polars.DataFrame, first: int = 1) -> Iterator[Row]:
    """The rows of a polars frame, numbered from ``first``."""
    import polars

    plain = (polars.String, polars.Boolean, polars.Categorical, polars.Enum)
    names = frame.columns
    convert = [
        name for name, kind in frame.schema.items() if not isinstance(kind, plain) and not kind.is_integer()
    ]
    for number, values in enumerate(frame.iter_rows(), first):
        row = dict(zip(names, values, strict=True))
        for name in convert:
            row[name] = cell(row[name])
        yield number, row


def _rows(path: Path) -> Iterator[Row]:
    import polars

    done = 0
    try:
        source = polars.scan_parquet(path, glob=False)
        while True:
            part = source.slice(done, _SLICE).collect()
            yield from frame_rows(part, done + 1)
            done += part.height
            if part.height < _SLICE:
                return
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError):
        raise _damaged(path, done + 1) from None


def _damaged(path: Path, row: int | None = None) -> ReadingError:
    return ReadingError(
        "The Parquet file is damaged or cut short.", path=path, line=row, hint="Copy or export it again."
    )
