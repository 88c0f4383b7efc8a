"""``epicrisis demo``: six shipped reports, the shipped codebook, the default model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from .ending import ending
from .evaluate import write
from .messages import out
from .parameters import flag

if TYPE_CHECKING:
    from rich.table import Table

    from ..api import Run
    from ..evaluation.pairing import Pair, Paired, PairedReport

#: The widest a column gets, in characters; the quote takes what is left.
_WIDTHS = {"variable": 20, "value": 14, "status": 9, "evidence": 10, "quote": None, "gold": 12}


def demo(
    *,
    engine: Annotated[str | None, Parameter(help="As for extract. The default model if left out.")] = None,
    folder: Annotated[Path, Parameter(help="Where the project and the table go.")] = Path("demo"),
    limit: Annotated[int | None, Parameter(help="Only the first so many of the six reports.")] = None,
    fresh: Annotated[bool, flag("Ask everything anew.")] = False,
) -> int:
    """Extract 30 variables from six Dutch brain-MRI reports that ship, and measure them by gold.

    Writes table.csv and, with the extra 'evaluation', report.html. The folder is a project that the studio
    opens. A second call asks nothing again. Exit codes as for extract.
    """
    from .. import demo as demonstration
    from ..api import DEFAULT_ENGINE, Run, prepare
    from ..runs.display import display
    from ..runs.session import work

    demonstration.project_at(folder)
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
        session = work(task, demonstration.store_in(folder), progress=shown, fresh=fresh)
    finally:
        shown.close()
    run = Run(demonstration.store_in(folder), session.run_id)
    if session.status != "finished":
        return ending(session)
    table = folder / "table.csv"
    run.write(table, include=("status", "evidence"))
    _print(run, session.tally.asked)
    _finish(run, table)
    return ending(session)


def _print(run: Run, asked: int) -> None:
    from rich.console import Console

    from ..demo import compared

    console = Console(highlight=False)
    paired = compared(run)
    for report in paired.reports:
        console.print(_report(report))
        silent = {name: one for name, one in report.pairs.items() if not one.answer.status.has_value}
        for status in dict.fromkeys(one.answer.status for one in silent.values()):
            names = ", ".join(
                _plain(name, one) for name, one in silent.items() if one.answer.status is status
            )
            console.print(f"[dim]{status}:[/dim] {names}\n", soft_wrap=False)
    _summary(paired, asked)


def _finish(run: Run, table: Path) -> None:
    """The report where it can be made, and what there is to open."""
    from ..errors import MissingExtraError

    out(f"Table: {table.resolve()}")
    report = table.with_name("report.html")
    try:
        from ..demo import evaluated
        from ..evaluation.report.html import to_html

        page = to_html(evaluated(run), run.text)
    except MissingExtraError as missing:
        out(
            f"For the evaluation as a page: {(missing.hint or '').removeprefix('Run: ')}, and the same again."
        )
    else:
        write(report, page)
        out(f"Open in a browser: {report.resolve()}")
    out(f"Look at it in the studio: make studio, or epicrisis studio --project {table.parent} --run latest")
    out("Try your own: epicrisis extract --help, then epicrisis evaluate --help")


def _report(report: PairedReport) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=report.id, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    for heading, width in _WIDTHS.items():
        # What does not fit is shortened in the quote, and then in the long names.
        ratio = 1 if width is None else None
        table.add_column(
            heading, overflow="ellipsis", no_wrap=True, min_width=8, max_width=width, ratio=ratio
        )
    for name, one in report.pairs.items():
        answer = one.answer
        if not answer.status.has_value:
            continue
        quote = answer.evidence.quote if answer.evidence else ""
        table.add_row(
            name,
            Text(_shown(answer.value)),
            str(answer.status),
            str(answer.evidence.grade) if answer.evidence else "none",
            Text(" ".join(quote.split())),
            Text("✓" if one.outcome.agrees else f"✗ {_gold(one)}"),
        )
    return table


def _summary(paired: Paired, asked: int) -> None:
    from ..demo import tally
    from ..evaluation.cells import Outcome
    from ..extraction.answer import Usage

    counts, reports = tally(paired), paired.reports
    stated = sum(one.gold.value is not None for report in reports for one in report.pairs.values())
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
    out("✓ agrees with gold; ✗ does not, and gold's answer follows.")


def _plain(name: str, one: Pair) -> str:
    return name if one.outcome.agrees else f"{name} (✗ {_gold(one)})"


def _gold(one: Pair) -> str:
    return str(one.gold.status) if one.gold.value is None else _shown(one.gold.value)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"{value['value']:g} {value['unit']}"
    return str(value)
