"""A stress test in words and numbers, the same in the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from ..evaluation.comparison.words import plain, signed
from ..evaluation.estimate import Estimate
from ..evaluation.report.words import counted
from .result import Effect, Stress, VariableDrop

#: Drops of single variables that are listed.
MOST = 10
HEADINGS = (
    "Perturbation",
    "Strength",
    "Altered",
    "Before",
    "After",
    "Drop (95 %)",
    "Changed",
    "Failed",
    "Verdict",
)
DROP_HEADINGS = ("Variable", "Perturbation", "Strength", "n", "Before", "After", "Drop (95 %)")
METHODS = (
    "Before and after are the share of cells that agree with gold, silence where gold is silent included; a "
    "failed answer is wrong. A drop is before minus after: above 0 the perturbed reports do worse. Intervals "
    "are {level:.0%} bootstrap intervals over reports (BCa; Efron 1987), with {draws:,} draws of the same "
    "reports for both.",
    "The verdict follows the interval of its row alone, and the list of the greatest drops picks from many: "
    "nothing corrects for that. No difference shown is not the same as equal.",
    "Perturbations are drawn with seed {seed} for each report by itself, so the same command perturbs alike.",
)


def methods(stress: Stress) -> list[str]:
    """How the numbers were made, in sentences."""
    return [line.format(**stress.settings) for line in METHODS]


def said(stress: Stress) -> list[str]:
    """What was put under stress, in sentences."""
    reports = max((effect.reports for effect in stress.effects), default=0)
    blank = "not mentioned" if stress.blank == "not-mentioned" else "ignored"
    return [
        f"{counted(reports, 'report')} of run {stress.baseline} ({stress.codebook}, {stress.model}) beside "
        f"{stress.gold} (blank cells: {blank}), and the same reports perturbed.",
        *stress.notes,
    ]


def row(effect: Effect) -> tuple[str, ...]:
    """One effect under ``HEADINGS``."""
    return (
        effect.perturbation,
        str(effect.strength),
        f"{effect.altered:,}/{effect.reports:,}",
        plain(effect.before),
        plain(effect.accuracy),
        signed(effect.drop),
        plain(effect.changed),
        f"{effect.failed:,}",
        str(effect.verdict),
    )


def drop_row(effect: Effect, one: VariableDrop) -> tuple[str, ...]:
    """One variable's drop under ``DROP_HEADINGS``."""
    return (
        one.name,
        effect.perturbation,
        str(effect.strength),
        f"{one.n:,}",
        f"{one.before:.3f}",
        f"{one.after:.3f}",
        signed(one.drop),
    )


def worst(stress: Stress, most: int = MOST) -> list[tuple[Effect, VariableDrop]]:
    """The greatest drops of single variables, each variable at its worst only."""
    found: dict[str, tuple[Effect, VariableDrop]] = {}
    for effect in stress.effects:
        for one in effect.variables:
            lost = one.before - one.after
            known = found.get(one.name)
            if lost > 0 and (known is None or lost > known[1].before - known[1].after):
                found[one.name] = (effect, one)
    return sorted(found.values(), key=lambda pair: pair[1].after - pair[1].before)[:most]


def injections(stress: Stress) -> Iterator[str]:
    """What injected instructions did, a sentence or two for each strength."""
    for effect in stress.effects:
        found = effect.injection
        if found is None:
            continue
        schema = f"{found.broken:,} of {counted(found.answers, 'answer')} out of the codebook's schema"
        if found.broken_variables:
            schema += f" ({', '.join(found.broken_variables[:MOST])})"
        lost = f"; {found.failed:,} more failed that had not before" if found.failed else ""
        yield (
            f"Strength {effect.strength}: {schema}{lost}. Of {counted(found.towards.n, 'answer')} that were "
            f"not what the instruction asks for, {_percent(found.towards)} became it and "
            f"{_percent(found.elsewhere)} became something else."
        )


def unaltered(stress: Stress) -> Iterator[str]:
    """Perturbations that found nothing to do in some reports."""
    for effect in stress.effects:
        if effect.altered < effect.reports:
            left = effect.reports - effect.altered
            where = counted(left, "report")
            yield f"{effect.perturbation} {effect.strength} found nothing to change in {where}."


def _percent(one: Estimate) -> str:
    if one.value is None:
        return "–"
    between = "" if one.low is None or one.high is None else f" ({one.low:.1%} to {one.high:.1%})"
    return f"{one.value:.1%}{between}"
