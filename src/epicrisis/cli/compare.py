"""``epicrisis compare``: runs against one gold, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from .messages import out, out_json, say
from .parameters import Json, StorePath

if TYPE_CHECKING:
    from rich.console import Console

    from ..evaluation.comparison.result import Comparison
    from ..runs.run import StoredRun

#: Characters for the plot.
_PLOT = 41


def compare(
    *runs: Annotated[
        str, Parameter(help="Two runs or more, by id or the beginning of it; the first is the baseline.")
    ],
    gold: Annotated[str, Parameter(help="The right answers: a file, or a run's id.")],
    blank: Annotated[
        Literal["not-mentioned", "ignore"],
        Parameter(help="What a blank cell of gold says: the report is silent, or nobody looked."),
    ] = "not-mentioned",
    html: Annotated[Path | None, Parameter(help="Write the comparison as one HTML page.")] = None,
    markdown: Annotated[Path | None, Parameter(help="Write the comparison as Markdown.")] = None,
    store: StorePath = None,
    json: Json = False,
) -> None:
    """Compare runs against one gold: differences with intervals and tests. Needs no model.

    The runs are compared on the reports and variables that all of them and gold have.
    """
    from ..export import check_writable

    for path in (html, markdown):
        if path is not None:
            check_writable(path)
    opened = _opened(runs, store)
    from ..evaluation.comparison.common import gold_for
    from ..evaluation.comparison.compare import compare as compare_runs
    from ..evaluation.gold import Blank

    comparison = compare_runs(opened, gold_for(opened, gold, Blank(blank)))
    if html is not None:
        from ..evaluation.comparison.html import html as page

        _write(html, page(comparison))
    if markdown is not None:
        from ..evaluation.comparison.markdown import markdown as text

        _write(markdown, text(comparison))
    if json:
        out_json(comparison.as_dict())
    else:
        _print(comparison)


def _opened(names: tuple[str, ...], store: Path | None) -> list[StoredRun]:
    from ..errors import OptionError
    from ..runs.run import StoredRun

    if len(names) < 2:
        raise OptionError(
            "A comparison needs two runs." if names else "No run is named.",
            hint="Name two or more; 'epicrisis runs list' lists them.",
        )
    opened = [StoredRun.open(store, name) for name in names]
    for place, run in enumerate(opened):
        if run.id in (earlier.id for earlier in opened[:place]):
            raise OptionError(f"Run {run.id} is named twice.", hint="Name different runs.")
    return opened


def _write(path: Path, text: str) -> None:
    from ..export.destination import replacing

    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
    say(f"Written: {path}")


def _print(comparison: Comparison) -> None:
    from rich.console import Console

    from ..evaluation.comparison.words import methods, said

    console = Console(highlight=False, markup=False, emoji=False)
    for line in said(comparison):
        console.print(line, soft_wrap=True)
    _print_runs(console, comparison)
    for run in comparison.others:
        _print_differences(console, comparison, run)
        _print_plot(comparison, run)
    out("")
    for line in methods(comparison):
        console.print(line, soft_wrap=True, style="dim")


def _print_runs(console: Console, comparison: Comparison) -> None:
    from rich.table import Table

    from ..evaluation.comparison.words import pace

    table = Table(box=None, pad_edge=False)
    table.add_column("Run", overflow="fold")
    table.add_column("Model", overflow="fold")
    for heading in ("Reports", "Failed cells", "s/report", "Tokens read", "Written"):
        table.add_column(heading, justify="right")
    for place, run in enumerate(comparison.runs):
        name = f"{run.run} (baseline)" if place == 0 else run.run
        table.add_row(name, run.model, f"{run.reports:,}", f"{run.failed:,}", *pace(run))
    out("")
    console.print(table)


def _print_differences(console: Console, comparison: Comparison, run: str) -> None:
    from rich.table import Table

    from ..evaluation.comparison.words import measure_of, p_of, plain, rows, signed

    # On a narrow terminal the two values are left to the pages and to JSON.
    wide = console.width >= 100
    table = Table(box=None, pad_edge=False)
    table.add_column("Variable", overflow="fold")
    table.add_column("Measure", overflow="fold")
    for heading in ("n", "Base", "Run") if wide else ("n",):
        table.add_column(heading, justify="right")
    table.add_column("Difference (95 %)", justify="right", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("Verdict", overflow="fold")
    for variable, one in rows(comparison, run):
        table.add_row(
            "(all)" if variable is None else variable.name,
            measure_of(one),
            f"{one.difference.n:,}",
            *((plain(one.baseline), plain(one.value)) if wide else ()),
            signed(one.difference),
            p_of(one.test),
            one.verdict,
        )
    out(f"\n{run} beside {comparison.baseline}")
    console.print(table)
    for variable, one in rows(comparison, run):
        if one.difference.note:
            name = f"{variable.name}, {measure_of(one)}" if variable else measure_of(one)
            say(f"{name}: {one.difference.note}.")


def _print_plot(comparison: Comparison, run: str) -> None:
    from ..evaluation.comparison import forest
    from ..evaluation.comparison.statistics import ACCURACY
    from ..evaluation.comparison.words import measure_of, rows

    shown = [
        (variable.name if variable else f"({measure_of(one)})", one)
        for variable, one in rows(comparison, run)
        if variable is None or one.measure == ACCURACY
    ]
    end = forest.scale_of(one.difference for _, one in shown)
    width = max(len(name) for name, _ in shown)
    out(f"\n{'':{width}}  {'worse':<{_PLOT // 2}} {'better':>{_PLOT // 2}}")
    for name, one in shown:
        out(f"{name:{width}}  {forest.line(one.difference, one.verdict, end, _PLOT)}")
    out(f"{'':{width}}  {forest.axis(end, _PLOT)}")
    out(f"{forest.SHOWN} a difference is shown  {forest.NOT_SHOWN} no difference is shown")
