"""The calls most programs need: extract, and open what was extracted."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from .adapter import Adapter, open_adapter
from .codebook.codebook import Codebook
from .engines.engine import Engine
from .errors import OptionError
from .extraction import adapted
from .extraction.calibration import Asking
from .extraction.extractor import ExtractionOptions, Extractor
from .reading import Columns, ReportSet
from .reading import reports as reports_of
from .runs.calibrating import choose
from .runs.database import store_path
from .runs.opening import EngineSettings, Opening, base_of
from .runs.progress import Progress
from .runs.run import StoredRun
from .runs.selection import Selected, select
from .runs.session import work
from .runs.task import Ready, Task
from .runs.translations import Translations, translations_path

if TYPE_CHECKING:
    import polars

    from .engines.store import Report as FetchReport
    from .evaluation.gold import Blank, Gold
    from .evaluation.result import Evaluation

#: The engine used where none is named.
DEFAULT_ENGINE = "qwen2.5-coder-1.5b-instruct"


class Run(StoredRun):
    """A run that also gives tables."""

    def frame(
        self, *, form: Literal["wide", "long"] = "wide", include: Collection[str] = ()
    ) -> polars.DataFrame:
        """The run as a polars frame: one row per report (``wide``) or per answer (``long``).

        ``include`` adds columns beside each variable of the wide form: ``status``, ``evidence``,
        ``grade``, ``confidence``, ``votes``, ``notes``. Raises MissingExtraError without the extra
        ``tables``.
        """
        from .export.table import frame

        columns = self.manifest.source.columns
        return frame(
            self.records(),
            self.codebook,
            form=form,
            include=include,
            identity=columns.identity,
            carried=columns.carried,
        )

    def write(
        self,
        path: str | os.PathLike[str],
        *,
        format: str | None = None,  # noqa: A002
        form: Literal["wide", "long"] = "wide",
        include: Collection[str] = (),
    ) -> int:
        """Write the run as CSV, JSON Lines, Parquet or Excel; the file appears whole or not at all.

        Without ``format`` the ending of ``path`` tells. Returns the number of rows.
        """
        from .export.table import write_table

        columns = self.manifest.source.columns
        return write_table(
            self.records(),
            self.codebook,
            Path(path),
            format=format,
            form=form,
            include=include,
            identity=columns.identity,
            carried=columns.carried,
        )

    def evaluate(
        self,
        gold: Gold | str | os.PathLike[str],
        *,
        blank: Blank | str = "not-mentioned",
        lenient: bool = False,
        by: Sequence[str] = (),
        cost_per_hour: float | None = None,
        split: str | os.PathLike[str] | None = None,
        splits: int | None = None,
        train: float = 0.5,
        leave_one_out: bool = False,
        humans: Sequence[Gold | str | os.PathLike[str]] = (),
        target: float | None = None,
        half_width: float = 0.05,
        bertscore: str | os.PathLike[str] | None = None,
        draws: int = 2000,
        seed: int = 0,
        progress: Callable[[str], None] | None = None,
    ) -> Evaluation:
        """Measure the run by gold: a file, the name of another run in the same store, or a ``Gold``.

        ``blank`` says what gold's blank cells mean: ``not-mentioned`` or ``ignore``; ``lenient`` leaves out
        all that gold is silent about. ``by`` names carried columns to break errors down by;
        ``cost_per_hour`` is of the engine, in any currency. ``split`` is a file that says which reports are
        for testing; ``splits`` random splits with the share ``train`` in the training part, or
        ``leave_one_out``, add the scores of held-out parts. ``humans`` are golds of two people or more, whose
        agreement is set beside the run's. ``target`` is the share of right cells to reach by review,
        ``half_width`` the precision to plan more gold for, ``bertscore`` the folder of a local model.
        Intervals rest on ``draws`` bootstrap draws with ``seed``; ``progress`` is told what is measured now.

        Calls no model. Raises ReadingError for gold that cannot be used, OptionError where nothing can be
        scored, MissingExtraError without the extra ``evaluation``.
        """
        from .evaluation.evaluate import evaluate

        return evaluate(
            self,
            gold,
            blank=blank,
            lenient=lenient,
            draws=draws,
            seed=seed,
            by=by,
            cost_per_hour=cost_per_hour,
            split=split,
            splits=splits,
            train=train,
            leave_one_out=leave_one_out,
            humans=humans,
            target=target,
            half_width=half_width,
            bertscore=bertscore,
            progress=progress,
        )


def extract(
    reports: object,
    codebook: Codebook | type[BaseModel] | str | os.PathLike[str],
    engine: Engine | str | None = None,
    *,
    columns: Columns | Mapping[str, str] | None = None,
    limit: int | None = None,
    ids: Iterable[str] | None = None,
    settings: EngineSettings | None = None,
    options: ExtractionOptions | None = None,
    store: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    keep_text: bool = True,
    calibration: bool | str | os.PathLike[str] = True,
    progress: bool | Progress = False,
    adapter: Adapter | str | os.PathLike[str] | None = None,
) -> Run:
    """Extract the variables of a codebook from reports, and give the run.

    ``reports``: a path, a polars or pandas frame, or an iterable of texts, dictionaries, (id, text) pairs
    or Reports. ``codebook``: a Codebook, a file, the name of a shipped one, or a pydantic class.
    ``engine``: an address as on the command line, or an open Engine (which stays open); the default model
    if left out, or the one that the adapter was trained on. ``columns`` names the columns or keys with
    ``text``, ``id``, ``patient``, ``date``, ``language``; the others are found by name. ``limit`` takes the
    first reports only, ``ids`` those with these ids.

    Results are kept in ``store`` (default ``.epicrisis/store.sqlite``, or ``$EPICRISIS_STORE``): the same
    call again asks nothing twice, unless ``fresh``. Without ``keep_text`` the store holds quotes but not
    the whole texts. Confidences are calibrated by the file kept beside the codebook, if there is one that
    fits; by the file that ``calibration`` names; or not at all if it is False. ``progress`` shows a bar on
    stderr, or tells a listener. ``adapter``: a folder that ``epicrisis tune`` wrote; it is asked as it was
    trained, but for what ``options`` say otherwise than by default.

    A report that fails is in the run with its reason; ``run.counts.failed`` says how many. Raises
    CodebookError, ReadingError, OptionError, ModelError, EngineError or StoreError if nothing could start,
    RunStoppedError if the engine failed too often in a row (the run is kept and goes on with the same
    call), KeyboardInterrupt after Ctrl-C (likewise).
    """
    path = store_path(store)
    with ExitStack() as stack:
        listener, fetch_report = None if isinstance(progress, bool) else progress, None
        if progress is True:
            from .runs.display import display

            shown = stack.enter_context(closing(display()))
            listener, fetch_report = shown, shown.fetching
        options = _with_adapter(options, adapter)
        # Translations are the words of reports: where those are not kept, these are not either.
        kept = options.translate is not None and keep_text
        translations = stack.enter_context(Translations(translations_path(path))) if kept else None
        task = prepare(
            reports,
            codebook,
            engine,
            columns=columns,
            limit=limit,
            ids=None if ids is None else frozenset(ids),
            settings=settings,
            options=options,
            calibration=calibration,
            fetch_report=fetch_report,
            translations=translations,
        )
        session = work(task, path, progress=listener, fresh=fresh, keep_text=keep_text)
    if session.error is not None:
        raise session.error
    if session.status == "interrupted":
        raise KeyboardInterrupt
    return Run(path, session.run_id)


def open_run(name: str = "latest", store: str | os.PathLike[str] | None = None) -> Run:
    """The run with this id (or the only one beginning so), or the ``latest``. Raises StoreError."""
    return Run.open(store, name)


def prepare(
    reports: object,
    codebook: Codebook | type[BaseModel] | str | os.PathLike[str],
    engine: Engine | str | None,
    *,
    columns: Columns | Mapping[str, str] | None = None,
    limit: int | None = None,
    ids: frozenset[str] | None = None,
    settings: EngineSettings | None = None,
    options: ExtractionOptions | None = None,
    calibration: bool | str | os.PathLike[str] = True,
    fetch_report: FetchReport | None = None,
    translations: MutableMapping[str, str] | None = None,
    adapter: Adapter | str | os.PathLike[str] | None = None,
) -> Task:
    """Check and gather everything a run needs, short of loading a model. Writes nothing.

    Arguments and errors as of ``extract``. ``fetch_report`` hears how far the fetching of a model is;
    ``translations`` keeps translated sentences, where the options ask for them.
    """
    wanted, wanted_path = to_codebook(codebook)
    selected = select(_reports(reports, columns), limit=limit, ids=ids)
    options = _with_adapter(options, adapter)
    notes = tuple(adapted.notes(options, wanted))
    if engine is None or isinstance(engine, str):
        address, said = _address(engine, options.adapter)
        opened = Opening.at(address, settings or EngineSettings(), options.adapter, fetch_report)
        notes = (*said, *opened.notes, *notes)
    else:
        opened = Opening.of(engine, options.adapter)
    given = calibration if isinstance(calibration, bool) else Path(calibration)
    return _task(wanted, wanted_path, selected, opened, options, given, translations, notes)


def to_codebook(
    codebook: Codebook | type[BaseModel] | str | os.PathLike[str],
) -> tuple[Codebook, Path | None]:
    """The codebook meant, and the file it came from, if any. Raises CodebookError."""
    from . import codebook as codebooks

    if isinstance(codebook, Codebook):
        codebooks.check(codebook)
        return codebook, None
    if isinstance(codebook, type) and issubclass(codebook, BaseModel):
        from .codebook.importing import from_pydantic

        return from_pydantic(codebook)[0], None
    if not isinstance(codebook, (str, os.PathLike)):
        raise OptionError(
            f"A {type(codebook).__name__} is not a codebook.",
            hint="Give a Codebook, the path of a YAML file, the name of a shipped one, or a pydantic class.",
        )
    path = Path(codebook)
    if isinstance(codebook, str) and not path.exists():
        from . import library

        if codebook in library.names() or _looks_like_a_name(codebook):
            path = library.path(codebook)
    from .codebook.load import source_of

    return codebooks.load(path), source_of(path)


def _looks_like_a_name(text: str) -> bool:
    return not any(mark in text for mark in "./\\~")


def _reports(reports: object, columns: Columns | Mapping[str, str] | None) -> ReportSet:
    if isinstance(columns, Mapping):
        unknown = sorted(set(columns) - set(Columns.__dataclass_fields__))
        if unknown:
            raise OptionError(
                f"There is no such part for a column: {', '.join(unknown)}.",
                hint=f"The parts are {', '.join(Columns.__dataclass_fields__)}.",
            )
        columns = Columns(**columns)
    return reports_of(reports, columns)


def _with_adapter(
    options: ExtractionOptions | None, adapter: Adapter | str | os.PathLike[str] | None
) -> ExtractionOptions:
    if adapter is None:
        return options or ExtractionOptions()
    return adapted.with_adapter(options, adapter if isinstance(adapter, Adapter) else open_adapter(adapter))


def _address(engine: str | None, adapter: Adapter | None) -> tuple[str, tuple[str, ...]]:
    """The engine's address, and what there is to say about how it was found."""
    if engine is not None:
        return engine, ()
    if adapter is None:
        return DEFAULT_ENGINE, ()
    base = base_of(adapter)
    return base, (f"The engine is {base}, which the adapter {adapter.name!r} was trained on.",)


def _task(
    codebook: Codebook,
    path: Path | None,
    selected: Selected,
    opening: Opening,
    options: ExtractionOptions,
    calibration: bool | Path,
    translations: MutableMapping[str, str] | None,
    notes: tuple[str, ...],
) -> Task:
    extractor = Extractor(codebook, opening.engine, options, translations=translations)
    named = opening.identity
    asking = Asking.of(named.model, named.digest, extractor.prompt_version, options.as_dict())
    chosen = choose(calibration, codebook, path, asking)

    def make_ready() -> Ready:
        from .engines.probe import probe
        from .extraction.contextual import without_probabilities

        # Not from here on, but before the first report: what a server lets through is not worth keeping.
        probe(opening.engine, adapter=options.adapter_name)
        if options.contextual and not opening.engine.info.logprobs:
            raise without_probabilities("and the engine gives none")
        return Ready(extractor, opening.engine.info, _nothing if opening.keep_open else opening.engine.close)

    return Task(
        codebook=codebook,
        reports=selected.reports,
        total=selected.survey.reports,
        source=selected.source,
        engine=opening.identity,
        prompt_version=extractor.prompt_version,
        options=options.as_dict(),
        make_ready=make_ready,
        codebook_path=path,
        address=opening.address,
        calibration=chosen.calibration,
        notes=(*notes, *chosen.notes),
    )


def _nothing() -> None:
    """An engine the caller opened is the caller's to close."""


__all__ = ["DEFAULT_ENGINE", "EngineSettings", "Run", "extract", "open_run", "prepare", "to_codebook"]
