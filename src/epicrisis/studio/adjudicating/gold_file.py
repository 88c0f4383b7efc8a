"""Gold of a review as a file: a row for each answer, mention and part of an item, with who said so, when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...codebook.codebook import Codebook
from ...codebook.variable import GroupVariable, SpansVariable, Variable
from ...export.destination import replacing
from ...export.layout import Column
from ...export.text_files import write_csv
from ...extraction.answer import Status
from .said import Place
from .settled import Settled, State

COLUMNS = (
    Column("id"),
    Column("variable"),
    Column("item", "integer"),
    Column("part"),
    Column("type", "any"),
    Column("value", "any"),
    Column("unit"),
    Column("status"),
    Column("quote"),
    Column("start", "integer"),
    Column("end", "integer"),
    Column("comment"),
    Column("reviewer"),
    Column("time"),
)
#: What a cell says that is left out, so that nobody takes it for "not mentioned": read as no gold.
LEFT_OUT = Status.FAILED.value
DIFFER = "reviewers differ"
NOT_JUDGED = "not judged"


def write(path: Path, codebook: Codebook, state: State, order: Sequence[str]) -> None:
    """Write the gold of a review whose reports come in ``order``; the file appears whole or not at all.

    In every report that somebody judged, every variable that has gold somewhere gets a row: what nobody
    judged and what reviewers differ on as ``failed``, which ``evaluation.read_gold`` leaves out. Raises
    OutputError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = wide_rows if is_wide(codebook) else long_rows
    columns = wide_columns(codebook, state) if is_wide(codebook) else COLUMNS
    with replacing(path) as part:
        write_csv(part, columns, rows(codebook, state, order))


def long_rows(codebook: Codebook, state: State, order: Sequence[str]) -> Iterator[list[Any]]:
    """The rows, in the order of the reports and of the codebook."""
    unresolved = set(state.unresolved)
    for report, variable in _places(codebook, state, order):
        place = report, variable.name
        settled = state.settled.get(place)
        if settled is None:
            why = DIFFER if place in unresolved else NOT_JUDGED
            yield _row(place, None, status=LEFT_OUT, comment=why)
        else:
            yield from _answer(variable, place, settled)


def _places(codebook: Codebook, state: State, order: Sequence[str]) -> Iterator[tuple[str, Variable]]:
    judged = {report for report, _ in [*state.settled, *state.unresolved]}
    own = {name for _, name in state.settled}
    for report in order:
        if report in judged:
            for variable in codebook.columns:
                if variable.name in own:
                    yield report, variable


def _answer(variable: Variable, place: Place, settled: Settled) -> Iterator[list[Any]]:
    cell = settled.cell
    if isinstance(variable, SpansVariable) and cell.value:
        for number, one in enumerate(cell.value, 1):
            yield _row(
                place,
                settled,
                item=number,
                type=one.get("type"),
                value=one["text"],
                quote=one["text"],
                start=one.get("start"),
                end=one.get("end"),
            )
    elif isinstance(variable, GroupVariable) and cell.value:
        yield _row(place, settled)
        for number, item in enumerate(cell.value, 1):
            for name, value in item.items():
                status = Status.NOT_MENTIONED if value is None else Status.STATED
                amount, unit = _amount(value)
                yield _row(
                    place,
                    settled,
                    item=number,
                    part=name,
                    value=amount,
                    unit=unit,
                    status=status.value,
                    quote=None,
                    start=None,
                    end=None,
                    comment=None,
                )
    elif isinstance(variable, SpansVariable):
        # A place would make it a mention.
        yield _row(place, settled, start=None, end=None)
    else:
        amount, unit = _amount(cell.value)
        yield _row(place, settled, value=amount, unit=unit)


def _row(place: Place, settled: Settled | None, **given: Any) -> list[Any]:
    known: dict[str, Any] = {"id": place[0], "variable": place[1]}
    if settled is not None:
        known |= {
            "status": settled.cell.status.value,
            "quote": settled.cell.quote,
            "start": settled.start,
            "end": settled.end,
            "comment": settled.comment or None,
            "reviewer": "; ".join(settled.people),
            "time": settled.at,
        }
    known |= given
    return [known.get(column.name) for column in COLUMNS]


def _amount(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, dict):
        return value["value"], value.get("unit")
    return value, None


def is_wide(codebook: Codebook) -> bool:
    """Whether the long form would not be known: it is, by columns that are then variables."""
    return "variable" in codebook or "value" in codebook


def wide_columns(codebook: Codebook, state: State) -> list[Column]:
    own = {name for _, name in state.settled}
    columns = [Column("id")]
    for name in codebook.names:
        if name in own:
            columns += [Column(name, "any"), Column(f"{name}__status"), Column(f"{name}__evidence")]
    return columns


def wide_rows(codebook: Codebook, state: State, order: Sequence[str]) -> Iterator[list[Any]]:
    """A row for each report: for codebooks with a variable called 'variable' or 'value'."""
    rows: dict[str, list[Any]] = {}
    for report, variable in _places(codebook, state, order):
        settled = state.settled.get((report, variable.name))
        row = rows.setdefault(report, [report])
        if settled is None:
            row += [None, LEFT_OUT, None]
        else:
            row += [settled.cell.value, settled.cell.status.value, settled.cell.quote]
    yield from rows.values()
