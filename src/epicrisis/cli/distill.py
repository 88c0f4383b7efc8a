"""``epicrisis distill``: a stronger model's sure answers as gold for a smaller one to learn from."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from ..prompting.form import Form
from .asking import calibration_of, options_of
from .ending import ending
from .exits import DONE
from .messages import count, out, out_json, say
from .parameters import (
    ENGINE,
    Context,
    Delimiter,
    Encoding,
    IdColumn,
    Json,
    LanguageColumn,
    Parallel,
    PatientColumn,
    Sheet,
    StorePath,
    TextColumn,
    Threads,
    Timeout,
    flag,
)

if TYPE_CHECKING:
    from ..reading import ReportSet
    from ..tuning.distill import Distilled

_ANSWERS = Group("Which answers", sort_key=1)
_HELD = Group("What is held out", sort_key=2, help="Reports that will test what is tuned; give all you have.")


def distill(
    codebook: Annotated[str, Parameter(help="A YAML file, or the name of a codebook that ships.")],
    reports: Annotated[Path, Parameter(help="A file or folder of reports, as for extract.")],
    /,
    *,
    out_file: Annotated[
        Path, Parameter(name=["--out", "-o"], help="The file of silver: .csv, .jsonl, .parquet or .xlsx.")
    ],
    run: Annotated[
        str | None,
        Parameter(group=_ANSWERS, help="Take the answers of this finished run: its id, or 'latest'."),
    ] = None,
    min_confidence: Annotated[
        float, Parameter(group=_ANSWERS, help="Answers at least so sure are taken, from 0 to 1.")
    ] = 0.9,
    reviewed: Annotated[
        Path | None,
        Parameter(group=_ANSWERS, help="Answers that a person saw, a gold file: taken in the model's place."),
    ] = None,
    blank: Annotated[
        Literal["ignore", "not-mentioned"],
        Parameter(
            group=_ANSWERS,
            help="What a blank cell of --reviewed says: nobody looked, or the report is silent.",
        ),
    ] = "ignore",
    gold: Annotated[
        str | None,
        Parameter(group=_HELD, help="The gold you tune and test with: all of it, unless --split divides it."),
    ] = None,
    split: Annotated[
        Path | None,
        Parameter(group=_HELD, help="A file with columns id and split; test and validation are held out."),
    ] = None,
    test_of: Annotated[
        Path | None,
        Parameter(
            group=_HELD, help="The folder of an adapter: what it was tested and chosen on is held out."
        ),
    ] = None,
    held_out: Annotated[
        Path | None,
        Parameter(
            group=_HELD, help="The texts of the reports held out, where they are not in REPORTS or the gold."
        ),
    ] = None,
    engine: Annotated[
        str | None,
        Parameter(group=ENGINE, help="Ask this one now, as extract does; addresses as for extract."),
    ] = None,
    context: Context = None,
    parallel: Parallel = None,
    threads: Threads = None,
    timeout: Timeout = None,
    form: Annotated[
        Form | None, Parameter(group=ENGINE, help="What the engine writes for each variable.")
    ] = None,
    samples: Annotated[
        int | None, Parameter(group=ENGINE, help="How often each question is asked; the majority counts.")
    ] = None,
    think: Annotated[
        int | None, Parameter(group=ENGINE, help="Tokens it may reason with before it answers.")
    ] = None,
    calibration: Annotated[
        Path | None,
        Parameter(group=ENGINE, help="Calibrate confidences with this file, not the codebook's own."),
    ] = None,
    no_calibration: Annotated[
        bool, flag("Leave confidences as the engine gives them.", group=ENGINE)
    ] = False,
    fresh: Annotated[bool, flag("Ask everything anew, instead of going on.", group=ENGINE)] = False,
    limit: Annotated[int | None, Parameter(help="Only the first so many reports.")] = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    text: TextColumn = None,
    id_: IdColumn = None,
    patient: PatientColumn = None,
    language: LanguageColumn = None,
    quiet: Annotated[bool, flag("Show no progress and no remarks.", "--quiet", "-q")] = False,
    store: StorePath = None,
    json: Json = False,
) -> int:
    """Make silver: the answers of a run, or of an engine asked now, that are sure enough to tune on.

    Give --run or --engine. A report is taken if every variable has an answer at or above --min-confidence,
    or one that a person reviewed; failed answers never are. Reports that are held out, of the same patients,
    or with nearly the same text are left out and counted. With --engine, the same command again goes on where
    it stopped. Beside SILVER.csv, SILVER.json says where the answers came from. Exit codes as for extract.
    """
    from ..api import EngineSettings, Run, to_codebook
    from ..evaluation.gold import Blank, read_gold
    from ..runs.database import store_path
    from ..tuning import distill as distilling
    from ..tuning import held_out as holding
    from ..tuning.silver import check_silver_path, write_silver

    distilling.check_confidence(min_confidence)
    asking = {
        "context": context,
        "parallel": parallel,
        "threads": threads,
        "timeout": timeout,
        "form": form,
        "samples": samples,
        "think": think,
        "calibration": calibration,
        "no_calibration": no_calibration or None,
        "fresh": fresh or None,
    }
    _check_source(run, engine, asking)
    inputs = (reports, Path(codebook), reviewed, split, held_out, None if gold is None else Path(gold))
    check_silver_path(out_file, [one for one in inputs if one is not None])
    wanted, _ = to_codebook(codebook)
    found = _read(
        reports,
        limit,
        {"text": text, "id": id_, "patient": patient, "language": language},
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
    )
    every = list(found)
    people = None if reviewed is None else read_gold(reviewed, wanted, blank=Blank(blank))
    held = holding.held_out(
        every, wanted, gold=gold, split=split, adapter=test_of, file=held_out, store=store
    )
    if engine is None:
        opened = Run.open(store, run or "latest")
    else:
        from ..runs.display import display
        from ..tuning.teacher import ask

        path = store_path(store)
        with ExitStack() as stack:
            shown = None if quiet else stack.enter_context(closing(display()))
            session = ask(
                found,
                distilling.askable(every, held),
                codebook,
                engine,
                path,
                options=options_of(form=form, samples=samples, think=think),
                settings=EngineSettings(context=context, parallel=parallel, threads=threads, timeout=timeout),
                calibration=calibration_of(calibration, no_calibration),
                unsure=people is not None,
                fresh=fresh,
                progress=shown,
                fetch_report=None if shown is None else shown.fetching,
            )
        if session.status != "finished":
            say("To go on, give the same command again (without --fresh): what is done is not asked again.")
            return ending(session)
        opened = Run(path, session.run_id)
    made = distilling.distill(wanted, every, opened, at_least=min_confidence, reviewed=people, held=held)
    record = write_silver(out_file, wanted, made.kept, made.as_dict())
    if not quiet:
        for note in (*found.notes, *(() if people is None else people.notes), *made.notes):
            say(note)
    if json:
        out_json(record)
    else:
        _print(made, opened.id, out_file)
    return DONE


def _check_source(run: str | None, engine: str | None, asking: dict[str, Any]) -> None:
    from ..errors import OptionError

    if (run is None) == (engine is None):
        raise OptionError(
            "Name a run or an engine, one of the two.",
            hint="--run takes the answers that a run has; --engine asks for them now.",
        )
    given = [name for name, value in asking.items() if value is not None]
    if engine is None and given:
        raise OptionError(
            f"--{given[0].replace('_', '-')} is about how an engine is asked, and the run has its answers.",
            hint="Leave it out, or name an engine with --engine.",
        )


def _read(path: Path, limit: int | None, columns: dict[str, str | None], **about: str | None) -> ReportSet:
    """The reports, looked through once: bad rows and repeated ids are told before anything else."""
    from itertools import islice

    from ..errors import OptionError
    from ..reading import Columns, read, survey

    if limit is not None and limit < 1:
        raise OptionError(f"The limit is {limit}.", hint="Ask for at least one report.")
    found = read(path, Columns(**columns), **about)
    chosen = replace(found, open=lambda: islice(iter(found), limit))
    survey(chosen)
    return chosen


def _print(made: Distilled, run: str, path: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("Variable", overflow="fold")
    for heading in ("Answers", "Taken", "Reviewed", "Open", "Open alone", "Silver: values", "silent"):
        table.add_column(heading, justify="right")
    for one in made.variables:
        numbers = (
            one.answers,
            one.taken_values + one.taken_silent + one.ruled_out,
            one.reviewed,
            one.open,
            one.alone,
            one.silver_values,
            one.silver_silent,
        )
        table.add_row(one.name, *(f"{number:,}" for number in numbers))
    out(f"{path}: {len(made.kept):,} of {count(made.read, 'report')}, with answers of run {run}.")
    for why, number in made.left_out.items():
        out(f"  left out {number:,}: they {why}")
    out("")
    Console(highlight=False, markup=False, emoji=False).print(table)
    at = ", ".join(f"{number:,} at {threshold:g}" for threshold, number in made.whole.items())
    out(f"\nReports with every variable covered, by --min-confidence: {at}.")
    out(f"Where the answers came from: {path.with_suffix('.json')}")
