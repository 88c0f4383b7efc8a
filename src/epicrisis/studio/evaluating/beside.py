"""A comparison as its page shows it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ...evaluation.comparison import forest, words
from ...evaluation.comparison.diff import ChangedCell, Diff
from ...evaluation.comparison.result import Difference
from ..golds import GoldChoice, names
from ..studio import Studio
from ..web.refusals import Refusal
from .asked import AskedComparison, Name
from .choosing import RunChoice, run_choices
from .comparing import comparison_of
from .humans import label_of
from .kept import KeptComparison
from .showing import Progress, State, standing

#: Changed cells on a page.
PAGE = 100


class AskedCells(AskedComparison):
    """Which changed cells to list: of the run ``beside`` the baseline, of one ``variable``, and ``which``."""

    beside: Name = ""
    variable: Name = ""
    which: Literal["all", "mended", "broken", "neither"] = "all"
    page: int = Field(default=1, ge=1, le=100_000)


class Row(BaseModel):
    """One measure of one variable (or of all, without ``variable``), the run beside the baseline. Numbers as
    ``epicrisis compare`` has them."""

    variable: str | None
    label: str
    measure: str
    measure_label: str
    difference: dict[str, Any]
    baseline: dict[str, Any]
    value: dict[str, Any]
    verdict: str
    p: str
    test: str
    point: float | None
    low: float | None
    high: float | None
    shown: bool


class Changed(BaseModel):
    """One variable: cells in both runs, and how many are different in value or in status only; of these, how
    many only the new run has right by gold (``mended``), or only the baseline (``broken``)."""

    variable: str
    cells: int
    values: int
    statuses: int
    mended: int | None
    broken: int | None


class Beside(BaseModel):
    """One run beside the baseline."""

    run: str
    rows: list[Row]
    changes: list[Changed]


class CellView(BaseModel):
    """A cell in which two runs differ, in words."""

    report: str
    variable: str
    old: str
    new: str
    old_status: str
    new_status: str
    gold: str | None
    agrees: str | None


class ComparisonView(BaseModel):
    """``comparison`` is the document of ``epicrisis compare --json``. ``scale``: where the axis of the
    differences ends, to both sides of 0."""

    runs: list[RunChoice]
    golds: list[GoldChoice]
    asked: AskedCells
    gold: str
    state: State
    progress: Progress | None = None
    problem: Refusal | None = None
    comparison: dict[str, Any] | None = None
    said: list[str] = []
    methods: list[str] = []
    scale: float = 1.0
    beside: list[Beside] = []
    cells: list[CellView] = []
    found: int = 0
    pages: int = 0


def comparison_view(studio: Studio, asked: AskedCells) -> ComparisonView:
    """Raises Refused (404) for a run or gold that is not there, OptionError for one run alone."""
    view = ComparisonView(
        runs=run_choices(studio),
        golds=names(studio),
        asked=asked,
        gold=label_of(studio, asked.gold),
        state="choose",
    )
    if not asked.gold or not asked.run:
        return view
    measured = comparison_of(studio, plain(asked))
    view.state, view.progress, view.problem = standing(measured)
    if measured.document is not None:
        _fill(view, measured.document)
    return view


def plain(asked: AskedComparison) -> AskedComparison:
    """Without what only the list of cells needs."""
    return AskedComparison.model_validate(asked.model_dump(include=set(AskedComparison.model_fields)))


def chosen_cells(diff: Diff, variable: str, which: str) -> list[ChangedCell]:
    """The cells in which two runs differ: of one variable, or all; those that only the new run has right
    ('mended'), only the old one ('broken'), or none of the two ('neither'), by gold."""
    side = {"mended": "new", "broken": "old", "neither": "neither"}.get(which)
    return [
        cell
        for cell in diff.cells
        if (not variable or cell.variable == variable) and (side is None or cell.agrees == side)
    ]


def _fill(view: ComparisonView, kept: KeptComparison) -> None:
    comparison = kept.comparison
    view.comparison = comparison.as_dict()
    view.said = words.said(comparison)
    view.methods = words.methods(comparison)
    view.scale = forest.scale(comparison)
    for diff in kept.diffs:
        rows = [
            _row(
                "" if variable is None else variable.name,
                "" if variable is None else variable.label,
                one,
                view.scale,
            )
            for variable, one in words.rows(comparison, diff.new)
        ]
        changes = [
            Changed(
                variable=one.variable,
                cells=one.cells,
                values=one.values,
                statuses=one.statuses,
                mended=one.mended,
                broken=one.broken,
            )
            for one in diff.variables
        ]
        view.beside.append(Beside(run=diff.new, rows=rows, changes=changes))
    asked = view.asked
    chosen = next((diff for diff in kept.diffs if diff.new == asked.beside), kept.diffs[0])
    asked.beside = chosen.new
    cells = chosen_cells(chosen, asked.variable, asked.which)
    view.found, view.pages = len(cells), -(-len(cells) // PAGE)
    view.cells = [
        CellView(
            report=cell.report,
            variable=cell.variable,
            old=cell.old.value,
            new=cell.new.value,
            old_status=cell.old.status,
            new_status=cell.new.status,
            gold=cell.gold,
            agrees=None if cell.agrees is None else str(cell.agrees),
        )
        for cell in cells[(asked.page - 1) * PAGE : asked.page * PAGE]
    ]


def _row(variable: str, label: str, one: Difference, scale: float) -> Row:
    mark = forest.mark(one.difference, one.verdict, scale)
    estimates = {
        name: {"value": it.value, "low": it.low, "high": it.high, "n": it.n, "note": it.note}
        for name, it in (("difference", one.difference), ("baseline", one.baseline), ("value", one.value))
    }
    return Row(
        variable=variable or None,
        label=label,
        measure=one.measure,
        measure_label=words.measure_of(one),
        verdict=str(one.verdict),
        p=words.p_of(one.test),
        test=words.basis_of(one.test),
        point=mark.point,
        low=mark.low,
        high=mark.high,
        shown=mark.filled,
        **estimates,
    )
