"""What is known of the sets of a project, counted in the background and kept until a file changes."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from pydantic import BaseModel

from ...errors import ReadingError
from ...reading.folder import read_text
from ..report_sets import ReportSets
from ..studio import Studio
from ..tasks import Task, tasks_of
from ..web.refusals import Refusal, Refused, not_found
from .counting import Summary, count
from .sound import sound

#: Raised when what is written to the cache changes.
_VERSION = 1
#: Seconds a page waits for the counting of small sets before it says that they are being counted.
WAIT = 0.4


class Counting(BaseModel):
    """``summary``, once the set is counted; till then how many reports were met ``so_far``."""

    summary: Summary | None = None
    so_far: int = 0
    failed: Refusal | None = None


class Entry(BaseModel):
    """One report of a set, without its text. ``length`` in characters; ``seq`` from 1."""

    seq: int
    id: str
    patient: str | None
    date: str | None
    language: str | None
    length: int
    line: int | None


class Listed(BaseModel):
    """Some reports of a set, and how many fit the search."""

    total: int
    entries: list[Entry]


class Counted:
    """Looks up, counts in the background, and forgets."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._sets = ReportSets(studio.project, studio.database)
        self._folder = studio.project.cache / "reports"

    def state(self, name: str, wait: float = WAIT) -> Counting:
        """The counts of a set, or how far the counting is, which begins if need be. Raises Refused (404)."""
        place = self._place(name)
        summary = _summary_in(place)
        if summary is None:
            try:
                task = tasks_of(self._studio, "reports").begin(
                    place, lambda task: self._count(name, place, task)
                )
            except Refused:
                return Counting()  # many are being counted: its turn comes with a later look
            task.join(wait)
            summary = _summary_in(place)
            if summary is None:
                return Counting(so_far=int(task.done), failed=task.problem)
        return Counting(summary=summary)

    def listed(self, name: str, search: str, *, offset: int, limit: int) -> Listed | None:
        """Reports in the order of the file whose id or patient holds ``search``; None till it is counted."""
        place = self._place(name)
        if not place.exists():
            return None
        escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        where, values = "", []
        if search:
            where = " WHERE id LIKE ?1 ESCAPE '\\' OR patient LIKE ?1 ESCAPE '\\'"
            values = [f"%{escaped}%"]
        with closing(_opened(place)) as db:
            total = db.execute(f"SELECT count(*) FROM reports{where}", values).fetchone()[0]
            rows = db.execute(
                f"SELECT {', '.join(Entry.model_fields)} FROM reports{where} ORDER BY seq"
                f" LIMIT {int(limit)} OFFSET {int(offset)}",
                values,
            ).fetchall()
        return Listed(total=total, entries=[_entry(row) for row in rows])

    def beside(self, name: str, seq: int) -> tuple[str | None, str | None]:
        """The ids before and after the report with this number."""
        place = self._place(name)
        if not place.exists():
            return None, None
        with closing(_opened(place)) as db:
            found = dict(
                db.execute("SELECT seq, id FROM reports WHERE seq IN (?, ?)", (seq - 1, seq + 1)).fetchall()
            )
        return found.get(seq - 1), found.get(seq + 1)

    def text(self, name: str, report_id: str) -> tuple[Entry, str]:
        """One report. Raises Refused (404), or ReadingError where the file cannot be read up to it."""
        place, path = self._place(name), self._sets.path(name)
        with sound(path):
            if place.exists():
                with closing(_opened(place)) as db:
                    row = db.execute(
                        f"SELECT {', '.join(Entry.model_fields)}, source FROM reports WHERE id = ? LIMIT 1",
                        (report_id,),
                    ).fetchone()
                if row is None:
                    raise not_found("report")
                entry, source = _entry(row[:-1]), row[-1]
                if source is not None and Path(source).is_file():
                    return entry, read_text(Path(source), self._sets.mapping(name).encoding).text
                first = entry.seq - 1
            else:
                first = 0
            for seq, report in enumerate(islice(self._sets.open(name), first, None), first + 1):
                if report.id == report_id:
                    line = None if report.source is None else report.source.line
                    about = (report.patient, report.date, report.language)
                    return _entry((seq, report.id, *about, len(report.text), line)), report.text
                if place.exists():
                    raise ReadingError("The file has changed.", hint="Reload the page.")
        raise not_found("report")

    def forget_gone(self) -> None:
        """Remove what is kept of sets that are no longer there."""
        known = {_prefix(name) for name in (*self._sets.names(), *self._sets.shipped())}
        with suppress(OSError):
            for file in self._folder.iterdir():
                if file.name.partition("-")[0] not in known:
                    file.unlink(missing_ok=True)

    def _count(self, name: str, place: Path, task: Task) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mapping = self._sets.mapping(name)
        count(
            lambda: self._sets.open(name, mapping),
            self._sets.path(name),
            place,
            lambda so_far: task.tell(done=float(so_far)),
        )
        for old in self._folder.glob(f"{_prefix(name)}-*.sqlite"):
            if old != place:
                old.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        """Where the counts lie of the set as it is now, read as is said now."""
        path = self._sets.path(name)
        state = [_VERSION, name, _stamp(path), asdict(self._sets.mapping(name))]
        digest = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()
        return self._folder / f"{_prefix(name)}-{digest[:24]}.sqlite"


def _prefix(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _stamp(path: Path) -> list[int]:
    """What changes when a file, or one in a folder, does: number, bytes, times."""
    if not path.is_dir():
        found = path.stat()
        return [1, found.st_size, found.st_mtime_ns]
    number = size = latest = 0
    for entry in _files(path):
        stat = entry.stat(follow_symlinks=False)
        number, size, latest = number + 1, size + stat.st_size, max(latest, stat.st_mtime_ns)
    return [number, size, latest]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                yield entry


def _opened(place: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)


def _summary_in(place: Path) -> Summary | None:
    if not place.exists():
        return None
    with suppress(sqlite3.Error), closing(_opened(place)) as db:
        row = db.execute("SELECT content FROM summary").fetchone()
        return Summary.model_validate_json(row[0])
    return None


def _entry(row: tuple[object, ...]) -> Entry:
    return Entry.model_validate(dict(zip(Entry.model_fields, row, strict=True)))
