"""An evaluation on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .messages import out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from ..evaluation.result import Evaluation, SplitSummary, VariableResult

#: Confusions and ids shown; the written reports show more.
_MOST_CONFUSIONS, _MOST_IDS = 5, 4


def print_evaluation(evaluation: Evaluation) -> None:
    """What was scored, a row for each variable, the worst confusions, and what follows from it."""
    from rich.console import Console

    from ..evaluation.report import reading
    from ..evaluation.report.contents import title

    console = Console(highlight=False, markup=False, emoji=False)
    out(f"{title(evaluation)} (run {evaluation.run})")
    for sentence in (*reading(evaluation), *evaluation.notes):
        console.print(sentence)
    out("")
    _variables(console, evaluation)
    for line in (*_confusions(evaluation), *_closing(evaluation)):
        console.print(line)


def _variables(console: Console, evaluation: Evaluation) -> None:
    from rich import box
    from rich.table import Table

    # On a narrow terminal the second measure is left to the report.
    wide = console.width >= 110
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Variable", overflow="fold")
    for heading in ("n", "right", "silent", "wrong", "missed", "invented", "failed"):
        table.add_column(heading if wide else heading[:6], justify="right", no_wrap=True)
    table.add_column("Measure (95 % interval)", overflow="fold")
    if wide:
        table.add_column("", overflow="fold")
    for variable in evaluation.variables:
        outcomes = [
            f"{variable.outcomes.get(name, 0):,}"
            for name in ("right", "silent", "wrong", "missed", "invented", "failed")
        ]
        table.add_row(variable.name, f"{variable.n:,}", *outcomes, *_headline(variable)[: 2 if wide else 1])
    console.print(table)


def _headline(variable: VariableResult) -> list[str]:
    from ..evaluation.report.panels import named

    shown = [named(name, estimate).text for name, estimate in list(variable.metrics.items())[:2]]
    return shown + [""] * (2 - len(shown))


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
    for name, mean in splits.mean.items():
        if mean is not None:
            spread = splits.spread.get(name)
            deviation = "" if spread is None else f", SD {number(spread)}"
            yield f"Held out, {metric_label(name)}: mean {number(mean)}{deviation} over {over}."
