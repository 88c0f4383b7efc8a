"""``epicrisis stress``: the same reports written worse, asked again and measured."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from .ending import ending
from .exits import DONE
from .messages import out, out_json, say
from .parameters import ENGINE, Context, Json, Parallel, StorePath, Threads, Timeout, flag

if TYPE_CHECKING:
    from ..runs.display import Display
    from ..stress.result import Stress

_SEVERAL = Parameter(consume_multiple=True, negative="")
#: Columns that a terminal needs to show every number.
_FOR_ALL, _WITHOUT = 119, (2, 6, 7)


def stress(
    what: Annotated[
        str, Parameter(help="A run's id, the beginning of it, or 'latest'; with REPORTS, a codebook.")
    ],
    reports: Annotated[
        Path | None, Parameter(help="A file or folder of reports, as for extract; the run's own if left out.")
    ] = None,
    /,
    *,
    gold: Annotated[str, Parameter(help="The right answers: a file (csv, jsonl, xlsx), or a run's id.")],
    only: Annotated[
        list[str] | None,
        _SEVERAL,
        Parameter(
            help="Only these: typing-errors, dropped-spaces, upper-case, ocr-confusions, decimal-style, "
            "shuffled-sections, injected-instruction, irrelevant-text."
        ),
    ] = None,
    strength: Annotated[
        list[int] | None, _SEVERAL, Parameter(help="Only these strengths, of 1, 2 and 3.")
    ] = None,
    limit: Annotated[int | None, Parameter(help="Only the first so many reports that gold has.")] = None,
    blank: Annotated[
        Literal["not-mentioned", "ignore"],
        Parameter(help="What a blank cell of gold says: the report is silent, or nobody looked."),
    ] = "not-mentioned",
    markdown: Annotated[Path | None, Parameter(help="Write the result as Markdown.")] = None,
    seed: Annotated[int, Parameter(help="Where chance begins: the same seed perturbs alike.")] = 0,
    draws: Annotated[int, Parameter(help="Bootstrap draws for the intervals.")] = 2000,
    fresh: Annotated[bool, flag("Ask everything anew, instead of going on.")] = False,
    quiet: Annotated[bool, flag("Show no progress.", "--quiet", "-q")] = False,
    engine: Annotated[
        str | None,
        Parameter(group=ENGINE, help="As for extract. The run's own, or the default model, if left out."),
    ] = None,
    context: Context = None,
    parallel: Parallel = None,
    threads: Threads = None,
    timeout: Timeout = None,
    store: StorePath = None,
    json: Json = False,
) -> int:
    """Measure how answers suffer when the same reports are written worse.

    Reports that gold has are asked about as they are, and again with each perturbation at each strength.
    Perturbed runs are kept in stress.sqlite beside the run store. The same command again goes on where it
    stopped and asks nothing twice. Exit codes as for extract.
    """
    from ..api import EngineSettings
    from ..errors import OptionError
    from ..export import check_writable
    from ..runs.display import display
    from ..stress.asking import Stopped, ask, cases
    from ..stress.study import measured, subject_of

    if draws < 1:
        raise OptionError(f"The number of draws is {draws}.", hint="The usual number is 2000.")
    if markdown is not None:
        check_writable(markdown)
    wanted = cases(only or (), strength or ())
    settings = EngineSettings(context=context, parallel=parallel, threads=threads, timeout=timeout)
    with ExitStack() as stack:
        shown: Display | None = None if quiet else stack.enter_context(closing(display()))
        subject = subject_of(
            what,
            reports,
            gold=gold,
            engine=engine,
            limit=limit,
            settings=settings,
            blank=blank,
            store=store,
            fetch_report=None if shown is None else shown.fetching,
        )
        asked = ask(subject, wanted, seed=seed, fresh=fresh, progress=shown)
    if isinstance(asked, Stopped):
        say("To go on, give the same command again (without --fresh): what is done is not asked again.")
        return ending(asked.session)
    found = measured(subject, asked, seed=seed, draws=draws)
    if json:
        out_json(found.as_dict())
    else:
        _print(found)
    if markdown is not None:
        from ..stress.markdown import markdown as text
        from .evaluate import write

        write(markdown, text(found))
        say(f"Written: {markdown}")
    return DONE


def _print(found: Stress) -> None:
    from rich.console import Console
    from rich.table import Table

    from ..stress.words import (
        DROP_HEADINGS,
        HEADINGS,
        drop_row,
        injections,
        methods,
        row,
        said,
        unaltered,
        worst,
    )

    console = Console(highlight=False, markup=False, emoji=False)

    def table(headings: tuple[str, ...], rows: list[tuple[str, ...]], words: tuple[int, ...]) -> None:
        made = Table(box=None, pad_edge=False)
        for place, heading in enumerate(headings):
            made.add_column(
                heading, justify="left" if place in words else "right", no_wrap=heading.startswith("Drop")
            )
        for cells in rows:
            made.add_row(*cells)
        out("")
        console.print(made)

    for line in said(found):
        console.print(line, soft_wrap=True)
    # On a narrow terminal some numbers are left to Markdown and to JSON.
    left_out = () if console.width >= _FOR_ALL else _WITHOUT

    def kept(cells: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cell for place, cell in enumerate(cells) if place not in left_out)

    headings = kept(HEADINGS)
    table(headings, [kept(row(effect)) for effect in found.effects], (0, len(headings) - 1))
    for line in unaltered(found):
        console.print(line, soft_wrap=True)
    if drops := worst(found):
        out("\nThe greatest drops:")
        table(DROP_HEADINGS, [drop_row(*one) for one in drops], (0, 1))
    if told := list(injections(found)):
        out("\nInjected instructions:")
        for line in told:
            console.print(f"  {line}", soft_wrap=True)
    out("")
    for line in methods(found):
        console.print(line, soft_wrap=True, style="dim")
