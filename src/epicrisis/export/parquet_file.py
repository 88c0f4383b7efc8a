"""Tables as Parquet files and polars frames (extra ``tables``)."""

from __future__ import annotations

import itertools
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError, OutputError
from .cells import as_json, as_text, whole
from .layout import Column, Values

if TYPE_CHECKING:
    import polars

#: Rows in memory at a time.
_PART = 5000
#: Whole numbers a 64-bit floating-point number holds exactly.
_EXACT = 2**53


class _Kinds:
    """What the columns of type ``any`` turn out to hold, so that each gets one type at the end."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._found: dict[str, set[str]] = {column.name: set() for column in columns if column.type == "any"}

    def see(self, name: str, value: Any) -> None:
        if isinstance(value, bool):
            kind = "boolean"
        elif isinstance(value, int):
            kind = "integer" if abs(value) <= _EXACT else "long" if -(2**63) <= value < 2**63 else "text"
        else:
            kind = "number" if isinstance(value, float) else "text"
        self._found[name].add(kind)

    def types(self) -> dict[str, str]:
        return {name: _common(found) for name, found in self._found.items()}


def _common(found: set[str]) -> str:
    if found and found <= {"integer", "long"}:
        return "integer"
    if found and found <= {"integer", "number"}:
        return "number"
    return "boolean" if found == {"boolean"} else "text"


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterable[Values]) -> int:
    """Write a Parquet file and return the number of rows.

    Spans and groups are JSON text. A carried column has the type all its values share, else text. Rows go
    through parts in a folder beside ``path`` until every type is known, so that memory stays flat.
    Raises ``MissingExtraError`` without polars.
    """
    polars = _polars("Writing Parquet")
    folder = path.with_name(f"{path.name}.{secrets.token_hex(2)}")
    kinds = _Kinds(columns)
    count = number = 0
    try:
        folder.mkdir()
        for number, part in enumerate(_parts(rows)):
            count += len(part)
            _frame(columns, part, kinds).write_parquet(folder / f"{number:08d}.parquet")
        if count == 0:
            _frame(columns, [], kinds).write_parquet(folder / "0.parquet")
        parts = polars.scan_parquet(sorted(folder.iterdir()), glob=False)
        _settled(parts, kinds.types()).sink_parquet(path)
    except polars.exceptions.PolarsError as error:
        raise OutputError(
            f"The Parquet file cannot be written ({type(error).__name__}).", path=path
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return count


def make_frame(columns: Sequence[Column], rows: Iterable[Values]) -> polars.DataFrame:
    """The table as a polars frame, with the types a Parquet file of it would have."""
    _polars("A data frame")
    kinds = _Kinds(columns)
    frame = _frame(columns, list(rows), kinds)
    return _settled(frame.lazy(), kinds.types()).collect()


def _polars(needed_for: str) -> Any:
    try:
        import polars
    except ImportError:
        raise MissingExtraError.for_extra("tables", needed_for) from None
    return polars


def _parts(rows: Iterable[Values]) -> Iterator[list[Values]]:
    iterator = iter(rows)
    while part := list(itertools.islice(iterator, _PART)):
        yield part


def _frame(columns: Sequence[Column], rows: Sequence[Values], kinds: _Kinds) -> polars.DataFrame:
    """The rows with columns of type ``any`` as text, their kinds noted."""
    import polars

    types: Mapping[str, Any] = {
        "integer": polars.Int64,
        "number": polars.Float64,
        "boolean": polars.Boolean,
    }
    series = []
    for place, (name, kind) in enumerate(columns):
        values = [row[place] for row in rows]
        if kind == "any":
            for value in values:
                if value is not None:
                    kinds.see(name, value)
        if kind == "number":
            values = [None if value is None else float(value) for value in values]
        elif kind == "integer":
            values = [int(value) if isinstance(value, float) else value for value in values]
        elif kind not in types:
            values = [_text(value) for value in values]
        series.append(polars.Series(name, values, dtype=types.get(kind, polars.String)))
    return polars.DataFrame(series)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return whole(value)
    return as_json(value) if isinstance(value, (list, tuple, dict)) else as_text(value, "any")


def _settled(frame: polars.LazyFrame, types: Mapping[str, str]) -> polars.LazyFrame:
    import polars

    casts = []
    for name, kind in types.items():
        if kind == "boolean":
            casts.append((polars.col(name) == "true").alias(name))
        elif kind != "text":
            casts.append(polars.col(name).cast(polars.Int64 if kind == "integer" else polars.Float64))
    return frame.with_columns(casts)
