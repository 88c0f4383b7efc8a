"""``epicrisis demo``: six shipped reports, the shipped codebook, the default model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from .ending import ending
from .messages import out
from .parameters import flag

if TYPE_CHECKING:
    from rich.table import Table

    from ..api import Run
    from ..demo import ComparedCell, ComparedReport

#: The widest a column gets, in characters; the quote takes what is left.
_WIDTHS = {"variable": 20, "value": 14, "status": 9, "evidence": 10, "quote": None, "gold": 12}


def demo(
    *,
    engine: Annotated[str | None, Parameter(help="As for extract. The default model if left out.")] = None,
    folder: Annotated[Path, Parameter(help="Where the table and the run store go.")] = Path("demo"),
    limit: Annotated[int | None, Parameter(help="Only the first so many of the six reports.")] = None,
    fresh: Annotated[bool, flag("Ask everything anew.")] = False,
) -> int:
    """Extract 30 variables from six Dutch brain-MRI reports that ship, and compare with gold.

    A second call asks nothing again. Exit codes as for extract.
    """
    from .. import demo as demonstration
    from ..api import DEFAULT_ENGINE, Run, prepare
    from ..runs.display import display
    from ..runs.session import work

    folder.mkdir(parents=True, exist_ok=True)
    shown = display()
    ids = frozenset(demonstration.REPORT_IDS[:limit])
    task = prepare(
        demonstration.reports_path(),
        demonstration.CODEBOOK,
        engine or DEFAULT_ENGINE,
        ids=ids,
        fetch_report=shown.fetching,
    )
    try:
        session = work(task, folder / "store.sqlite", progress=shown, fresh=fresh)
    finally:
        shown.close()
    run = Run(folder / "store.sqlite", session.run_id)
    if session.status != "finished":
        return ending(session)
    table = folder / "table.csv"
    run.write(table, include=("status", "evidence"))
    _print(run, table, session.tally.asked)
    return ending(session)


def _print(run: Run, table: Path, asked: int) -> None:
    from rich.console import Console

    from ..demo import compared

    console = Console(highlight=False)
    reports = list(compared(run))
    for report in reports:
        console.print(_report(report))
        silent = [cell for cell in report.cells if not cell.answer.status.has_value]
        for status in dict.fromkeys(cell.answer.status for cell in silent):
            names = ", ".join(_plain(cell) for cell in silent if cell.answer.status is status)
            console.print(f"[dim]{status}:[/dim] {names}\n", soft_wrap=False)
    _summary(reports, table, asked)


def _report(report: ComparedReport) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=report.report_id, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, expand=True
    )
    for heading, width in _WIDTHS.items():
        # What does not fit is shortened in the quote, and then in the long names.
        ratio = 1 if width is None else None
        table.add_column(
            heading, overflow="ellipsis", no_wrap=True, min_width=8, max_width=width, ratio=ratio
        )
    for cell in report.cells:
        answer = cell.answer
        if not answer.status.has_value:
            continue
        quote = answer.evidence.quote if answer.evidence else ""
        table.add_row(
            cell.variable,
            Text(_shown(answer.value)),
            str(answer.status),
            str(answer.evidence.grade) if answer.evidence else "none",
            Text(" ".join(quote.split())),
            Text("✓" if cell.outcome.agrees else f"✗ {_gold(cell)}"),
        )
    return table


def _summary(reports: list[ComparedReport], table: Path, asked: int) -> None:
    from ..demo import tally
    from ..evaluation.cells import Outcome
    from ..extraction.answer import Usage

    counts = tally(reports)
    stated = sum(cell.gold.value is not None for report in reports for cell in report.cells)
    out(f"Agreement with gold: {counts.accuracy:.0%} of {counts.total} cells.")
    out(f"  gold has a value in {stated}: {counts[Outcome.RIGHT]} right, {counts[Outcome.WRONG]} wrong,")
    out(f"    {counts[Outcome.MISSED]} missed")
    out(f"  gold is silent in {counts.total - stated}: {counts[Outcome.SILENT]} left empty,")
    out(f"    {counts[Outcome.INVENTED]} invented")
    if counts[Outcome.FAILED]:
        out(f"  {counts[Outcome.FAILED]} failed")
    usage = sum((report.usage for report in reports), Usage())
    count = max(1, len(reports))
    evaluated = usage.evaluated_tokens / count
    out(
        f"Per report: {evaluated:,.0f} prompt tokens evaluated ({usage.cached_tokens / count:,.0f} more from "
        f"the cache), {usage.completion_tokens / count:,.0f} generated, {usage.seconds / count:.1f} s."
    )
    out(f"{asked} of {len(reports)} reports asked now; the others were answered before.")
    out(f"Table: {table.resolve()}")
    out("✓ agrees with gold; ✗ does not, and gold's answer follows. Try your own: epicrisis extract --help")


def _plain(cell: ComparedCell) -> str:
    if cell.outcome.agrees:
        return cell.variable
    return f"{cell.variable} (✗ {_gold(cell)})"


def _gold(cell: ComparedCell) -> str:
    return str(cell.gold.status) if cell.gold.value is None else _shown(cell.gold.value)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"{value['value']:g} {value['unit']}"
    return str(value)
