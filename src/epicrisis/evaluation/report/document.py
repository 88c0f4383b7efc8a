"""What a report of an evaluation is made of, whatever it is written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..estimate import Estimate
from .words import estimate_text, integer, number


@dataclass(frozen=True, slots=True)
class Bar:
    """A point and its interval on a scale from 0 to 1, for the eye; the text beside it says the same."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cell:
    """``link`` is the id of a part of the report, ``label`` what the number is of. ``strong`` marks the
    cell that is right, as on the diagonal of a confusion matrix."""

    text: str
    numeric: bool = False
    bar: Bar | None = None
    link: str = ""
    strong: bool = False
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label} {self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of each row names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart beside the table of its numbers. ``spec`` is Vega-Lite; ``label`` says what is to be seen."""

    label: str
    spec: Mapping[str, Any]
    table: Table


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text to be shown as it is, such as JSON."""

    caption: str
    text: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a report around a quote. ``cut_before`` and ``cut_after``: the report goes on there."""

    before: str
    quote: str
    after: str
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A cell to look at: its facts as a row, its place in the report's text where that may be shown."""

    title: str
    outcome: str
    facts: tuple[tuple[str, str], ...]
    window: Window | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReportText:
    """A whole report in pieces, each with whether it is evidence of a cell to look at."""

    id: str
    anchor: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """Cells to look at, one after the other, and the reports they are from."""

    items: tuple[Look, ...]
    texts: tuple[ReportText, ...] = ()
    note: str = ""


Block = Table | Figure | Verbatim | Looks


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, note: str = "") -> Table:
    """A table from plain values: texts, numbers, estimates (shown with their interval) or ready cells."""
    return Table(caption, tuple(columns), tuple(tuple(_cell(value) for value in row) for row in rows), note)


def _cell(value: object) -> Cell:
    match value:
        case Cell():
            return value
        case Estimate():
            return Cell(estimate_text(value), numeric=True, bar=bar(value))
        case bool() | str():
            return Cell(str(value))
        case int():
            return Cell(integer(value), numeric=True)
        case float():
            return Cell(number(value), numeric=True)
        case None:
            return Cell("–", numeric=True)
        case _:
            return Cell(str(value))


def bar(estimate: Estimate) -> Bar | None:
    """The bar of a share with an interval; None for anything that does not lie between 0 and 1."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    if min(estimate.value, estimate.low) < 0 or max(estimate.value, estimate.high) > 1:
        return None
    return Bar(estimate.value, estimate.low, estimate.high)
