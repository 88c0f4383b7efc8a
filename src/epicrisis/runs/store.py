"""The run store: runs, what their reports yielded, and the texts, in one SQLite file.

Results are only added: a result belongs to its key (text, codebook, prompt, engine, options), and any
run that asks the same finds it. All methods belong to the thread that opened the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple

from ..errors import StoreError
from ..extraction.answer import Extraction, Status, Usage
from ..extraction.codec import dump_answers, dump_json, load_answers
from ..report import Cell, Report
from .database import connect

#: Places named in one query.
_AT_ONCE = 500
RunStatus = Literal["running", "interrupted", "finished", "failed"]

_ADD_RESULT = (
    "INSERT INTO results (key, run, text_digest, answers, failed_answers, failure, retryable, requests,"
    " prompt_tokens, cached_tokens, completion_tokens, seconds, reasoning)"
    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
_ADD_TEXT = "INSERT OR IGNORE INTO texts (digest, text) VALUES (?, ?)"
_LINK = (
    "INSERT INTO run_reports (run, seq, report_id, patient, date, language, metadata, result)"
    " VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (run, seq) DO UPDATE SET result = excluded.result"
    " WHERE result IS NOT excluded.result"
)
_FIND = (
    "SELECT id, failure IS NOT NULL FROM results WHERE key = ? AND id > ? AND NOT retryable"
    " ORDER BY id DESC LIMIT 1"
)
_RUN = "SELECT number, id, status, created, ended, codebook, engine, total, reuse_after, manifest FROM runs"
_ROWS = (
    "SELECT r.report_id, r.patient, r.date, r.language, r.metadata, x.answers, x.failure, x.requests,"
    " x.prompt_tokens, x.cached_tokens, x.completion_tokens, x.seconds, x.reasoning, x.text_digest"
    " FROM run_reports r JOIN results x ON x.id = r.result WHERE r.run = ?"
)


class RunRow(NamedTuple):
    """A run as the store knows it. ``total`` is the number of reports it is to have."""

    number: int
    id: str
    status: RunStatus
    created: str
    ended: str | None
    codebook: str
    engine: str
    total: int
    reuse_after: int
    manifest: str


class NewRun(NamedTuple):
    """What a run starts with. ``fresh`` runs take nothing from earlier ones."""

    id: str
    signature: bytes
    created: str
    codebook: str
    engine: str
    total: int
    manifest: str
    fresh: bool = False


class Found(NamedTuple):
    """A result that need not be asked again."""

    result: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a run is, in reports; ``failed_answers`` counts cells of the reports that did not fail."""

    done: int
    failed: int
    failed_answers: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of a run with what it yielded. ``digest`` is of its text, hexadecimal."""

    report_id: str
    patient: str | None
    date: str | None
    language: str | None
    metadata: dict[str, Cell]
    extraction: Extraction
    digest: str


class Store:
    """An open run store."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the store at ``path``; make it if it is not there and ``create`` is set.

        Raises StoreError.
        """
        self.path = path
        self._db = connect(path, create=create)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Runs

    def add_run(self, run: NewRun) -> RunRow:
        """Begin a run, with status ``running``."""
        after = self._number("SELECT coalesce(max(id), 0) FROM results") if run.fresh else 0
        self._db.execute(
            "INSERT INTO runs (id, signature, status, created, codebook, engine, total, reuse_after,"
            " manifest) VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?)",
            (
                run.id,
                run.signature,
                run.created,
                run.codebook,
                run.engine,
                run.total,
                after,
                run.manifest,
            ),
        )
        return self.run(run.id)

    def update_run(self, number: int, status: RunStatus, ended: str | None, manifest: str) -> None:
        self._db.execute(
            "UPDATE runs SET status = ?, ended = ?, manifest = ? WHERE number = ?",
            (status, ended, manifest, number),
        )

    def run(self, run_id: str) -> RunRow:
        """The run with exactly this id. Raises StoreError."""
        row = self._db.execute(f"{_RUN} WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            raise StoreError(f"There is no run {run_id!r}.", path=self.path, hint=_LIST)
        return RunRow(*row)

    def runs(self) -> list[RunRow]:
        """All runs, the latest first."""
        return [RunRow(*row) for row in self._db.execute(f"{_RUN} ORDER BY number DESC")]

    def latest_like(self, signature: bytes, run_id: str | None = None) -> RunRow | None:
        """The latest run with this signature; only the one called ``run_id``, if that is given."""
        row = self._db.execute(
            f"{_RUN} WHERE signature = ?1 AND (?2 IS NULL OR id = ?2) ORDER BY number DESC LIMIT 1",
            (signature, run_id),
        ).fetchone()
        return None if row is None else RunRow(*row)

    def find_run(self, name: str) -> RunRow:
        """The run with this id, or the only one whose id begins so, or the ``latest``.

        Raises StoreError if there is none, or more than one.
        """
        runs = self.runs()
        if not runs:
            raise StoreError(
                "The run store holds no runs.", path=self.path, hint="Run 'epicrisis extract' first."
            )
        if name == "latest":
            return runs[0]
        found = [run for run in runs if run.id == name] or [run for run in runs if run.id.startswith(name)]
        if not found:
            raise StoreError(f"There is no run {name!r}.", path=self.path, hint=_LIST)
        if len(found) > 1:
            some = ", ".join(run.id for run in found[:5])
            raise StoreError(f"More than one run begins with {name!r}: {some}.", path=self.path, hint=_LIST)
        return found[0]

    def counts(self, number: int) -> Counts:
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(x.failure IS NOT NULL), 0),"
            " coalesce(sum(CASE WHEN x.failure IS NULL THEN x.failed_answers END), 0)"
            " FROM run_reports r JOIN results x ON x.id = r.result WHERE r.run = ?",
            (number,),
        ).fetchone()
        return Counts(*row)

    def usage(self, number: int) -> Usage:
        """What the run itself asked for; results taken from other runs cost nothing."""
        row = self._db.execute(
            "SELECT coalesce(sum(requests), 0), coalesce(sum(prompt_tokens), 0),"
            " coalesce(sum(cached_tokens), 0), coalesce(sum(completion_tokens), 0),"
            " coalesce(sum(seconds), 0.0) FROM results WHERE run = ?",
            (number,),
        ).fetchone()
        return Usage(*row)

    def remove_run(self, number: int) -> None:
        """Remove a run with the results and texts that no other run refers to, and overwrite their bytes."""
        self._db.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            self._db.execute("DELETE FROM run_reports WHERE run = ?", (number,))
            self._db.execute("DELETE FROM runs WHERE number = ?", (number,))
            self._db.execute("DELETE FROM results WHERE id NOT IN (SELECT result FROM run_reports)")
            self._db.execute("DELETE FROM texts WHERE digest NOT IN (SELECT text_digest FROM results)")
        # The write-ahead log still holds the old pages until it is written back and cut.
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Results

    def find(self, key: bytes, after: int = 0) -> Found | None:
        """The latest result under ``key`` that need not be asked again, with an id above ``after``."""
        row = self._db.execute(_FIND, (key, after)).fetchone()
        return None if row is None else Found(row[0], bool(row[1]))

    def begin(self) -> None:
        """Begin a transaction unless one is open."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End the open transaction, if there is one: what was written survives the process."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def rollback(self) -> None:
        """Drop what the open transaction wrote."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def add_result(self, run: int, key: bytes, digest: bytes, extraction: Extraction, retryable: bool) -> int:
        """Keep what a report yielded, and say under which number."""
        usage = extraction.usage
        failed = sum(answer.status is Status.FAILED for answer in extraction.answers.values())
        cursor = self._db.execute(
            _ADD_RESULT,
            (
                key,
                run,
                digest,
                dump_answers(extraction.answers),
                failed,
                extraction.failure,
                retryable,
                usage.requests,
                usage.prompt_tokens,
                usage.cached_tokens,
                usage.completion_tokens,
                usage.seconds,
                extraction.reasoning,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def add_text(self, digest: bytes, text: str) -> None:
        """Keep a report's text, once."""
        try:
            self._db.execute(_ADD_TEXT, (digest, text))
        except UnicodeEncodeError:  # half a surrogate pair, from a broken file
            self._db.execute(_ADD_TEXT, (digest, text.encode("utf-8", "surrogatepass")))

    def link(self, run: int, seq: int, report: Report, result: int) -> None:
        """Say that the report at place ``seq`` of the run has this result."""
        metadata = dump_json(dict(report.metadata)) if report.metadata else "{}"
        self._db.execute(
            _LINK,
            (run, seq, report.id, report.patient, report.date, report.language, metadata, result),
        )

    # Reading a run

    def rows(self, number: int) -> Iterator[ReportRow]:
        """The reports of a run, in the order of the input."""
        for row in self._db.execute(f"{_ROWS} ORDER BY r.seq", (number,)):
            yield _report_row(row)

    def places(self, number: int) -> list[tuple[int, int]]:
        """The place of every report of a run and the number of its result, in the order of the input. A
        report that is asked again gets another result."""
        return self._db.execute(
            "SELECT seq, result FROM run_reports WHERE run = ? ORDER BY seq", (number,)
        ).fetchall()

    def rows_at(self, number: int, places: Iterable[int]) -> Iterator[tuple[int, ReportRow]]:
        """The reports at these places (in the order of the input, whatever order they are named in)."""
        wanted = iter(sorted(places))
        while part := list(islice(wanted, _AT_ONCE)):
            marks = ",".join("?" * len(part))
            query = _ROWS.replace("SELECT ", "SELECT r.seq, ", 1)
            for seq, *row in self._db.execute(
                f"{query} AND r.seq IN ({marks}) ORDER BY r.seq", (number, *part)
            ):
                yield seq, _report_row(tuple(row))

    def row(self, number: int, report_id: str) -> ReportRow | None:
        row = self._db.execute(f"{_ROWS} AND r.report_id = ?", (number, report_id)).fetchone()
        return None if row is None else _report_row(row)

    def failures(self, number: int) -> dict[str, int]:
        """How many reports failed, by reason."""
        return dict(
            self._db.execute(
                "SELECT x.failure, count(*) FROM run_reports r JOIN results x ON x.id = r.result"
                " WHERE r.run = ? AND x.failure IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
                (number,),
            )
        )

    def lengths(self, number: int) -> dict[str, int]:
        """The lengths of the texts in characters, by report id; texts that are not kept are missing."""
        return dict(
            self._db.execute(
                "SELECT r.report_id, length(t.text) FROM run_reports r JOIN results x ON x.id = r.result"
                " JOIN texts t ON t.digest = x.text_digest WHERE r.run = ?",
                (number,),
            )
        )

    def text(self, digest: str) -> str | None:
        """The text with this SHA-256 (hexadecimal), if the store holds texts."""
        row = self._db.execute("SELECT text FROM texts WHERE digest = ?", (bytes.fromhex(digest),)).fetchone()
        if row is None:
            return None
        return row[0].decode("utf-8", "surrogatepass") if isinstance(row[0], bytes) else str(row[0])

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise


_LIST = "See 'epicrisis runs list'."


def _report_row(row: tuple[Any, ...]) -> ReportRow:
    report_id, patient, date, language, metadata, answers, failure, *usage, reasoning, digest = row
    return ReportRow(
        report_id=report_id,
        patient=patient,
        date=date,
        language=language,
        metadata=json.loads(metadata),
        extraction=Extraction(
            report_id=report_id,
            answers=load_answers(answers),
            usage=Usage(*usage),
            failure=failure,
            reasoning=reasoning,
        ),
        digest=digest.hex(),
    )
