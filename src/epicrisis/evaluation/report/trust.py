"""The sections about how far to trust it: the human ceiling, calibration, review, and how much gold."""

from __future__ import annotations

from collections.abc import Iterator

from ..result import Evaluation, Reliability, Review
from .charts import ceiling_chart, reliability_chart, review_chart
from .document import Figure, Section, Table, table
from .words import VERDICTS, estimate_text, metric_label, percent, share_text

#: Rows shown of the curve of review.
_CURVE_ROWS = 21


def trust(evaluation: Evaluation) -> Iterator[Section]:
    """Ceiling, calibration, review, gold plan; a section with nothing to say is left out."""
    if evaluation.ceiling:
        yield _ceiling(evaluation)
    if evaluation.reliability:
        yield _calibration(evaluation)
    if evaluation.review is not None:
        yield _review(evaluation.review)
    if evaluation.plan:
        yield _plan(evaluation)


def _ceiling(evaluation: Evaluation) -> Section:
    rows = [
        [
            one.variable,
            metric_label(one.measure),
            one.human,
            one.model,
            estimate_text(one.difference),
            VERDICTS[one.verdict],
        ]
        for one in evaluation.ceiling
    ]
    columns = ["variable", "measure", "human and human", "model and human", "difference", "verdict"]
    numbers = table("Agreement between humans, and between model and human", columns, rows)
    return Section(
        "ceiling",
        "Beside the humans",
        paragraphs=(
            "Two people do not agree in every cell either: their agreement is the ceiling. The difference is "
            "model minus human over the same reports; where its interval holds 0, model and human cannot be "
            "told apart with this much gold.",
        ),
        blocks=(
            Figure(
                "Agreement of two humans (circles) and of model and human (squares) for each variable, with "
                "intervals; the table beside it holds the same numbers.",
                ceiling_chart(evaluation.ceiling),
                numbers,
            ),
        ),
    )


def _calibration(evaluation: Evaluation) -> Section:
    fits = evaluation.reliability
    errors = table(
        "How far confidence is what it says (lower is better)",
        ["confidence", "cells", "without one", "expected calibration error", "Brier score", "remark"],
        [
            [one.method, one.n, one.left_out, one.ece, one.brier, one.ece.note or one.brier.note or ""]
            for one in fits
        ],
    )
    return Section(
        "calibration",
        "Calibration",
        paragraphs=(
            "Of the answers with confidence 0.8, eight in ten should be right. raw: as the model gave it; "
            "applied: by the calibration of this run; platt, isotonic: by confidence alone; combined: by "
            "confidence, the votes of several samples, how well the evidence was found, and the variable. "
            "The last three are fitted to this gold and cross-validated.",
        ),
        blocks=(
            errors,
            Figure(
                "Share of answers that is right by mean confidence, one shape for each kind of confidence; "
                "on the dotted diagonal they are equal. The table beside it holds the same numbers.",
                reliability_chart(fits),
                _bins(fits),
            ),
        ),
    )


def _bins(fits: tuple[Reliability, ...]) -> Table:
    rows = [
        [one.method, f"{group.low:.2f} to {group.high:.2f}", group.n, group.confidence, group.right]
        for one in fits
        for group in one.bins
    ]
    columns = ["confidence", "bin", "cells", "mean confidence", "share right (95 % interval)"]
    return table("Answers in bins of like confidence", columns, rows)


def _review(review: Review) -> Section:
    about = ["Reports are read least certain first; every cell of a report that was read counts as right."]
    if review.target is not None and review.needed is not None:
        share = share_text(review.needed)
        about.append(f"For {percent(review.target)} of the cells right, read {share} of the reports.")
        if review.needed.note:
            about.append(f"{review.needed.note}.")
    if review.at_random is not None:
        about.append(f"In random order it would be {percent(review.at_random)}.")
    if review.note:
        about.append(review.note)
    blocks: tuple[Figure, ...] = ()
    if review.curve:
        step = max(1, -(-len(review.curve) // _CURVE_ROWS))
        shown = [*review.curve[:-1:step], review.curve[-1]]
        rows = [[percent(one.reviewed), one.accuracy, one.threshold] for one in shown]
        columns = ["reports read", "share of cells right", "review up to confidence"]
        note = f"Every {step} points of the curve are a row." if step > 1 else ""
        blocks = (
            Figure(
                "Share of cells right by the share of reports read; the long-dashed line is the target, the "
                "short-dashed one the share needed. The table beside it holds the numbers.",
                review_chart(review),
                table("What review brings", columns, rows, note=note),
            ),
        )
    return Section("review", "How much to review", paragraphs=tuple(about), blocks=blocks)


def _plan(evaluation: Evaluation) -> Section:
    rows = [
        [
            one.variable,
            metric_label(one.measure),
            f"± {one.half_width:.3g}",
            one.reports,
            one.needed,
            one.more,
            one.note,
        ]
        for one in evaluation.plan
    ]
    columns = ["variable", "measure", "wanted", "reports now", "reports needed", "more", "remark"]
    return Section(
        "gold-plan",
        "How much gold",
        paragraphs=("How many annotated reports it takes until an interval is as narrow as wanted.",),
        blocks=(table("Annotated reports needed", columns, rows),),
    )
