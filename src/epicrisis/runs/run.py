"""A run in the store, for reading: its manifest, its extractions, its counts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..codebook.codebook import Codebook
from ..errors import OptionError, StoreError
from ..extraction.answer import Extraction
from ..extraction.calibration import Calibration
from ..extraction.record import Record
from .calibrating import calibration_in
from .database import store_errors, store_path
from .lock import is_worked_on
from .manifest import Manifest
from .store import Counts, ReportRow, RunRow, RunStatus, Store

if TYPE_CHECKING:
    pass


class StoredRun:
    """A codebook applied to a set of reports. Iterating gives one Extraction per report, in input order.

    Every call reads the store anew, so a run that is still under way shows what it has so far. Nothing
    here needs a model or the file of reports. Confidences are calibrated if the manifest has a calibration,
    unless they are asked for ``raw``: as the model gave them.
    """

    def __init__(self, store: str | os.PathLike[str], run_id: str) -> None:
        self.store_path = Path(store)
        self.id = run_id
        self._codebook: Codebook | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.store_path)!r}, {self.id!r})"

    @classmethod
    def open(cls, store: str | os.PathLike[str] | None = None, name: str = "latest") -> Self:
        """The run ``name`` (its id, the beginning of it, or ``latest``) in a store.

        Without ``store``: ``$EPICRISIS_STORE``, else ``.epicrisis/store.sqlite``. Raises StoreError.
        """
        path = store_path(store)
        with Store(path, create=False) as opened:
            return cls(path, opened.find_run(name).id)

    @classmethod
    def all(cls, store: str | os.PathLike[str] | None = None) -> list[Self]:
        """All runs of a store, the latest first. Raises StoreError."""
        path = store_path(store)
        with Store(path, create=False) as opened:
            return [cls(path, row.id) for row in opened.runs()]

    @property
    def manifest(self) -> Manifest:
        """Everything needed to repeat the run, and what it came to."""
        with self._open() as store:
            return Manifest.model_validate_json(store.run(self.id).manifest)

    @property
    def codebook(self) -> Codebook:
        """The codebook as it was when the run began, or the one given to ``scored_by``."""
        return self._codebook or self.manifest.to_codebook()

    def scored_by(self, codebook: Codebook) -> Self:
        """The same run, measured with the ``tolerance`` and ``epsilon`` of ``codebook``; no answer depends on
        them. Raises OptionError for a codebook that asks anything else than the run's."""
        if codebook.digest != self.manifest.to_codebook().digest:
            raise OptionError(
                f"The codebook {codebook.name!r} asks otherwise than run {self.id} did.",
                hint="Only what evaluation alone reads may differ (tolerance, epsilon). "
                "After any other change, extract again.",
            )
        run = type(self)(self.store_path, self.id)
        run._codebook = codebook
        return run

    @property
    def status(self) -> RunStatus:
        """``running``, ``interrupted``, ``finished`` or ``failed`` (stopped by an error)."""
        with self._open() as store:
            return true_status(self.store_path, store.run(self.id))

    @property
    def counts(self) -> Counts:
        """Reports done and failed, and failed answers in the reports that did not fail."""
        with self._open() as store:
            return store.counts(store.run(self.id).number)

    @property
    def failures(self) -> dict[str, int]:
        """Why reports failed: reason -> number of reports."""
        with self._open() as store:
            return store.failures(store.run(self.id).number)

    def __len__(self) -> int:
        return self.counts.done

    def __iter__(self) -> Iterator[Extraction]:
        for row in self._rows():
            yield row.extraction

    def __getitem__(self, report_id: str) -> Extraction:
        """The extraction of one report. Raises KeyError."""
        return self.extraction(report_id)

    def extraction(self, report_id: str, *, raw: bool = False) -> Extraction:
        """The extraction of one report. Raises KeyError."""
        row = self._row(report_id, raw=raw)
        if row is None:
            raise KeyError(report_id)
        return row.extraction

    def __contains__(self, report_id: object) -> bool:
        return isinstance(report_id, str) and self._row(report_id) is not None

    def records(self, *, raw: bool = False) -> Iterator[Record]:
        """Every report with what is known about it and its extraction, in input order."""
        for row in self._rows(raw=raw):
            yield _record(row)

    def places(self) -> list[tuple[int, int]]:
        """The place of every report in the run and the number of its result, in input order. Who has read
        the results before needs to read only those with another number."""
        with self._open() as store, store_errors(self.store_path):
            return store.places(store.run(self.id).number)

    def records_at(self, places: Iterable[int]) -> Iterator[tuple[int, Record]]:
        """The reports at some places, each with its place, in input order."""
        with self._open() as store, store_errors(self.store_path):
            run = store.run(self.id)
            calibration = calibration_in(run.manifest)
            for place, row in store.rows_at(run.number, places):
                yield place, _record(row if calibration is None else _calibrated(row, calibration))

    def lengths(self) -> dict[str, int]:
        """The length of every report in characters; without the reports whose texts are not in the store."""
        with self._open() as store, store_errors(self.store_path):
            return store.lengths(store.run(self.id).number)

    def text(self, report_id: str) -> str | None:
        """The text of a report; None if the run left texts out of the store. Raises KeyError."""
        row = self._row(report_id)
        if row is None:
            raise KeyError(report_id)
        with self._open() as store:
            return store.text(row.digest)

    def remove(self) -> None:
        """Remove the run with the results and texts that no other run refers to.

        Raises StoreError if a program is working on it.
        """
        if is_worked_on(self.store_path, self.id):
            raise StoreError(
                f"A program is working on run {self.id}.", hint="Stop it with Ctrl-C before removing the run."
            )
        with self._open() as store, store_errors(self.store_path):
            store.remove_run(store.run(self.id).number)

    def _row(self, report_id: str, *, raw: bool = False) -> ReportRow | None:
        with self._open() as store:
            run = store.run(self.id)
            row = store.row(run.number, report_id)
        calibration = None if raw else calibration_in(run.manifest)
        return row if row is None or calibration is None else _calibrated(row, calibration)

    def _rows(self, *, raw: bool = False) -> Iterator[ReportRow]:
        with self._open() as store, store_errors(self.store_path):
            run = store.run(self.id)
            calibration = None if raw else calibration_in(run.manifest)
            for row in store.rows(run.number):
                yield row if calibration is None else _calibrated(row, calibration)

    def _open(self) -> Store:
        return Store(self.store_path, create=False)


def _record(row: ReportRow) -> Record:
    return Record(
        report_id=row.report_id,
        patient=row.patient,
        date=row.date,
        language=row.language,
        metadata=row.metadata,
        extraction=row.extraction,
    )


def _calibrated(row: ReportRow, calibration: Calibration) -> ReportRow:
    return replace(row, extraction=calibration.applied(row.extraction))


def true_status(path: Path, row: RunRow) -> RunStatus:
    """A run whose process was killed still reads ``running`` in the store: it is interrupted."""
    if row.status == "running" and not is_worked_on(path, row.id):
        return "interrupted"
    return row.status
