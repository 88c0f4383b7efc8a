"""The runs of a stress test beside gold and beside the original."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import MissingExtraError

try:
    import numpy as np
except ImportError as error:  # pragma: no cover - the core install has no numpy
    raise MissingExtraError.for_extra("evaluation", "Measuring") from error

from ..codebook.codebook import Codebook
from ..codebook.variable import SpansVariable
from ..evaluation.cells import Outcome
from ..evaluation.comparison.common import Common, common
from ..evaluation.comparison.result import by_interval
from ..evaluation.comparison.statistics import OVERALL, Cells, difference
from ..evaluation.estimate import LEVEL, Estimate
from ..evaluation.gold import Gold, GoldCell
from ..evaluation.learned import used_ids
from ..evaluation.pairing import Paired, pair
from ..evaluation.resampling import DRAWS, Resampler
from ..runs.manifest import now
from ..runs.run import StoredRun
from .answers import alike, share, without_places
from .asking import AskedCase
from .changes import INJECTION
from .injected import injection
from .result import Effect, Stress, VariableDrop

MICRO = OVERALL[0]


def measure(
    baseline: StoredRun,
    cases: Sequence[AskedCase],
    gold: Gold,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    notes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> Stress:
    """What each case did to the answers. Calls no model.

    Accuracy is the share of cells that agree with gold, silence included; a failed answer is wrong. Drops
    are paired: every bootstrap draw holds the same reports of both runs (BCa intervals, ``draws`` draws with
    ``seed``). Mentions are compared by their words alone. Raises OptionError for no case, and where no
    report can be scored.
    """
    manifest = baseline.manifest
    mentions = _mentions(baseline.codebook, gold)
    placeless = _without_places(gold, baseline.codebook, mentions)
    first = pair(baseline, placeless, exclude=used_ids(manifest))
    effects = tuple(_effect(baseline, first, one, placeless, draws, seed) for one in cases)
    return Stress(
        baseline=baseline.id,
        model=str(manifest.engine.identity["model"]),
        codebook=manifest.codebook.name,
        gold=gold.name,
        blank=str(gold.blank),
        created=now(),
        store="" if not cases else str(cases[0].run.store_path),
        effects=effects,
        notes=(*notes, *gold.notes, *_about(mentions)),
        settings={**(settings or {}), "draws": draws, "level": LEVEL},
    )


def _effect(baseline: StoredRun, first: Paired, one: AskedCase, gold: Gold, draws: int, seed: int) -> Effect:
    second = pair(one.run, gold, exclude={})
    shared = common((baseline.id, one.run.id), (first, second), gold.variables)
    names, reports = shared.codebook.names, len(shared.paired[0].reports)
    before, after = (Cells.of(paired, names) for paired in shared.paired)
    # The same number of reports gives the same draws: what differs between effects is not chance alone.
    resampler = Resampler(reports, draws=draws, seed=seed)
    drops = _drops(before, after, names, resampler)
    name = one.case.perturbation.name
    return Effect(
        perturbation=name,
        strength=one.case.strength,
        run=one.run.id,
        reports=reports,
        altered=one.altered,
        before=_accuracy(before, resampler),
        accuracy=_accuracy(after, resampler),
        drop=drops[MICRO],
        verdict=by_interval(_seen_from_the_other_side(drops[MICRO])),
        changed=_changed(shared, before, resampler),
        failed=sum(
            cell.outcome is Outcome.FAILED
            for report in shared.paired[1].reports
            for cell in report.pairs.values()
        ),
        variables=tuple(_variables(names, before, after, drops)),
        injection=injection(baseline, one.run, draws=draws, seed=seed) if name == INJECTION else None,
    )


def _drops(before: Cells, after: Cells, names: Sequence[str], resampler: Resampler) -> dict[str, Estimate]:
    """The drop in accuracy of each variable, and that over all cells as ``MICRO``."""
    # A variable may have the name of a measure.
    columns = [*(f"accuracy of {name}" for name in names), *OVERALL]
    counts = [int(count) for count in before.there.sum(axis=0)]
    counts += [int(before.there.sum()), len(names), len(before.there)]
    return resampler.estimate(difference(before.accuracies, after.accuracies), columns, counts)


def _variables(
    names: Sequence[str], before: Cells, after: Cells, drops: Mapping[str, Estimate]
) -> list[VariableDrop]:
    """The greatest drop first; those without a cell are left out."""
    found = []
    for place, name in enumerate(names):
        there = float(before.there[:, place].sum())
        if there:
            was, became = (float(cells.right[:, place].sum()) / there for cells in (before, after))
            found.append(VariableDrop(name, int(there), was, became, drops[f"accuracy of {name}"]))
    return sorted(found, key=lambda one: one.after - one.before)


def _accuracy(cells: Cells, resampler: Resampler) -> Estimate:
    return share(resampler, cells.right.sum(axis=1), cells.there.sum(axis=1))


def _changed(shared: Common, cells: Cells, resampler: Resampler) -> Estimate:
    counts = [
        sum(
            not alike(shared.codebook[name], cell.answer, other.pairs[name].answer)
            for name, cell in one.pairs.items()
        )
        for one, other in zip(shared.paired[0].reports, shared.paired[1].reports, strict=True)
    ]
    return share(resampler, np.array(counts, dtype=np.float64), cells.there.sum(axis=1))


def _seen_from_the_other_side(drop: Estimate) -> Estimate:
    """A drop as the difference it is: the perturbed minus the original."""
    if drop.value is None or drop.low is None or drop.high is None:
        return replace(drop, value=None if drop.value is None else -drop.value)
    return replace(drop, value=-drop.value, low=-drop.high, high=-drop.low)


def _mentions(codebook: Codebook, gold: Gold) -> list[SpansVariable]:
    return [
        variable
        for variable in codebook.variables
        if isinstance(variable, SpansVariable) and variable.name in gold.variables
    ]


def _without_places(gold: Gold, codebook: Codebook, mentions: Sequence[SpansVariable]) -> Gold:
    if not mentions:
        return gold

    def row(cells: Mapping[str, GoldCell]) -> dict[str, GoldCell]:
        return {
            name: replace(cell, value=without_places(codebook[name], cell.value))
            if cell.value and any(name == variable.name for variable in mentions)
            else cell
            for name, cell in cells.items()
        }

    return replace(gold, cells={report: row(cells) for report, cells in gold.cells.items()})


def _about(mentions: Sequence[SpansVariable]) -> Iterator[str]:
    if mentions:
        names = ", ".join(variable.name for variable in mentions)
        yield (
            f"Mentions ({names}) are compared by their words, not their places: one that is misspelt in the "
            "report counts as another."
        )
