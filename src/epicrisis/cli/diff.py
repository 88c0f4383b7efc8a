"""``epicrisis diff``: the cells in which two runs differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from .messages import count, out, out_json
from .parameters import Json, StorePath

if TYPE_CHECKING:
    from ..evaluation.comparison.diff import ChangedCell, Diff, Half

#: Changed cells printed unless asked otherwise; JSON has all.
_LIMIT = 50


def diff(
    old: Annotated[str, Parameter(help="A run's id, or the beginning of it.")],
    new: Annotated[str, Parameter(help="The run to set beside it, likewise; 'latest' is one.")],
    /,
    *,
    variable: Annotated[
        list[str] | None, Parameter(help="Only this variable; may be given several times.", negative="")
    ] = None,
    gold: Annotated[
        str | None, Parameter(help="The right answers, a file or a run's id: says which side agrees.")
    ] = None,
    blank: Annotated[
        Literal["not-mentioned", "ignore"],
        Parameter(help="What a blank cell of gold says: the report is silent, or nobody looked."),
    ] = "not-mentioned",
    limit: Annotated[
        int | None, Parameter(help="List so many changed cells: 50 if left out, all with --json.")
    ] = None,
    store: StorePath = None,
    json: Json = False,
) -> None:
    """List the cells that changed from one run to another, with both quotes. Needs no model.

    Prints the quotes that answers rest on, which are text of the reports.
    """
    from dataclasses import replace

    from ..errors import OptionError
    from ..evaluation.comparison.common import gold_for
    from ..evaluation.comparison.diff import diff as difference
    from ..evaluation.gold import Blank
    from ..runs.run import StoredRun

    if limit is not None and limit < 0:
        raise OptionError("--limit cannot be below 0.", hint="0 prints the counts alone.")
    opened = StoredRun.open(store, old), StoredRun.open(store, new)
    if opened[0].id == opened[1].id:
        raise OptionError(f"Run {opened[0].id} is named twice.", hint="Name two runs: epicrisis runs list.")
    right = None if gold is None else gold_for(opened, gold, Blank(blank))
    found = difference(*opened, variables=variable or (), gold=right)
    if json:
        out_json(replace(found, cells=found.cells[:limit]).as_dict())
        return
    _print(found, _LIMIT if limit is None else limit)


def _print(found: Diff, limit: int) -> None:
    _print_counts(found)
    last = None
    for cell in found.cells[:limit]:
        if cell.variable != last:
            out(f"\n{cell.variable}")
            last = cell.variable
        _print_cell(cell)
    if len(found.cells) > limit:
        out(f"\n{count(len(found.cells) - limit, 'more changed cell')}: see them with --limit or --json.")


def _print_counts(found: Diff) -> None:
    from rich.console import Console
    from rich.table import Table

    out(f"From {found.old} to {found.new}: {count(found.reports, 'report')} in both.")
    for run, ids in ((found.old, found.only_old), (found.new, found.only_new)):
        if ids:
            out(f"Only in {run}: {count(len(ids), 'report')}.")
    for reason in dict.fromkeys(found.variables_left_out.values()):
        names = [name for name, why in found.variables_left_out.items() if why == reason]
        out(f"Variables left out, {reason}: {', '.join(names)}.")
    changed = [one for one in found.variables if one.values or one.statuses]
    unchanged = len(found.variables) - len(changed)
    if changed:
        table = Table(box=None, pad_edge=False)
        table.add_column("Variable", overflow="fold")
        headings = ["Cells", "Values changed", "Statuses only"]
        for heading in headings if found.gold is None else [*headings, "Mended", "Broken"]:
            table.add_column(heading, justify="right")
        for one in changed:
            row = [one.variable, f"{one.cells:,}", f"{one.values:,}", f"{one.statuses:,}"]
            if one.mended is not None and one.broken is not None:
                row += [f"{one.mended:,}", f"{one.broken:,}"]
            table.add_row(*row)
        out("")
        Console(highlight=False, markup=False, emoji=False).print(table)
    if unchanged:
        out(f"Nothing changed in {count(unchanged, 'variable')}.")


def _print_cell(cell: ChangedCell) -> None:
    verdict = ""
    if cell.agrees is not None:
        verdict = f"   gold: {cell.gold}, agrees with {cell.agrees}"
    out(f"  {cell.report}{verdict}")
    for sign, half in (("-", cell.old), ("+", cell.new)):
        out(f"    {sign} {_half(half)}")


def _half(half: Half) -> str:
    value = f"{half.value} " if half.value else ""
    quote = f"  “{half.quote}”" if half.quote else ""
    return f"{value}({half.status}){quote}"
