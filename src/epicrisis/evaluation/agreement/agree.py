"""Agreement between people who read the same reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from ...codebook.codebook import Codebook
from ...codebook.variable import BooleanVariable, ClosedVariable, localised
from ...errors import OptionError
from ..estimate import LEVEL
from ..gold import Gold
from ..resampling import DRAWS, Resampler
from ..result import Confusion
from .document import Agreement, Rater, VariableAgreement
from .measures import NOMINAL, estimated, headline, jointly
from .ratings import Ratings, agree_on, gather, nominal

#: Ids written out in a message.
_MOST_IDS = 3


def agree(golds: Sequence[Gold], codebook: Codebook, *, draws: int = DRAWS, seed: int = 0) -> Agreement:
    """How far two raters or more agree, for every variable that all of them have.

    Intervals are bootstrapped over the reports that anybody rated, ``draws`` times from ``seed``. Failed
    answers of a run are no ratings. Raises OptionError for fewer than two raters, or if they have no
    variable or no report in common.
    """
    if len(golds) < 2:
        raise OptionError("Agreement needs two raters or more.", hint="Name a second file of gold, or a run.")
    shared = [name for name in codebook.names if all(name in gold.variables for gold in golds)]
    if not shared:
        raise OptionError(
            "The raters have no variable of the codebook in common.",
            hint="Each needs a column for the variable, under the codebook's name for it.",
        )
    reports = _rated_twice(golds)
    if not reports:
        listed = "; ".join(f"{gold.name}: {', '.join(list(gold.cells)[:_MOST_IDS])}" for gold in golds)
        raise OptionError(
            "No report is in the gold of two raters.", hint=f"Are the ids written alike? {listed}, ..."
        )

    # Mostly the same reports were rated for one variable after the other: the draws are kept for the next.
    @lru_cache(maxsize=1)
    def resampler(size: int) -> Resampler:
        return Resampler(size, draws=draws, seed=seed)

    variables = []
    for name in shared:
        ratings = gather(golds, codebook[name])
        variables.append(_agreement(ratings, codebook, resampler(len(ratings.reports))))
    return Agreement(
        codebook=codebook.name,
        codebook_version=codebook.version,
        raters=_raters(golds),
        reports=reports,
        variables=tuple(variables),
        notes=tuple(_notes(golds, shared, codebook, reports)),
        settings={"draws": draws, "seed": seed, "level": LEVEL, "blank": str(golds[0].blank)},
    )


def _agreement(given: Ratings, codebook: Codebook, resampler: Resampler) -> VariableAgreement:
    variable, ratings = given.variable, given.answered()
    counts = _counts(ratings)
    failed = sum(_counts(given)) - sum(counts)
    measures = estimated(jointly(ratings), resampler)
    categories = nominal(ratings)[0] if isinstance(variable, NOMINAL) else ()
    return VariableAgreement(
        name=variable.name,
        kind=variable.kind,
        reports=ratings.shared(),
        ratings=counts,
        measures=measures,
        headline=headline(measures),
        label=localised(variable.label, codebook.languages),
        categories=categories,
        table=_table(ratings),
        disagreements=tuple(_disagreements(ratings)),
        notes=(f"failed answers left out: {failed}",) if failed else (),
    )


def _counts(ratings: Ratings) -> tuple[int, ...]:
    return tuple(sum(row[rater] is not None for row in ratings.cells) for rater in range(ratings.raters))


def _table(ratings: Ratings) -> Confusion | None:
    """The first rater's categories by the second's, where there are two and the categories are closed."""
    if ratings.raters != 2 or not isinstance(ratings.variable, ClosedVariable | BooleanVariable):
        return None
    categories, codes = nominal(ratings)
    counts = np.zeros((len(categories), len(categories)), dtype=np.int64)
    for one, other in codes[(codes >= 0).all(axis=1)]:
        counts[one, other] += 1
    return Confusion(categories, categories, tuple(tuple(int(count) for count in row) for row in counts))


def _disagreements(ratings: Ratings) -> Iterator[str]:
    for report, row in zip(ratings.reports, ratings.cells, strict=True):
        cells = [cell for cell in row if cell is not None]
        if not all(agree_on(ratings.variable, cells[0], cell) for cell in cells[1:]):
            yield report


def _rated_twice(golds: Sequence[Gold]) -> int:
    seen: dict[str, int] = {}
    for gold in golds:
        for report in gold.cells:
            seen[report] = seen.get(report, 0) + 1
    return sum(raters >= 2 for raters in seen.values())


def _raters(golds: Sequence[Gold]) -> tuple[Rater, ...]:
    """The raters by name; two files of one name in different folders are told apart by a number."""
    names: list[str] = []
    for gold in golds:
        name, number = gold.name, 2
        while name in names:
            name, number = f"{gold.name} ({number})", number + 1
        names.append(name)
    return tuple(Rater(name, len(gold.cells)) for name, gold in zip(names, golds, strict=True))


def _notes(golds: Sequence[Gold], shared: Sequence[str], codebook: Codebook, reports: int) -> Iterator[str]:
    anybody = [
        name
        for name in codebook.names
        if name not in shared and any(name in gold.variables for gold in golds)
    ]
    if anybody:
        yield f"Left out, because not every rater has them: {', '.join(anybody)}."
    total = len({report for gold in golds for report in gold.cells})
    if total > reports:
        yield f"Rated by one rater only: {total - reports} of {total} reports."
    for rater, gold in zip(_raters(golds), golds, strict=True):
        for note in gold.notes:
            yield f"{rater.name}: {note}"
