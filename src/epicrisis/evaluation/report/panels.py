"""The sections about single variables: one table of all of them, then a panel for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ..cells import Outcome
from ..estimate import Estimate
from ..result import Confusion, Evaluation, VariableResult
from .charts import heat_map
from .document import Bar, Cell, Figure, Section, Table, bar, table
from .words import OUTCOMES, counted, estimate_text, interval_text, is_distance, metric_label, number

#: A larger matrix is not drawn cell by cell.
LARGEST_MATRIX = 30


def summary_table(evaluation: Evaluation) -> Table:
    """A row for each variable: its outcomes and its two headline measures."""
    rows = []
    for place, variable in enumerate(evaluation.variables, start=1):
        headline = [named(name, estimate) for name, estimate in list(variable.metrics.items())[:2]]
        headline += [Cell("–")] * (2 - len(headline))
        counts = [variable.outcomes.get(outcome.value, 0) for outcome in OUTCOMES]
        rows.append([Cell(variable.name, link=_anchor(place)), variable.kind, variable.n, *counts, *headline])
    names = [outcome.value for outcome in OUTCOMES]
    return table(
        "Each variable: cells by outcome, and its two main measures with 95 % intervals",
        ["variable", "kind", "cells", *names, "first measure", "second measure"],
        rows,
        note="; ".join(f"{outcome.value}: {meaning}" for outcome, meaning in OUTCOMES.items()) + ".",
    )


def named(name: str, estimate: Estimate) -> Cell:
    """A measure and its name in one cell."""
    return Cell(estimate_text(estimate), bar=_bar(name, estimate), label=metric_label(name))


def _bar(name: str, estimate: Estimate) -> Bar | None:
    return None if is_distance(name) else bar(estimate)


def panels(evaluation: Evaluation) -> Section:
    """A panel for each variable: measures, confusion matrix, parts."""
    parts = [_panel(variable, _anchor(place)) for place, variable in enumerate(evaluation.variables, start=1)]
    return Section("panels", "Variable by variable", parts=tuple(parts))


def _anchor(place: int) -> str:
    return f"variable-{place}"


def _panel(variable: VariableResult, anchor: str) -> Section:
    numbers = count(1)
    return Section(
        anchor,
        variable.name,
        paragraphs=tuple(_about(variable)),
        blocks=tuple(_blocks(variable, variable.name)),
        parts=tuple(
            Section(
                f"{anchor}-{next(numbers)}",
                part.name,
                paragraphs=tuple(_about(part)),
                blocks=tuple(_blocks(part, f"{variable.name}, {part.name}")),
            )
            for part in variable.parts
        ),
    )


def _about(variable: VariableResult) -> Iterator[str]:
    outcomes = ", ".join(
        f"{number_of:,} {outcome.value}"
        for outcome in Outcome
        if (number_of := variable.outcomes.get(outcome.value, 0))
    )
    label = f"{variable.label}. " if variable.label and variable.label != variable.name else ""
    scored = counted(variable.n, "cell" if variable.outcomes else "item")
    yield f"{label}Kind: {variable.kind}. {scored}{': ' + outcomes if outcomes else ''}."
    yield from variable.notes


def _blocks(variable: VariableResult, title: str) -> Iterator[Table | Figure]:
    if variable.metrics:
        yield metrics_table(f"{title}: all measures", variable)
    if variable.confusion is not None and variable.confusion.rows:
        yield confusion_figure(title, variable.confusion)


def metrics_table(caption: str, variable: VariableResult) -> Table:
    """All measures with what they were computed on, their intervals, and how those were made."""
    return table(
        caption,
        ["measure", "value", "95 % interval", "computed on", "interval by", "remark"],
        [estimate_row(name, estimate) for name, estimate in variable.metrics.items()],
    )


def estimate_row(name: str, estimate: Estimate) -> list[object]:
    value = "not defined" if estimate.value is None else number(estimate.value)
    return [
        metric_label(name),
        Cell(value, numeric=True, bar=_bar(name, estimate)),
        Cell(interval_text(estimate) or "–", numeric=True),
        estimate.n,
        estimate.method or "–",
        estimate.note or "",
    ]


def confusion_figure(title: str, confusion: Confusion) -> Figure | Table:
    """The matrix as a heat map beside its numbers; a very large one as numbers only."""
    numbers = table(
        f"{title}: gold (rows) and answers (columns)",
        ["gold \\ answer", *confusion.columns],
        [
            [
                row,
                *(
                    Cell(f"{number_of:,}", numeric=True, strong=row == column)
                    for column, number_of in zip(confusion.columns, counts, strict=True)
                ),
            ]
            for row, counts in zip(confusion.rows, confusion.counts, strict=True)
        ],
    )
    if max(len(confusion.rows), len(confusion.columns)) > LARGEST_MATRIX:
        return numbers
    label = f"Heat map of the confusions of {title}; the table beside it holds the same numbers."
    return Figure(label, heat_map(confusion), numbers)
