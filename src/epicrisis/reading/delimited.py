"""CSV and TSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OptionError, ReadingError
from .columns import NAMES, ROLES, Columns, propose
from .encoding import NotTextError, bytes_error, detect, first_bytes, opened_text
from .looks import binary_error, check_is_text
from .options import Options
from .table import Row, Table, header

if TYPE_CHECKING:
    from _csv import Reader

_SAMPLE = 1 << 18
#: Longest field, in characters. Longer, it is a quote that was never closed, not a report.
FIELD_LIMIT = 1 << 26
DELIMITERS = (",", ";", "\t", "|")
#: The delimiter of a file with one column: a sign that texts do not hold.
_SINGLE = "\x1f"
_QUOTES_HINT = (
    "A field that holds the delimiter, a line end or a quote must stand in double quotes, "
    "with the quotes inside it doubled."
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file separates its fields. ``skip`` lines come before the header (Excel's ``sep=;``)."""

    delimiter: str
    spaces_before_quotes: bool = False
    skip: int = 0

    def reader(self, lines: Iterable[str]) -> Reader:
        if csv.field_size_limit() < FIELD_LIMIT:
            csv.field_size_limit(FIELD_LIMIT)
        return csv.reader(
            lines, delimiter=self.delimiter, strict=True, skipinitialspace=self.spaces_before_quotes
        )


def open_delimited(path: Path, options: Options) -> Table:
    """A CSV or TSV file as a table; the first row names the columns.

    Raises ``ReadingError`` for an empty file, binary data, repeated column names.
    """
    check_is_text(path, first_bytes(path), "CSV")
    try:
        encoding = options.encoding or detect(path)
    except NotTextError as error:
        raise binary_error(path, error.line, "CSV") from None
    sample = _sample(path, encoding)
    if not sample.strip():
        raise ReadingError("The file is empty.", path=path, hint="Export the reports again.")
    dialect = sniff(sample, options.delimiter, options.columns)
    names = _header(path, encoding, dialect)
    notes = () if encoding.startswith("utf") or options.encoding else (f"Read as {encoding}, not UTF-8.",)
    return Table(
        path=path,
        format="csv",
        columns=names,
        rows=lambda: _rows(path, encoding, dialect, names),
        encoding=encoding,
        delimiter=None if dialect.delimiter == _SINGLE else dialect.delimiter,
        notes=notes,
    )


def sniff(sample: str, delimiter: str | None = None, wanted: Columns | None = None) -> Dialect:
    """The dialect a sample is in.

    Each delimiter is tried on whole records (quotes understood): the header must have the same number
    of fields as the records. Columns known by name decide between delimiters that fit equally well.
    """
    skip = 0
    first, _, rest = sample.partition("\n")
    marker = first.strip().lower()
    if marker.startswith("sep=") and len(first.rstrip("\r\n")) in (4, 5):
        skip, sample = 1, rest
        delimiter = delimiter or first.rstrip("\r\n")[4:] or "\t"
    if delimiter is not None:
        delimiter = "\t" if delimiter in ("\\t", "tab") else delimiter
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise OptionError(f"The delimiter must be one character, not {delimiter!r}.")
        return Dialect(delimiter, _spaced(sample, delimiter), skip)
    best, best_score = Dialect(_SINGLE, skip=skip), (0.0, 0, 0)
    for candidate in DELIMITERS:
        for spaced in (False, True):
            dialect = Dialect(candidate, spaced, skip)
            score = _score(sample, dialect, wanted or Columns())
            if score > best_score:
                best, best_score = dialect, score
    return best


def _spaced(sample: str, delimiter: str) -> bool:
    plain = _score(sample, Dialect(delimiter), Columns())
    return _score(sample, Dialect(delimiter, spaces_before_quotes=True), Columns()) > plain


def _score(sample: str, dialect: Dialect, wanted: Columns) -> tuple[float, int, int]:
    """Share of records as wide as the header, columns with a known name, columns; zeros if it cannot be."""
    records: list[list[str]] = []
    broken = False
    try:
        records.extend(record for record in dialect.reader(io.StringIO(sample, newline="")) if record)
    except csv.Error:
        broken = True
    cut = len(sample) >= _SAMPLE
    if cut and not broken and len(records) > 1:
        records.pop()
    if not records or len(records[0]) < 2:
        return (0.0, 0, 0)
    width = len(records[0])
    fitting = sum(len(record) == width or _only_surplus(record, width) for record in records)
    # A cut sample ends inside quotes more often than not: only then is an error no sign against.
    share = fitting / (len(records) + (broken and not cut))
    named = {getattr(wanted, role) for role in ROLES} - {None}
    known = sum(name in named for name in records[0])
    known += sum(propose(role, records[0]) is not None for role in NAMES)
    return (round(share, 3), known, width)


def _sample(path: Path, encoding: str) -> str:
    try:
        with opened_text(path, encoding) as text:
            return text.read(_SAMPLE)
    except UnicodeError:
        raise bytes_error(path, encoding, None) from None


def _only_surplus(record: list[str], width: int) -> bool:
    """Whether a record is too long by empty fields alone (a delimiter at the end of the line)."""
    return len(record) > width and not any(record[width:])


def _header(path: Path, encoding: str, dialect: Dialect) -> tuple[str, ...]:
    for line, record in _records(path, encoding, dialect):
        return header(record, path, line)
    raise ReadingError("The file is empty.", path=path, hint="Export the reports again.")


def _records(path: Path, encoding: str, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they start on; blank lines are passed over."""
    start = 1 + dialect.skip
    with opened_text(path, encoding) as text:
        for _ in range(dialect.skip):
            text.readline()
        reader = dialect.reader(text)
        try:
            for record in reader:
                if record:
                    yield start, record
                start = reader.line_num + 1 + dialect.skip
            return
        except csv.Error as error:
            problem = str(error)
        except UnicodeError:
            raise bytes_error(path, encoding, reader.line_num + 1 + dialect.skip) from None
    if "field larger" in problem or "unexpected end" in problem:
        problem = "A field is opened with a quote that is never closed."
    else:
        problem = "The quotes of this record do not match."
    raise ReadingError(problem, path=path, line=start, hint=_QUOTES_HINT)


def _rows(path: Path, encoding: str, dialect: Dialect, names: tuple[str, ...]) -> Iterator[Row]:
    width = len(names)
    records = _records(path, encoding, dialect)
    next(records, None)
    for line, record in records:
        if len(record) != width:
            if not _only_surplus(record, width):
                raise _ragged(path, line, len(record), width, dialect)
            del record[width:]
        if width > 1 and not any(record):
            continue  # spreadsheets leave rows of bare delimiters at the end
        yield line, dict(zip(names, record, strict=True))


def _ragged(path: Path, line: int, found: int, width: int, dialect: Dialect) -> ReadingError:
    name = {"\t": "tab", _SINGLE: "none"}.get(dialect.delimiter, repr(dialect.delimiter))
    return ReadingError(
        f"This row has {found} field{'s' * (found != 1)} and the header has {width} (delimiter: {name}).",
        path=path,
        line=line,
        hint=f"{_QUOTES_HINT} If the delimiter was recognised wrongly, name it with --delimiter.",
    )
