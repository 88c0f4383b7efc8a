"""Two or more runs against one gold, with what their difference is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ...codebook.variable import localised
from ...errors import OptionError
from ...extraction.answer import Usage
from ...runs.manifest import now
from ...runs.run import StoredRun
from ..cells import Outcome
from ..estimate import LEVEL, Estimate, wilson
from ..gold import Gold
from ..learned import learned_by
from ..pairing import Paired, pair
from ..resampling import DRAWS, Resampler
from .common import Common, common
from .holm import holm
from .mcnemar import McNemar, mcnemar
from .result import (
    ComparedRun,
    ComparedVariable,
    Comparison,
    Difference,
    Verdict,
    by_interval,
    by_test,
)
from .statistics import ACCURACY, OVERALL, Cells, Headline, beside, difference, headline


def compare(runs: Sequence[StoredRun], gold: Gold, *, draws: int = DRAWS, seed: int = 0) -> Comparison:
    """Set runs beside the first of them, in the cells of ``gold`` that all of them have.

    Differences are run minus baseline with a paired bootstrap interval over reports (BCa, ``draws`` draws,
    the same for both runs). Accuracies of one variable are tested with McNemar's test, corrected after
    Holm over the variables of each run; measures over all cells by their interval alone, for the cells of
    one report depend on each other. A report that any of the runs used as an example or for training is
    left out for all. Raises OptionError for fewer than two runs, and where the runs and gold have no
    variable or no report in common.
    """
    if len(runs) < 2:
        raise OptionError(
            "A comparison needs two runs.",
            hint="Name two or more. 'epicrisis evaluate' measures one run by itself.",
        )
    used: dict[str, str] = {}
    notes: list[str] = []
    for run in runs:
        learned = learned_by(run)
        notes += [f"Run {run.id}: {note}" for note in learned.notes]
        for report, why in learned.reports.items():
            used.setdefault(report, f"{why} ({run.id})")
    names = [run.id for run in runs]
    shared = common(names, [pair(run, gold, exclude=used) for run in runs], gold.variables)
    sheet = _Sheet(names, shared, Resampler(len(shared.paired[0].reports), draws=draws, seed=seed))
    variables = sheet.variables()
    return Comparison(
        runs=tuple(_run(run, one) for run, one in zip(runs, shared.paired, strict=True)),
        gold=gold.name,
        blank=gold.blank.value,
        created=now(),
        reports=shared.paired[0].matching.scored,
        overall=sheet.overall(),
        variables=variables,
        left_out=shared.left_out,
        notes=(*gold.notes, *notes, *_unfinished(runs)),
        settings={"draws": draws, "seed": seed, "level": LEVEL},
    )


def _unfinished(runs: Sequence[StoredRun]) -> Iterator[str]:
    for run in runs:
        status = run.status
        if status != "finished":
            yield f"Run {run.id} is {status}: only the reports done so far are compared."


def _run(run: StoredRun, paired: Paired) -> ComparedRun:
    manifest = run.manifest
    usage = sum((report.usage for report in paired.reports), Usage())
    count = len(paired.reports)
    return ComparedRun(
        run=run.id,
        model=str(manifest.engine.identity["model"]),
        codebook=manifest.codebook.name,
        codebook_version=manifest.codebook.version,
        reports=run.counts.done,
        failed=sum(
            cell.outcome is Outcome.FAILED for report in paired.reports for cell in report.pairs.values()
        ),
        seconds=usage.seconds / count,
        evaluated_tokens=usage.evaluated_tokens / count,
        generated_tokens=usage.completion_tokens / count,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """One run's numbers: its place, and what ``Cells.accuracies`` gives for it and its difference."""

    name: str
    cells: Cells
    values: dict[str, Estimate]
    differences: dict[str, Estimate]


class _Sheet:
    """The arrays of all runs, and the resampler that draws the same reports for each."""

    def __init__(self, names: Sequence[str], shared: Common, resampler: Resampler) -> None:
        self._shared = shared
        self._resampler = resampler
        # A variable may have the name of a measure.
        self._columns = [*(f"accuracy of {name}" for name in shared.codebook.names), *OVERALL]
        cells = [Cells.of(one, shared.codebook.names) for one in shared.paired]
        there = cells[0].there
        self._counts = [int(count) for count in there.sum(axis=0)]
        counts = [*self._counts, int(there.sum()), sum(count > 0 for count in self._counts)]
        counts.append(int(there.any(axis=1).sum()))
        self._baseline = cells[0]
        self._base = resampler.estimate(cells[0].accuracies, self._columns, counts)
        self._others = [
            _Compared(
                name,
                one,
                resampler.estimate(one.accuracies, self._columns, counts),
                resampler.estimate(difference(one.accuracies, cells[0].accuracies), self._columns, counts),
            )
            for name, one in zip(names[1:], cells[1:], strict=True)
        ]

    def overall(self) -> tuple[Difference, ...]:
        """The measures over all cells: by measure, then by run."""
        return tuple(
            Difference(
                other.name,
                measure,
                self._base[measure],
                other.values[measure],
                other.differences[measure],
                by_interval(other.differences[measure]),
            )
            for measure in OVERALL
            for other in self._others
        )

    def variables(self) -> tuple[ComparedVariable, ...]:
        """Every variable: for each run the accuracy, then the headline measure."""
        tests = [self._tests(other) for other in self._others]
        found = []
        for place, variable in enumerate(self._shared.codebook.columns):
            headlines = [headline(variable, one.column(variable.name)) for one in self._shared.paired]
            differences = []
            for number, other in enumerate(self._others):
                differences.append(self._accuracy(place, other, tests[number][place]))
                first, second = headlines[0], headlines[number + 1]
                if first is not None and second is not None and first.measure == second.measure:
                    differences.append(self._headline(other.name, first, second))
            differing = variable.name in self._shared.differing
            found.append(
                ComparedVariable(
                    name=variable.name,
                    label=localised(variable.label, self._shared.codebook.languages),
                    kind=variable.kind,
                    n=self._counts[place],
                    differences=tuple(differences),
                    notes=("The codebooks of the runs put this variable differently.",) if differing else (),
                )
            )
        return tuple(found)

    def _tests(self, other: _Compared) -> list[McNemar]:
        """The tests of all variables, corrected together. A variable without a cell is no test."""
        change = other.cells.right - self._baseline.right
        gained, lost = (change > 0).sum(axis=0), (change < 0).sum(axis=0)
        tests = [mcnemar(int(more), int(fewer)) for more, fewer in zip(gained, lost, strict=True)]
        tested = [place for place, count in enumerate(self._counts) if count]
        for place, p in zip(tested, holm([tests[place].p for place in tested]), strict=True):
            tests[place] = replace(tests[place], adjusted=p)
        return tests

    def _accuracy(self, place: int, other: _Compared, test: McNemar) -> Difference:
        name, n = self._columns[place], self._counts[place]
        return Difference(
            run=other.name,
            measure=ACCURACY,
            baseline=wilson(float(self._baseline.right[:, place].sum()), n),
            value=wilson(float(other.cells.right[:, place].sum()), n),
            difference=other.differences[name],
            verdict=by_test(test) if n else Verdict.UNKNOWN,
            test=test if n else None,
        )

    def _headline(self, run: str, baseline: Headline, other: Headline) -> Difference:
        statistic = beside(other.statistic, baseline.statistic)
        # The cells a measure is over can depend on the answers: where both have a value, say.
        counts = (baseline.n, other.n, min(baseline.n, other.n))
        found = self._resampler.estimate(statistic, ("baseline", "run", "difference"), counts)
        return Difference(
            run,
            baseline.measure,
            found["baseline"],
            found["run"],
            found["difference"],
            by_interval(found["difference"]),
        )
