"""A file that says which reports are for testing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import ReadingError
from ..reading.columns import columns_sentence
from ..reading.formats import open_table
from ..reading.table import key
from .gold_columns import id_column
from .gold_problems import Problems

#: What the parts are called.
_PARTS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True, slots=True)
class SplitFile:
    """``parts`` by report id (``test`` if it is in any fold's test part, else ``train`` or
    ``validation``); ``folds`` by name the ids of its test part, empty if the file has no folds."""

    name: str
    parts: Mapping[str, str]
    folds: Mapping[str, frozenset[str]]

    @property
    def test(self) -> frozenset[str]:
        return frozenset(report for report, part in self.parts.items() if part == "test")

    def reason(self, report: str) -> str | None:
        """Why a report is not scored; ``None`` if it is."""
        part = self.parts.get(report)
        if part is None:
            return "not in the split file"
        return None if part == "test" else f"in the {part} part of the split"


def read_split(path: Path, *, id_name: str | None = None, needs_test: bool = True) -> SplitFile:
    """A table with an id column, ``split`` (train, validation or test), and perhaps ``fold``, in which
    case a report has a row in each fold. CSV, TSV, JSON (a list of objects), JSON lines or Excel.

    Raises ``ReadingError`` with everything that is wrong: no such columns, other words, repeated ids, and,
    where it ``needs_test``, no test part.
    """
    table = open_table(path)
    names = {name.strip().casefold(): name for name in table.columns}
    split_name, fold_name = names.get("split"), names.get("fold")
    id_found = id_column(table.columns, id_name, [name for name in (split_name, fold_name) if name])
    if split_name is None or id_found is None:
        missing = "'split'" if split_name is None else "of report ids"
        raise ReadingError(
            f"The split file has no column {missing}.",
            path=path,
            hint=f"It needs the columns 'id' and 'split'. {columns_sentence(table.columns)}",
        )
    problems = Problems(path, rows=table.format in ("xlsx", "parquet"))
    parts: dict[str, str] = {}
    folds: dict[str, set[str]] = {}
    seen: dict[tuple[str, str], int] = {}
    for line, row in table.rows():
        report = key(row.get(id_found)).strip()
        fold = key(row.get(fold_name)).strip() if fold_name is not None else ""
        part = _PARTS.get(key(row.get(split_name)).strip().casefold())
        if not report:
            problems.add(f"The id column {id_found!r} is empty here.", line)
        elif part is None:
            problems.add("The split must be train, validation or test.", line)
        elif (report, fold) in seen:
            again = f"it is at {seen[report, fold]} too"
            problems.add(
                f"The id {report!r} is here a second time; {again}.", line, "Folds need a column 'fold'."
            )
        else:
            seen[report, fold] = line
            if parts.get(report) != "test":
                parts[report] = part
            if fold_name is not None and part == "test":
                folds.setdefault(fold, set()).add(report)
    if needs_test and not problems and "test" not in parts.values():
        problems.add("No report is in the test part.", hint="Only those are scored.")
    problems.check()
    return SplitFile(path.name, parts, {fold: frozenset(test) for fold, test in folds.items()})
