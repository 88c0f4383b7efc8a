"""A comparison in words and numbers, the same in the terminal, in Markdown and in HTML."""

from __future__ import annotations

from collections.abc import Collection

from ..estimate import Estimate
from ..report.words import counted, metric_label
from .mcnemar import McNemar
from .result import ComparedRun, ComparedVariable, Comparison, Difference

#: Ids that are listed before the rest is only counted.
_LISTED = 10
METHODS = (
    "Differences are the run minus the baseline: above 0 the run does better. Intervals are {level:.0%} "
    "bootstrap intervals over reports (BCa; Efron 1987), with {draws:,} draws of the same reports for both.",
    "Accuracy of a variable is the share of its cells that agree with gold, silence where gold is silent "
    "included; a failed answer is wrong. Its p is McNemar's (1947): exact below 25 discordant cells, else "
    "chi-square with Edwards' correction (1948); then Holm's correction (1979) over the variables of a run.",
    "The verdict on a variable's accuracy follows its corrected p (below 0.05); on any other measure its "
    "interval alone (0 outside), which nothing corrects. No difference shown is not the same as equal.",
)


def methods(comparison: Comparison) -> list[str]:
    """How the numbers were made, in sentences."""
    return [line.format(**comparison.settings) for line in METHODS]


def said(comparison: Comparison) -> list[str]:
    """What was compared and what was left out, in sentences."""
    left = comparison.left_out
    blank = "not mentioned" if comparison.blank == "not-mentioned" else "ignored"
    lines = [
        f"Compared on {counted(len(comparison.reports), 'report')} and "
        f"{counted(len(comparison.variables), 'variable')} that the runs and gold have in common "
        f"({comparison.gold}; blank cells: {blank})."
    ]
    for run, ids in left.missing.items():
        lines.append(f"Left out, for run {run} does not have them: {_reports(ids)}.")
    if left.excluded:
        for reason in dict.fromkeys(left.excluded.values()):
            ids = tuple(report for report, why in left.excluded.items() if why == reason)
            lines.append(f"Left out for all runs, {reason}: {_reports(ids)}.")
    if left.not_in_gold:
        lines.append(f"Not in gold: {_reports(left.not_in_gold)}.")
    if left.not_in_runs:
        lines.append(f"In gold, but in none of the runs: {_reports(left.not_in_runs)}.")
    for reason in dict.fromkeys(left.variables.values()):
        names = [name for name, why in left.variables.items() if why == reason]
        lines.append(f"Variables left out, {reason}: {', '.join(names)}.")
    for variable in comparison.variables:
        lines.extend(f"{variable.name}: {note}" for note in variable.notes)
    return [*lines, *comparison.notes]


def measure_of(one: Difference) -> str:
    """The measure as people read it."""
    return metric_label(one.measure)


def signed(estimate: Estimate) -> str:
    """``+0.083 (-0.010 to +0.160)``."""
    if estimate.value is None:
        return "not defined"
    if estimate.low is None or estimate.high is None:
        return _signed(estimate.value)
    return f"{_signed(estimate.value)} ({_signed(estimate.low)} to {_signed(estimate.high)})"


def plain(estimate: Estimate) -> str:
    """The value without its interval."""
    return "–" if estimate.value is None else f"{estimate.value:.3f}"


def p_of(test: McNemar | None) -> str:
    """The corrected p."""
    if test is None:
        return ""
    p = test.p if test.adjusted is None else test.adjusted
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def basis_of(test: McNemar | None) -> str:
    """The test and what it rests on: ``exact, 5 gained, 2 lost``."""
    return "" if test is None else f"{test.method}, {test.gained} gained, {test.lost} lost"


def rows(comparison: Comparison, run: str) -> list[tuple[ComparedVariable | None, Difference]]:
    """All differences of one run in the order to show them; those over all cells last, without variable."""
    found: list[tuple[ComparedVariable | None, Difference]] = []
    for variable in comparison.variables:
        found.extend((variable, one) for one in variable.differences if one.run == run)
    found.extend((None, one) for one in comparison.overall if one.run == run)
    return found


def pace(run: ComparedRun) -> tuple[str, str, str]:
    """Seconds, tokens read and tokens written per report."""
    return f"{run.seconds:.2f}", f"{run.evaluated_tokens:,.0f}", f"{run.generated_tokens:,.0f}"


def _signed(value: float) -> str:
    # Nothing is written -0.000.
    return f"{round(value, 3) + 0.0:+.3f}" if round(value, 3) else "0.000"


def _reports(ids: Collection[str]) -> str:
    listed = ", ".join(list(ids)[:_LISTED])
    more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
    return f"{counted(len(ids), 'report')} ({listed}{more})"
