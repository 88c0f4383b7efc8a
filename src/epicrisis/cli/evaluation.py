"""An evaluation on the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from .messages import out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from ..evaluation.result import Evaluation, SplitSummary

#: Confusions and ids shown; the written reports show more.
_MOST_CONFUSIONS, _MOST_IDS = 5, 4
#: Columns that a terminal needs to show the outcomes one by one, and to show two measures.
_FOR_OUTCOMES, _FOR_BOTH = 112, 150
_OUTCOMES = ("right", "silent", "wrong", "missed", "invented", "failed")


def print_evaluation(evaluation: Evaluation) -> None:
    """What was scored, a row for each variable, the worst confusions, and what follows from it."""
    from rich.console import Console

    from ..evaluation.report import reading
    from ..evaluation.report.contents import title

    # A file or a pipe has no width of its own.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _FOR_BOTH
    console = Console(highlight=False, markup=False, emoji=False, width=width)
    out(f"{title(evaluation)} (run {evaluation.run})")
    for sentence in (*reading(evaluation), *evaluation.notes):
        console.print(sentence, soft_wrap=width is not None)
    out("")
    _variables(console, evaluation)
    out("")
    for line in (*_confusions(evaluation), *_closing(evaluation)):
        console.print(line, soft_wrap=width is not None)


def _variables(console: Console, evaluation: Evaluation) -> None:
    from rich.table import Table

    from ..evaluation.report.panels import named

    # What does not fit is left to the report: first the second measure, then the outcomes one by one.
    measures = 2 if console.width >= _FOR_BOTH else 1
    every = console.width >= _FOR_OUTCOMES
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Variable", overflow="fold")
    for heading in ("n", *(_OUTCOMES if every else ("right", "not right"))):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Measure (95 % interval)", "Second measure")[:measures]:
        table.add_column(heading, no_wrap=True)
    for variable in evaluation.variables:
        counts = [variable.outcomes.get(name, 0) for name in _OUTCOMES]
        if not every:
            counts = [sum(counts[:2]), sum(counts[2:])]
        headline = [str(named(*one)) for one in list(variable.metrics.items())[:measures]]
        table.add_row(variable.name, f"{variable.n:,}", *(f"{count:,}" for count in counts), *headline)
    console.print(table)


def _confusions(evaluation: Evaluation) -> Iterator[str]:
    from ..evaluation.report.words import counted

    if evaluation.mistakes:
        yield "Worst confusions:"
    for one in evaluation.mistakes[:_MOST_CONFUSIONS]:
        ids = ", ".join(one.reports[:_MOST_IDS]) + (", ..." if len(one.reports) > _MOST_IDS else "")
        yield f"  {one.variable}: {one.gold} taken for {one.answer}, {counted(one.count, 'time')} ({ids})"


def _closing(evaluation: Evaluation) -> Iterator[str]:
    from ..evaluation.report.reading import calibration_line
    from ..evaluation.report.words import metric_label, number

    cost = evaluation.cost
    if cost is not None:
        money = "" if cost.money is None else f", {number(cost.money)} in the currency of the hourly cost"
        yield (
            f"Per 1,000 reports: {cost.seconds:,.0f} s, {cost.evaluated_tokens:,.0f} tokens read "
            f"({cost.cached_tokens:,.0f} more from the cache), {cost.generated_tokens:,.0f} written{money}."
        )
    if evaluation.splits is not None:
        yield from _held_out(evaluation.splits)
    calibration = calibration_line(evaluation)
    if calibration is not None:
        yield f"{calibration}."
    widest = [one for one in evaluation.plan if one.more]
    if widest:
        yield (
            f"For intervals of ±{widest[0].half_width:.2g}: {widest[0].more:,} more reports with gold "
            f"({widest[0].variable}, {metric_label(widest[0].measure)})."
        )


def _held_out(splits: SplitSummary) -> Iterator[str]:
    from ..evaluation.report.words import counted, metric_label, number

    over = counted(len(splits.held_out), "split")
    # The variables, "name: measure", are in the files: here they would fill the screen.
    for name, mean in ((name, mean) for name, mean in splits.mean.items() if ": " not in name):
        if mean is not None:
            spread = splits.spread.get(name)
            deviation = "" if spread is None else f", SD {number(spread)}"
            yield f"Held out, {metric_label(name)}: mean {number(mean)}{deviation} over {over}."
