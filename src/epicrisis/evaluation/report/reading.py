"""An evaluation in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from ..cells import Outcome
from ..estimate import FEWEST_REPORTS
from ..result import Evaluation
from .words import counted, estimate_text, integer, listed, metric_label, number, percent, share_text

_HARDEST, _MOST_NAMES = 3, 6


def reading(evaluation: Evaluation) -> tuple[str, ...]:
    """What the numbers say, most important first, one sentence or two for each subject."""
    return tuple(
        sentence
        for subject in (_agreement, _absence, _whole, _hardest, _ceiling, _review, _matching)
        for sentence in subject(evaluation)
    )


def _agreement(evaluation: Evaluation) -> Iterator[str]:
    reports, cells = len(evaluation.matching.scored), sum(evaluation.outcomes.values())
    scored = (
        f"{counted(reports, 'report')} and {counted(len(evaluation.variables), 'variable')} were scored: "
        f"{counted(cells, 'cell')}."
    )
    agreeing = evaluation.overall.get("micro_accuracy")
    if agreeing is not None and agreeing.value is not None:
        scored += f" {share_text(agreeing)} of the cells agree with gold."
    yield scored
    if reports < FEWEST_REPORTS:
        yield f"Intervals are refused below {FEWEST_REPORTS} reports: so few say nothing about the next one."


def _absence(evaluation: Evaluation) -> Iterator[str]:
    count = {outcome: evaluation.outcomes.get(outcome.value, 0) for outcome in Outcome}
    valued = count[Outcome.RIGHT] + count[Outcome.WRONG] + count[Outcome.MISSED]
    silent = count[Outcome.SILENT] + count[Outcome.INVENTED]
    yield (
        f"Where gold has a value ({counted(valued, 'cell')}): {integer(count[Outcome.RIGHT])} right, "
        f"{integer(count[Outcome.WRONG])} wrong, {integer(count[Outcome.MISSED])} missed. "
        f"Where gold is silent ({counted(silent, 'cell')}): {integer(count[Outcome.SILENT])} left empty, "
        f"{integer(count[Outcome.INVENTED])} invented."
    )
    if count[Outcome.FAILED]:
        failed = counted(count[Outcome.FAILED], "cell")
        yield f"{failed} have no valid answer; they count as wrong, whatever gold says."


def _whole(evaluation: Evaluation) -> Iterator[str]:
    whole = evaluation.overall.get("reports_right")
    if whole is not None and whole.value is not None:
        yield f"{share_text(whole)} of the reports are wholly right."


def _hardest(evaluation: Evaluation) -> Iterator[str]:
    scored = []
    for variable in evaluation.variables:
        for name, estimate in list(variable.metrics.items())[:1]:
            if estimate.value is not None and 0 <= estimate.value < 1:
                scored.append((estimate.value, variable.name, name))
    if not scored:
        return
    worst = [f"{name} ({metric_label(metric)} {number(value)})" for value, name, metric in sorted(scored)]
    yield f"The lowest scores: {listed(worst[:_HARDEST])}."


def _ceiling(evaluation: Evaluation) -> Iterator[str]:
    verdicts: dict[str, set[str]] = {}
    for one in evaluation.ceiling:
        verdicts.setdefault(one.variable, set()).add(one.verdict)
    # One measure that tells them apart is enough to say so.
    for verdict, said in (
        ("below", "The model is below human agreement"),
        ("above", "The model is above human agreement"),
        ("alike", "Model and human cannot be told apart"),
    ):
        names = [name for name, found in verdicts.items() if verdict in found]
        for name in names:
            del verdicts[name]
        if names:
            yield f"{said} on {counted(len(names), 'variable')}: {_some(names)}."


def _some(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return f"{', '.join(names[:_MOST_NAMES])} and {more:,} more" if more > 0 else listed(names)


def _review(evaluation: Evaluation) -> Iterator[str]:
    review = evaluation.review
    if review is None or review.target is None:
        return
    if review.needed is None or review.needed.value is None:
        reason = review.note or (review.needed.note if review.needed else "") or "it is out of reach"
        yield f"How much to review for {percent(review.target)}: not known ({reason})."
        return
    sentence = (
        f"To have {percent(review.target)} of the cells right, a person must read "
        f"{share_text(review.needed)} of the reports, least certain first"
    )
    if review.at_random is not None:
        sentence += f"; in random order it would be {percent(review.at_random)}"
    yield f"{sentence}."


def _matching(evaluation: Evaluation) -> Iterator[str]:
    matching = evaluation.matching
    left = [
        (len(matching.only_in_run), "in the run only"),
        (len(matching.only_in_gold), "in gold only"),
        (len(matching.excluded), "excluded"),
    ]
    told = [f"{integer(number_of)} {where}" for number_of, where in left if number_of]
    if told:
        yield f"Reports not scored: {listed(told)}."


def calibration_line(evaluation: Evaluation) -> str | None:
    """How far confidences can be believed, in one line."""
    if not evaluation.reliability:
        return None
    parts = [
        f"{one.method} {estimate_text(one.ece)}"
        for one in evaluation.reliability
        if one.ece.value is not None
    ]
    return f"Expected calibration error: {'; '.join(parts)}" if parts else None
