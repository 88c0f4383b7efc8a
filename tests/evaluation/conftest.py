"""Cells, columns and paired reports made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from epicrisis.api import Run
from epicrisis.codebook import Codebook
from epicrisis.codebook.variable import Variable
from epicrisis.evaluation.cells import compare
from epicrisis.evaluation.gold import GoldCell
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.extraction.answer import Answer, Extraction, Status, Usage
from epicrisis.report import Report
from epicrisis.runs.manifest import (
    ColumnsRecord,
    EngineRecord,
    Manifest,
    SourceRecord,
    SystemRecord,
    codebook_record,
)
from epicrisis.runs.store import NewRun, RunStatus, Store

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Variable)


class Make:
    """Makes what the measures take. In place of a value, ``None`` is silence, ``FAILED`` a failed answer
    and ``UNSCORED`` (as gold) a cell that gold says nothing about."""

    FAILED = object()
    UNSCORED = object()

    @staticmethod
    def variable(kind: str, name: str = "v", **more: Any) -> Any:
        if kind in ("category", "ordinal"):
            more.setdefault("options", ["a", "b", "c"] if kind == "category" else [0, 1, 2, 3])
        if kind == "quantity":
            more.setdefault("unit", "mm")
        if kind == "group":
            more.setdefault("variables", [{"name": "part", "kind": "boolean"}])
        return _ADAPTER.validate_python({"name": name, "kind": kind, "definition": "d", **more})

    def pair(self, variable: Any, gold: Any, answer: Any, confidence: float | None = None) -> Pair | None:
        if gold is self.UNSCORED:
            return None
        if answer is self.FAILED:
            given = Answer(Status.FAILED, notes=("no valid JSON",))
        elif answer is None:
            given = Answer(Status.NOT_MENTIONED, confidence=confidence)
        else:
            given = Answer(Status.STATED, answer, confidence=confidence)
        cell = GoldCell(Status.NOT_MENTIONED if gold is None else Status.STATED, gold)
        return Pair(cell, given, compare(variable, given, gold))

    def column(self, variable: Any, cells: Iterable[Sequence[Any]]) -> list[Pair | None]:
        """``cells``: gold, answer and, if there is one, confidence."""
        return [self.pair(variable, *cell) for cell in cells]

    def paired(
        self,
        variables: Sequence[Any],
        reports: Sequence[Mapping[str, Sequence[Any]]],
        about: Sequence[Mapping[str, Any]] = (),
    ) -> Paired:
        """``reports``: by variable, gold, answer and confidence. ``about``: what else PairedReport takes."""
        codebook = Codebook(name="x", variables=list(variables))
        made = []
        for number, cells in enumerate(reports):
            pairs = {name: self.pair(codebook[name], *cell) for name, cell in cells.items()}
            known = {name: pair for name, pair in pairs.items() if pair is not None}
            more = about[number] if about else {}
            made.append(PairedReport(id=f"r{number}", pairs=known, **more))
        return Paired(codebook, tuple(made), Matching(tuple(one.id for one in made)))


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


class Shelf:
    """Runs with answers made by hand, in a store of their own."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store.sqlite"
        self._runs = 0

    def run(
        self,
        codebook: Codebook,
        answers: Mapping[str, Mapping[str, Answer] | str],
        *,
        about: Mapping[str, Mapping[str, Any]] | None = None,
        options: Mapping[str, Any] | None = None,
        keep_text: bool = True,
        status: RunStatus = "finished",
        carried: Sequence[str] = (),
        calibration: Any = None,
    ) -> Run:
        """``answers``: by report id, the answers, or the reason why the report failed. ``about``: by report
        id, what else ``Report`` takes. Every report's text is ``Report `` with its id."""
        self._runs += 1
        run_id = f"{codebook.name}-{self._runs:04}"
        manifest = Manifest(
            run=run_id,
            status=status,
            created="2026-01-01T00:00:00+00:00",
            codebook=codebook_record(codebook, None),
            engine=EngineRecord(identity={"kind": "scripted", "model": "by-hand"}),
            prompt_version="1",
            options=dict(options or {}),
            source=SourceRecord(columns=ColumnsRecord(identity={"id": "id"}, carried=list(carried))),
            system=SystemRecord(epicrisis="0", python="3", platform="none", packages={}),
            calibration=calibration,
        )
        with Store(self.store) as store:
            signature = run_id.encode()
            row = store.add_run(
                NewRun(
                    run_id,
                    signature,
                    manifest.created,
                    codebook.name,
                    "by-hand",
                    len(answers),
                    manifest.model_dump_json(),
                )
            )
            for place, (report_id, given) in enumerate(answers.items()):
                report = Report(report_id, f"Report {report_id}", **(about or {}).get(report_id, {}))
                digest = bytes.fromhex(report.digest)
                extraction = (
                    Extraction(report_id, {}, failure=given)
                    if isinstance(given, str)
                    else Extraction(report_id, given, Usage(1, 100, 80, 10, 0.5))
                )
                key = f"{run_id}/{report_id}".encode()
                result = store.add_result(row.number, key, digest, extraction, retryable=False)
                if keep_text:
                    store.add_text(digest, report.text)
                store.link(row.number, place, report, result)
            store.update_run(row.number, status, manifest.created, manifest.model_dump_json())
        return Run(self.store, run_id)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture(scope="session")
def new_shelf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Shelf]:
    """A shelf for each example of a property test."""
    return lambda: Shelf(tmp_path_factory.mktemp("shelf"))
