"""``epicrisis extract``: reports and a codebook in, a run out."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter

from ..prompting.form import Form
from .asking import calibration_of, options_of
from .ending import ending
from .messages import out_json, say
from .outcome import document, summarise
from .parameters import (
    ENGINE,
    Context,
    DateColumn,
    Delimiter,
    Encoding,
    IdColumn,
    LanguageColumn,
    Parallel,
    PatientColumn,
    Sheet,
    TextColumn,
    Threads,
    Timeout,
    flag,
)

if TYPE_CHECKING:
    from ..examples import Selector
    from ..reading import ReportSet
    from ..runs.task import Task

_ASKING = Group("Asking", sort_key=4, help="The defaults are those measured best with the default model.")
_STORE = Group("Run store", sort_key=5)
Select = Literal["fixed", "random", "similar", "structure", "diverse"]


def extract(
    codebook: Annotated[
        str, Parameter(help="A YAML file, or the name of a codebook that ships (brain-mri).")
    ],
    reports: Annotated[
        Path,
        Parameter(help="CSV, TSV, JSON, JSON Lines, Parquet or Excel file, or a folder of text files."),
    ],
    /,
    *,
    out_file: Annotated[
        Path | None,
        Parameter(name=["--out", "-o"], help="Write the table here: .csv, .jsonl, .parquet or .xlsx."),
    ] = None,
    limit: Annotated[int | None, Parameter(help="Only the first so many reports.")] = None,
    ids: Annotated[
        str | None,
        Parameter(help="Only these reports: ids with commas between, or a file with one id per line."),
    ] = None,
    fresh: Annotated[bool, flag("Ask everything anew, in a new run, instead of going on.")] = False,
    quiet: Annotated[bool, flag("Say errors only.", "--quiet", "-q")] = False,
    json: Annotated[bool, flag("Print the outcome as JSON.")] = False,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    text: TextColumn = None,
    id_: IdColumn = None,
    patient: PatientColumn = None,
    date: DateColumn = None,
    language: LanguageColumn = None,
    engine: Annotated[
        str | None,
        Parameter(
            group=ENGINE,
            help="A model's name, a path to a .gguf file, hf:owner/repo/file.gguf, or a server as "
            "http://127.0.0.1:8000/v1#model-name. The default model if left out, or the one that the "
            "adapter was trained on.",
        ),
    ] = None,
    adapter: Annotated[
        Path | None,
        Parameter(
            group=ENGINE,
            help="Answer with this adapter: the folder that epicrisis tune wrote. It is asked as it was "
            "trained, unless options say otherwise. A server must have it loaded under its name.",
        ),
    ] = None,
    context: Context = None,
    parallel: Parallel = None,
    threads: Threads = None,
    timeout: Timeout = None,
    form: Annotated[
        Form | None, Parameter(group=_ASKING, help="What the model writes for each variable.")
    ] = None,
    worked: Annotated[
        int | None,
        Parameter(group=_ASKING, help="How many worked examples, made from the codebook, it is shown."),
    ] = None,
    calibration: Annotated[
        Path | None,
        Parameter(group=_ASKING, help="Calibrate confidences with this file, not the codebook's own."),
    ] = None,
    no_calibration: Annotated[
        bool, flag("Leave confidences as the model gives them.", group=_ASKING)
    ] = False,
    examples: Annotated[
        str | None,
        Parameter(
            group=_ASKING,
            help="Gold (a file, or a run's id) whose reports are shown to the model as examples.",
        ),
    ] = None,
    shots: Annotated[
        int | None, Parameter(group=_ASKING, help="How many of them, with --examples. [default: 3]")
    ] = None,
    select: Annotated[
        Select | None,
        Parameter(group=_ASKING, help="How they are chosen, with --examples. [default: fixed]"),
    ] = None,
    group_size: Annotated[
        int | None,
        Parameter(group=_ASKING, help="The most variables asked at once; all at once if left out."),
    ] = None,
    dependents_after: Annotated[
        bool,
        flag("Ask variables with a 'when' after the others, and only where it holds.", group=_ASKING),
    ] = False,
    samples: Annotated[
        int | None,
        Parameter(group=_ASKING, help="How often each question is asked; the majority counts."),
    ] = None,
    think: Annotated[
        int | None,
        Parameter(group=_ASKING, help="Tokens the model may reason with before it answers; 0 by default."),
    ] = None,
    translate: Annotated[
        str | None,
        Parameter(
            group=_ASKING,
            help="Have the engine translate reports into this language (en) first. Seldom better.",
        ),
    ] = None,
    no_second_look: Annotated[
        bool,
        flag("Do not ask again about answers that the report speaks against.", group=_ASKING),
    ] = False,
    contextual_calibration: Annotated[
        bool,
        flag("Weigh options by what the model says when there is no report.", group=_ASKING),
    ] = False,
    compact: Annotated[
        bool, flag("Have answers written without a space after commas: fewer tokens.", group=_ASKING)
    ] = False,
    temperature: Annotated[
        float | None,
        Parameter(group=_ASKING, help="Of the sampling. 0 (the default) is greedy; --samples then uses 0.7."),
    ] = None,
    seed: Annotated[int | None, Parameter(group=_ASKING, help="Of the sampling.")] = None,
    no_confidence: Annotated[
        bool, flag("Do not ask the engine for the probabilities of its tokens.", group=_ASKING)
    ] = False,
    store: Annotated[
        Path | None,
        Parameter(group=_STORE, help="Where runs are kept: .epicrisis/store.sqlite, or $EPICRISIS_STORE."),
    ] = None,
    no_text: Annotated[
        bool,
        flag("Keep quotes but not the whole texts in the run store.", group=_STORE),
    ] = False,
) -> int:
    """Extract a codebook's variables from reports.

    The same command again goes on where it stopped and asks nothing twice. Exit code 0: all reports
    answered; 1: some failed, the run is kept; 2: nothing could start; 130: interrupted.
    """
    from ..api import EngineSettings, Run, prepare
    from ..reading import Columns, read
    from ..runs.database import store_path
    from ..runs.display import display
    from ..runs.session import work
    from ..runs.translations import Translations, translations_path

    _check_output(out_file, (reports, Path(codebook)))
    path = store_path(store)
    with ExitStack() as stack:
        shown = None if quiet else stack.enter_context(closing(display()))
        # Translations are the words of reports: where those are not kept, these are not either.
        kept = translate is not None and not no_text
        translations = stack.enter_context(Translations(translations_path(path))) if kept else None
        found = read(
            reports,
            Columns(text=text, id=id_, patient=patient, date=date, language=language),
            sheet=sheet,
            encoding=encoding,
            delimiter=delimiter,
        )
        task = prepare(
            found,
            codebook,
            engine,
            options=options_of(
                adapter,
                form=form,
                examples=worked,
                group_size=group_size,
                dependents_after=dependents_after or None,
                samples=samples,
                think=think,
                translate=translate,
                contextual=contextual_calibration or None,
                compact=compact or None,
                second_look=False if no_second_look else None,
                temperature=temperature,
                seed=seed,
                confidence=False if no_confidence else None,
                selector=_selector(examples, codebook, found, store, shots, select, seed, quiet=quiet),
            ),
            limit=limit,
            ids=None if ids is None else _ids(ids),
            settings=EngineSettings(context=context, parallel=parallel, threads=threads, timeout=timeout),
            calibration=calibration_of(calibration, no_calibration),
            fetch_report=None if shown is None else shown.fetching,
            translations=translations,
        )
        if out_file is not None:
            _check_columns(task)
        if not quiet:
            for note in (*task.source.notes, *task.notes):
                say(note)
        session = work(task, path, progress=shown, fresh=fresh, keep_text=not no_text)
    run = Run(path, session.run_id)
    if session.status == "finished" and out_file is not None:
        run.write(out_file)
    if json:
        out_json(document(session, run, out_file))
    elif not quiet:
        summarise(session, run, out_file, store)
    return ending(session)


def _selector(
    gold: str | None,
    codebook: str,
    reports: ReportSet,
    store: Path | None,
    shots: int | None,
    select: Select | None,
    seed: int | None,
    *,
    quiet: bool,
) -> Selector | None:
    from ..errors import OptionError

    if gold is None:
        if shots is not None or select is not None:
            raise OptionError(
                "--shots and --select say which examples to show.", hint="Name gold with --examples."
            )
        return None
    from ..api import to_codebook
    from ..examples import Selector
    from ..examples_from_gold import pool

    found = pool(gold, to_codebook(codebook)[0], reports, store=store)
    if not quiet:
        for note in found.notes:
            say(note)
    return Selector(found, 3 if shots is None else shots, select or "fixed", seed=seed or 0)


def _check_output(path: Path | None, inputs: tuple[Path, ...]) -> None:
    """Everything about the output that can be wrong, before a model is loaded."""
    if path is None:
        return
    if any(path.resolve() == other.resolve() for other in inputs):
        from ..errors import OutputError

        raise OutputError("The table would replace its own input.", path=path, hint="Choose another name.")
    from ..export import check_writable, format_of

    if format_of(path) == "parquet":
        from ..errors import MissingExtraError

        try:
            import polars  # noqa: F401
        except ImportError:
            raise MissingExtraError.for_extra("tables", "Writing Parquet") from None
    check_writable(path)


def _check_columns(task: Task) -> None:
    from ..export import check_columns

    columns = task.source.columns
    check_columns(task.codebook, identity=columns.identity, carried=columns.carried)


def _ids(words: str) -> frozenset[str]:
    """Ids from a file (one per line) if there is one of that name, else from the words themselves."""
    path = Path(words)
    if path.is_file():
        from ..errors import OptionError

        try:
            parts = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise OptionError(
                "Not UTF-8 text.", path=path, hint="Give a text file with one report id per line."
            ) from None
    else:
        parts = words.split(",")
    return frozenset(part.strip() for part in parts if part.strip())
