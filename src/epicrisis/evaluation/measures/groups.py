"""Groups: items matched one to one, then every sub-variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    GroupVariable,
    ItemVariable,
    QuantityVariable,
    TextVariable,
    localised,
)
from ..cells import Outcome, amount, token_f1
from ..estimate import Estimate
from ..pairing import Pair
from ..resampling import Array, Resampler
from ..result import VariableResult
from .classes import Classes
from .common import Column, accuracy, estimates, in_both, in_gold, means, outcomes, result, scored, share
from .items import MINIMUM, Items, keys_of
from .retrieval import Found, retrieval

#: A sub-variable's cells in one report, each with whether its item is matched.
Cells = Sequence[tuple[Pair, bool]]


def measure_group(variable: GroupVariable, column: Column, resampler: Resampler) -> VariableResult:
    """F1, precision and recall of items, and of the cells of all sub-variables together; each
    sub-variable in ``parts``.

    Items are matched by ``items.match``. Sub-variables: a cell of a gold item that nobody found is missed,
    one of an item that gold does not know is invented. Intervals are over reports, not over items.
    """
    reports = [Items.of(variable, pair) for pair in column]
    cells = {sub.name: [list(one.cells(sub)) for one in reports] for sub in variable.variables}
    items = Found.of([(len(one.matched), len(one.answered), len(one.gold)) for one in reports])
    by_sub = [_found(cells[sub.name]) for sub in variable.variables]
    pooled = Found(
        *(
            np.sum(arrays, axis=0)
            for arrays in zip(*((f.right, f.answered, f.gold) for f in by_sub), strict=True)
        )
    )
    of_items = retrieval(resampler, {"item_{}": items}, "item")
    of_cells = retrieval(resampler, {"cell_{}": pooled}, "value")
    silent = [pair for pair in scored(column) if not pair.gold.value]
    metrics = {
        "item_f1": of_items.pop("item_f1"),
        "cell_f1": of_cells.pop("cell_f1"),
        **of_items,
        **of_cells,
        "accuracy": accuracy(column),
        "invented_rate": share(pair.outcome is Outcome.INVENTED for pair in silent),
    }
    parts = tuple(_part(sub, cells[sub.name], resampler) for sub in variable.variables)
    keys = ", ".join(sub.name for sub in keys_of(variable))
    note = f"Items are matched on {keys}; a pair counts from a similarity of {MINIMUM:g}."
    return result(variable, column, metrics, parts=parts, notes=[note])


def _found(cells: Sequence[Cells]) -> Found:
    """Values that are right, answered, and gold's, in each report."""
    return Found.of(
        [
            (
                sum(pair.outcome is Outcome.RIGHT for pair, _ in some),
                sum(_answered(pair) for pair, _ in some),
                sum(in_gold(pair) for pair, _ in some),
            )
            for some in cells
        ]
    )


def _answered(pair: Pair) -> bool:
    return in_both(pair) or pair.outcome is Outcome.INVENTED


def _part(sub: ItemVariable, cells: Sequence[Cells], resampler: Resampler) -> VariableResult:
    """One sub-variable. ``accuracy`` is over all its cells, ``accuracy_matched`` over those of items that
    are matched."""
    flat = [pair for some in cells for pair, _ in some]
    everywhere = _share_of_right(cells)
    matched = _share_of_right([[cell for cell in some if cell[1]] for some in cells])
    n = [int(everywhere[1].sum()), int(matched[1].sum())]
    shares = estimates(
        resampler,
        means(everywhere, matched),
        ["accuracy", "accuracy_matched"],
        n,
        cases=sum(map(bool, cells)),
    )
    metrics = {
        "accuracy": shares["accuracy"],
        **retrieval(resampler, {"{}": _found(cells)}, "value"),
        "accuracy_matched": shares["accuracy_matched"],
        **_distance(sub, cells, resampler),
    }
    closed = isinstance(sub, BooleanVariable | ClosedVariable)
    return VariableResult(
        name=sub.name,
        kind=sub.kind,
        n=len(flat),
        outcomes=outcomes(flat),
        metrics=metrics,
        label=localised(sub.label, []),
        confusion=Classes.of(sub, flat).confusion() if closed else None,
    )


def _share_of_right(cells: Sequence[Cells]) -> tuple[Array, Array]:
    right = [float(sum(pair.outcome.agrees for pair, _ in some)) for some in cells]
    return np.array(right), np.array([float(len(some)) for some in cells])


def _distance(sub: ItemVariable, cells: Sequence[Cells], resampler: Resampler) -> dict[str, Estimate]:
    """How far off: mean absolute error of numbers (in the variable's unit, where both have one), token F1
    of texts (where gold has one; 0 if nobody found it)."""
    score: Callable[[ItemVariable, Pair], float | None]
    if isinstance(sub, CountVariable | QuantityVariable):
        name, score = "mae", _error
    elif isinstance(sub, TextVariable):
        name, score = "token_f1", _words_shared
    else:
        return {}
    scores = [[value for pair, _ in some if (value := score(sub, pair)) is not None] for some in cells]
    sums, counts = (
        np.array([sum(some, 0.0) for some in scores]),
        np.array([float(len(some)) for some in scores]),
    )
    return estimates(
        resampler, means((sums, counts)), [name], int(counts.sum()), cases=sum(map(bool, scores))
    )


def _error(sub: ItemVariable, pair: Pair) -> float | None:
    if not in_both(pair):
        return None
    unit = sub.unit if isinstance(sub, QuantityVariable) else "1"
    answer, its_unit = amount(pair.answer.value, unit)
    gold, other_unit = amount(pair.gold.value, unit)
    return abs(answer - gold) if its_unit == other_unit == unit else None


def _words_shared(_: ItemVariable, pair: Pair) -> float | None:
    if not in_gold(pair):
        return None
    return token_f1(str(pair.answer.value), str(pair.gold.value)) if in_both(pair) else 0.0
