"""The sections about all variables together: outcomes, confusions, strata, splits."""

from __future__ import annotations

from collections.abc import Iterator

from ..result import Evaluation
from .document import Section, table
from .panels import estimate_row, summary_table
from .reading import calibration_line, reading
from .words import OUTCOMES, listed, metric_label, percent

#: Report ids shown for one confusion.
MOST_IDS = 12


def overview(evaluation: Evaluation) -> Iterator[Section]:
    """Summary, variables, confusions, strata, splits; a section with nothing to say is left out."""
    yield _summary(evaluation)
    yield Section("variables", "All variables", blocks=(summary_table(evaluation),))
    if evaluation.mistakes:
        yield _confusions(evaluation)
    if evaluation.strata:
        yield _strata(evaluation)
    if evaluation.splits is not None:
        yield _splits(evaluation)


def _summary(evaluation: Evaluation) -> Section:
    line = calibration_line(evaluation)
    total = sum(evaluation.outcomes.values())
    outcomes = table(
        "Cells by outcome",
        ["outcome", "cells", "share", "meaning"],
        [
            [outcome.value, number_of, percent(number_of / total) if total else "–", meaning]
            for outcome, meaning in OUTCOMES.items()
            for number_of in (evaluation.outcomes.get(outcome.value, 0),)
        ],
    )
    overall = table(
        "All variables together",
        ["measure", "value", "95 % interval", "computed on", "interval by", "remark"],
        [estimate_row(name, estimate) for name, estimate in evaluation.overall.items()],
    )
    return Section(
        "summary",
        "Summary",
        paragraphs=(*reading(evaluation), *([f"{line}."] if line else ()), *evaluation.notes),
        blocks=(overall, outcomes),
    )


def _confusions(evaluation: Evaluation) -> Section:
    rows = []
    for one in evaluation.mistakes:
        ids = ", ".join(one.reports[:MOST_IDS])
        more = len(one.reports) - MOST_IDS
        rows.append(
            [one.variable, one.gold, one.answer, one.count, f"{ids} and {more:,} more" if more > 0 else ids]
        )
    return Section(
        "confusions",
        "Worst confusions",
        blocks=(
            table(
                "What is taken for what most often", ["variable", "gold", "answer", "times", "reports"], rows
            ),
        ),
    )


def _strata(evaluation: Evaluation) -> Section:
    names = list(dict.fromkeys(one.by for one in evaluation.strata))
    return Section(
        "strata",
        "Error rates by group of reports",
        paragraphs=("The error rate is the share of cells that do not agree with gold.",),
        blocks=tuple(
            table(
                f"Error rate by {name}",
                [name, "reports", "error rate (95 % interval)", "cells", "remark"],
                [
                    [one.value, one.reports, one.error_rate, one.error_rate.n, one.error_rate.note or ""]
                    for one in evaluation.strata
                    if one.by == name
                ],
            )
            for name in names
        ),
    )


def _splits(evaluation: Evaluation) -> Section:
    splits = evaluation.splits
    if splits is None:
        raise ValueError("there are no splits")
    held = splits.held_out
    sizes = (
        f"{min(held):,}"
        if held and min(held) == max(held)
        else f"{min(held, default=0):,} to {max(held, default=0):,}"
    )
    about = [f"Kind: {splits.kind}. Splits: {len(held):,}. Reports held out in each: {sizes}."]
    if splits.train is not None:
        about.append(f"Share of the reports in the training part: {percent(splits.train)}.")
    if splits.note:
        about.append(splits.note)
    rows = [
        [metric_label(name), splits.mean.get(name), splits.spread.get(name), _scores(scores)]
        for name, scores in splits.scores.items()
    ]
    columns = ["measure", "mean", "standard deviation", "each split"]
    return Section(
        "splits",
        "Repeated splits",
        paragraphs=tuple(about),
        blocks=(table("Scores of the held-out parts", columns, rows),),
    )


def _scores(scores: tuple[float | None, ...]) -> str:
    shown = ["–" if score is None else f"{score:.3f}" for score in scores[:MOST_IDS]]
    more = len(scores) - MOST_IDS
    return f"{', '.join(shown)} and {more:,} more" if more > 0 else listed(shown)
