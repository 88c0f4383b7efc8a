"""Tables to take away: a run, or the reports found, in a file that is sent and then removed."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from ...api import Run
from ...export.table import write_table
from ..project import Project

Format = Literal["csv", "jsonl", "parquet", "xlsx"]
Form = Literal["wide", "long"]
TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Files that a broken download left behind are removed after so many seconds.
_OLD = 3600.0


class Wanted(BaseModel):
    """How a table is to be. ``plain``: CSV with all texts as they are, for programs; else spreadsheets are
    kept from taking texts for formulas, and are told of the encoding."""

    format: Format = "csv"
    form: Form = "wide"
    include: list[str] = []
    plain: bool = False


def write(project: Project, run: Run, wanted: Wanted, places: Collection[int] | None) -> tuple[Path, int]:
    """The table of all reports, or of those at some places, in a file of its own; and its number of rows.

    Raises what ``export.write_table`` does.
    """
    folder = project.cache / "tables"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder.iterdir())
    path = folder / f"{secrets.token_hex(8)}.{wanted.format}"
    columns = run.manifest.source.columns
    records = run.records() if places is None else (record for _, record in run.records_at(places))
    for_people = wanted.format == "csv" and not wanted.plain
    rows = write_table(
        records,
        run.codebook,
        path,
        format=wanted.format,
        form=wanted.form,
        include=wanted.include,
        # A run that was not begun from a file may not say what its columns are called.
        identity=columns.identity or None,
        carried=columns.carried,
        bom=for_people,
        guard=for_people,
    )
    path.chmod(0o600)
    return path, rows


def name_of(run: Run, wanted: Wanted, *, whole: bool) -> str:
    """What the file is called where it is saved: nothing of a report is in it."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", run.id).strip("-.") or "run"
    parts = [name, *(() if whole else ("selection",)), *(() if wanted.form == "wide" else ("long",))]
    return f"{'-'.join(parts)}.{wanted.format}"


def _sweep(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            if path.is_file() and time.time() - path.stat().st_mtime > _OLD:
                path.unlink(missing_ok=True)
        except OSError:
            continue
