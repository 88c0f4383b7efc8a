"""What is put under stress: the reports that gold has, and how they are asked about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import Any

from ..adapter import open_adapter
from ..api import DEFAULT_ENGINE, EngineSettings, prepare, to_codebook
from ..codebook.codebook import Codebook
from ..engines.engine import Engine
from ..engines.store import Report as FetchReport
from ..errors import OptionError
from ..evaluation.gold import Blank, Gold, load_gold
from ..evaluation.learned import used_ids
from ..extraction.extractor import ExtractionOptions
from ..reading import ReportSet, ResolvedColumns
from ..reading import reports as reports_of
from ..report import Report
from ..runs.identity import EngineIdentity
from ..runs.manifest import Manifest
from ..runs.run import StoredRun
from ..runs.task import Task


@dataclass(frozen=True, slots=True)
class Subject:
    """``task`` asks about the reports as they are. ``baseline`` is the run that has done so already, if there
    is one. ``store`` is where the original belongs. ``notes`` are worth telling; ``limit`` is the most
    reports that were wanted."""

    codebook: Codebook
    reports: ReportSet
    gold: Gold
    task: Task
    store: Path
    baseline: StoredRun | None = None
    notes: tuple[str, ...] = ()
    limit: int | None = None


def of_run(
    run: StoredRun,
    gold: Gold | str | PathLike[str],
    *,
    engine: Engine | str | None = None,
    blank: Blank = Blank.NOT_MENTIONED,
    limit: int | None = None,
    settings: EngineSettings | None = None,
    fetch_report: FetchReport | None = None,
) -> Subject:
    """The reports of a run that gold has too, asked about as the run did: the same codebook, options and
    engine (or ``engine``, then the original is asked anew).

    Raises OptionError for a run that cannot be repeated: without texts in the store, with examples from
    real reports, or of an engine that has no address.
    """
    manifest = run.manifest
    notes = []
    if not manifest.keeps_text:
        raise OptionError(
            f"Run {run.id} left the texts of its reports out of the store.",
            hint="Name its codebook and its file of reports instead.",
        )
    if run.status != "finished":
        notes.append(f"Run {run.id} is {run.status}: only the reports done so far are used.")
    codebook, options = run.codebook, options_of(manifest)
    found = _gold(gold, codebook, manifest.source.columns.identity.get("id"), run.store_path, blank)
    used = used_ids(manifest)
    reports = _with_gold(_reports_of(run, manifest, found), found, limit, used)
    task = prepare(
        reports,
        codebook,
        engine or _address(manifest, run.id),
        settings=_settings(settings, None if engine else manifest),
        options=options,
        calibration=False,
        fetch_report=fetch_report,
    )
    same = _same_asking(task, manifest)
    if not same and engine is None:
        notes.append(
            f"This program asks otherwise than the one that made {run.id}: the original is asked anew."
        )
    # What is asked here must not be taken for another call of the same extraction.
    store = stress_store(run.store_path)
    return Subject(codebook, reports, found, task, store, run if same else None, tuple(notes), limit)


def of_reports(
    codebook: Codebook | str | PathLike[str],
    reports: object,
    gold: Gold | str | PathLike[str],
    store: Path,
    *,
    engine: Engine | str | None = None,
    options: ExtractionOptions | None = None,
    blank: Blank = Blank.NOT_MENTIONED,
    limit: int | None = None,
    settings: EngineSettings | None = None,
    fetch_report: FetchReport | None = None,
) -> Subject:
    """Those of ``reports`` (as ``extract`` takes them) that gold has. The original is a run in ``store`` like
    any other; what ``extract`` asked there before is not asked again. Raises as ``extract`` does."""
    wanted, _ = to_codebook(codebook)
    given = reports_of(reports)
    found = _gold(gold, wanted, given.columns.identity.get("id"), store, blank)
    chosen = _with_gold(given, found, limit, {})
    task = prepare(
        chosen,
        codebook,
        engine or DEFAULT_ENGINE,
        settings=settings,
        options=options,
        fetch_report=fetch_report,
    )
    return Subject(wanted, chosen, found, task, store, None, given.notes, limit)


def stress_store(store: Path) -> Path:
    """Where perturbed reports are asked: beside the store, so that lists of runs stay readable."""
    return store.with_name("stress.sqlite")


def options_of(manifest: Manifest) -> ExtractionOptions:
    """The options a run was made with. Raises OptionError where the manifest does not hold them all, and
    ModelError where the adapter is no longer in its folder."""
    chosen: dict[str, Any] = {}
    for field in fields(ExtractionOptions):
        value = manifest.options.get(field.name)
        # Of what is no plain value the manifest has a digest only.
        if isinstance(value, str | int | float):
            usual = field.default
            chosen[field.name] = type(usual)(value) if isinstance(usual, Enum) else value
    adapter = manifest.options.get("adapter")
    if isinstance(adapter, dict) and isinstance(adapter.get("folder"), str):
        chosen["adapter"] = open_adapter(adapter["folder"])
    options = ExtractionOptions(**chosen)
    repeated = options.as_dict()
    lost = [name for name, value in manifest.options.items() if _plain(repeated.get(name)) != _plain(value)]
    if lost:
        raise OptionError(
            f"Run {manifest.run} cannot be asked again in the same way: its manifest does not hold "
            f"{', '.join(lost)}.",
            hint="Name a run without examples from real reports, or a codebook and a file of reports.",
        )
    return options


def _reports_of(run: StoredRun, manifest: Manifest, gold: Gold) -> ReportSet:
    """Those that gold has: of a long run, the other texts are not even read."""

    def read() -> Iterator[Report]:
        for record in run.records():
            text = run.text(record.report_id) if record.report_id in gold.cells else None
            if text is not None:
                yield Report(
                    id=record.report_id,
                    text=text,
                    patient=record.patient,
                    date=record.date,
                    language=record.language,
                    metadata=record.metadata,
                )

    columns = manifest.source.columns
    resolved = ResolvedColumns(
        text=columns.text,
        id=columns.id,
        patient=columns.patient,
        date=columns.date,
        language=columns.language,
        carried=tuple(columns.carried),
    )
    return ReportSet(manifest.source.format or "memory", resolved, read, path=manifest.source.path)


def _with_gold(reports: ReportSet, gold: Gold, limit: int | None, used: dict[str, str]) -> ReportSet:
    """The first ``limit`` reports that can be scored, kept in memory: each is perturbed many times."""
    if limit is not None and limit < 1:
        raise OptionError(f"The limit is {limit}.", hint="Ask for at least one report.")
    kept = [report for report in reports if gold.cells.get(report.id) and report.id not in used][:limit]
    if not kept:
        raise OptionError(
            f"None of the reports is in the gold {gold.name!r}.",
            hint="Ids are compared as text. Is it the same id column? Did a spreadsheet drop leading zeros "
            "(007 became 7)?",
        )
    return replace(reports, open=lambda: iter(kept))


def _gold(
    gold: Gold | str | PathLike[str], codebook: Codebook, id_name: str | None, store: Path, blank: Blank
) -> Gold:
    if isinstance(gold, Gold):
        return gold
    what = gold if isinstance(gold, str) else Path(gold)
    return load_gold(what, codebook, store, blank, id_name=id_name)


def _address(manifest: Manifest, name: str) -> str:
    if manifest.engine.address is None:
        raise OptionError(
            f"The engine of run {name} was opened by a program and has no address.",
            hint="Name the engine with --engine.",
        )
    return manifest.engine.address


def _settings(settings: EngineSettings | None, manifest: Manifest | None) -> EngineSettings:
    """With the context that the run was given: answers may depend on it."""
    given = settings or EngineSettings()
    if manifest is None or given.context is not None:
        return given
    context = (manifest.engine.identity.get("settings") or {}).get("context")
    return replace(given, context=context) if isinstance(context, int) else given


def _same_asking(task: Task, manifest: Manifest) -> bool:
    identity = EngineIdentity(**manifest.engine.identity)
    return (
        task.prompt_version == manifest.prompt_version
        and task.codebook.digest == manifest.codebook.digest
        and _plain(dict(task.options)) == _plain(manifest.options)
        and _plain(task.engine.sameness()) == _plain(identity.sameness())
    )


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
