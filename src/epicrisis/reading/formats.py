"""Which file is read how: the one place to add a format."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import OptionError, ReadingError
from .columns import Columns
from .delimited import open_delimited
from .encoding import check_encoding, is_gzipped
from .folder import DOCUMENTS, open_document, open_folder
from .json_rows import open_json_array, open_json_lines
from .options import Options
from .parquet import open_parquet
from .report_set import ReportSet, reports_of
from .table import Table
from .workbook import open_workbook

#: Name of a format -> what opens a file of it as a table.
TABLES: Mapping[str, Callable[[Path, Options], Table]] = {
    "csv": open_delimited,
    "jsonl": open_json_lines,
    "json": open_json_array,
    "parquet": open_parquet,
    "xlsx": open_workbook,
}
#: Ending -> name of the format. A file with one of ``folder.DOCUMENTS``' endings is one report.
ENDINGS: Mapping[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
_COMPRESSIBLE = ("csv", "jsonl", "json")
_NOT_YET = {".pdf": "PDF", ".docx": "Word", ".doc": "Word"}
_READABLE = (
    "Reports can be read from .csv, .tsv, .jsonl, .json, .parquet and .xlsx files "
    "(the first four also as .gz) and from a folder of .txt files."
)


def read(
    source: str | Path,
    columns: Columns | None = None,
    *,
    format: str | None = None,  # noqa: A002
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> ReportSet:
    """The reports of a file or folder, streamed each time they are gone through.

    What is not given is found out: the columns by name, the format by the file's ending (or
    ``format``: ``csv``, ``jsonl``, ``json``, ``parquet``, ``xlsx``, ``txt``), ``encoding`` and
    ``delimiter`` from the file; ``sheet`` is the first. Nothing but a sample is kept in memory.

    Raises ``ReadingError`` for a file that is missing, empty, not what its ending says, or without a
    text column; while going through the reports, for a row that cannot be read (with its line).
    Raises ``MissingExtraError`` for Parquet without the extra ``tables``.
    """
    path = Path(source)
    if encoding is not None:
        check_encoding(encoding)
    options = Options(columns or Columns(), format, sheet, encoding, delimiter)
    if not _exists(path):
        raise _missing(path)
    if path.is_dir():
        if format not in (None, "txt"):
            raise ReadingError(f"This is a folder, not a {format} file.", path=path)
        return open_folder(path, options)
    if not path.is_file():
        raise ReadingError(
            "This is not an ordinary file.",
            path=path,
            hint="Reports are read more than once: save them as a file.",
        )
    name = format_of(path, options)
    if name == "txt":
        return open_document(path, options)
    return reports_of(TABLES[name](path, options), options.columns)


def open_table(path: Path, options: Options | None = None) -> Table:
    """A file of rows, whatever its columns are called: CSV, TSV, JSON, JSON lines, Parquet or Excel.

    What ``options`` do not say is found out. Raises ``ReadingError`` as ``read`` does; nothing is said of
    the columns but their names.
    """
    options = options or Options(Columns())
    if not _exists(path):
        raise _missing(path)
    if not path.is_file():
        raise ReadingError("This is not a file.", path=path, hint="Name a file, not a folder.")
    if options.format is None and path.suffix.lower() not in (*ENDINGS, ".txt", ".gz"):
        raise ReadingError(
            "What kind of table this is cannot be told from its name.",
            path=path,
            hint=f"It should end in {', '.join(ENDINGS)}.",
        )
    plain = path.suffix.lower() == ".txt" and options.format is None
    name = "csv" if plain else format_of(path, options)
    return TABLES[name](path, options)


def format_of(path: Path, options: Options) -> str:
    """How a file is read: one of ``TABLES``, or ``txt`` for one that is one report.

    Raises ``ReadingError`` where its ending does not tell, OptionError for a format that there is not.
    """
    inner = path.with_suffix("") if is_gzipped(path) else path
    ending = inner.suffix.lower()
    if options.format is not None:
        name = options.format.lower().removeprefix(".")
        name = ENDINGS.get(f".{name}", name)
        if name not in (*TABLES, "txt"):
            raise OptionError(
                f"There is no format {options.format!r}.", hint=f"Formats are {', '.join(TABLES)} and txt."
            )
        return name
    if ending in DOCUMENTS and not is_gzipped(path):
        # A tab-separated export often ends in .txt: whoever names a text column means a table.
        return "csv" if options.columns.text or options.delimiter else "txt"
    if ending in ENDINGS:
        name = ENDINGS[ending]
        if is_gzipped(path) and name not in _COMPRESSIBLE:
            raise ReadingError(
                f"A {ending} file is not read compressed.", path=path, hint="Run gunzip on it first."
            )
        return name
    if ending in _NOT_YET:
        raise ReadingError(
            f"{_NOT_YET[ending]} documents are not supported yet.",
            path=path,
            hint=f"Convert them to text first, one .txt file for each report in a folder. {_READABLE}",
        )
    what = f"A file that ends in {ending}" if ending else "A file whose name has no ending"
    raise ReadingError(f"{what} cannot be read as reports.", path=path, hint=_READABLE)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _missing(path: Path) -> ReadingError:
    name = path.name
    if len(str(path)) > 300 or "\n" in str(path):
        # Most likely a report's text where its file should be: it must not be repeated.
        return ReadingError(
            "What should be the name of a file is no file name.",
            hint="To read reports from memory, give a list: [(id, text), ...].",
        )
    if not path.parent.is_dir():
        return ReadingError(f"There is no folder {str(path.parent)!r}.", path=path)
    try:
        siblings = [other.name for other in path.parent.iterdir() if not other.name.startswith(".")]
    except OSError:
        siblings = []
    close = difflib.get_close_matches(name, siblings, n=1, cutoff=0.6)
    same_stem = [other for other in siblings if Path(other).stem.lower() == path.stem.lower()]
    near = same_stem or close
    hint = f"Did you mean {str(path.with_name(near[0]))!r}?" if near else "Check the name and the folder."
    return ReadingError("There is no such file.", path=path, hint=hint)
