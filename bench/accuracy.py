"""Ways to make answers better, measured: cells right, invented and missed with intervals, seconds.

    python bench/accuracy.py --data ../shared/bench [--sets breast,thyroid] [--methods base,groups-10]

Prints one table and writes ``bench/results/accuracy.json``. What was answered is kept under
``bench/results/accuracy``: the same command goes on where it stopped. Differences are from the first method,
on the same reports, with paired bootstrap intervals over reports.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from epicrisis import api
from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Engine
from epicrisis.evaluation.cells import compare
from epicrisis.evaluation.gold import GoldCell
from epicrisis.evaluation.overall import overall
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.evaluation.resampling import Array, Resampler, ratio
from epicrisis.examples import Selector
from epicrisis.examples_from_gold import pool_of
from epicrisis.extraction import ExtractionOptions, Status, Usage
from epicrisis.runs.run import StoredRun
from sets import HERE, Case, Dataset, dataset

#: What each method changes of the defaults. The first is what the others are compared with. ``select`` with
#: ``shots`` shows so many reports with their gold, of those of the set that are not asked about.
METHODS: dict[str, dict[str, Any]] = {
    "base": {},
    "groups-15": {"group_size": 15},
    "groups-10": {"group_size": 10},
    "groups-6": {"group_size": 6},
    "graph": {"dependents_after": True},
    "groups-10+graph": {"group_size": 10, "dependents_after": True},
    "no-examples": {"examples": 0},
    "examples-4": {"examples": 4},
    "one-look": {"second_look": False},
    "contextual": {"contextual": True},
    "compact": {"compact": True},
    "samples-3": {"samples": 3},
    "think": {"think": 200},
    "translate": {"translate": "en"},
    "fixed": {"select": "fixed", "shots": 2},
    "random": {"select": "random", "shots": 2},
    "similar": {"select": "similar", "shots": 2},
    "structure": {"select": "structure", "shots": 2},
    "diverse": {"select": "diverse", "shots": 2},
}
#: Reports that examples are taken from, at most.
POOL = 40


def options(data: Dataset, method: str) -> ExtractionOptions:
    """How a method asks about one set."""
    changed = dict(METHODS[method])
    if "select" in changed:
        cells = {case.report.id: gold_cells(case) for case in data.others[:POOL]}
        pool = pool_of(cells, [case.report for case in data.others[:POOL]], data.codebook)
        changed = {"selector": Selector(pool, changed["shots"], changed["select"], seed=0)}
    return ExtractionOptions(**changed)


def gold_cells(case: Case) -> dict[str, GoldCell]:
    return {
        name: GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)
        for name, value in case.gold.items()
    }


def measured(data: Dataset, method: str, engine: Engine, folder: Path) -> Paired:
    """A run of one set by one method, beside its gold; it goes on where it stopped."""
    run = api.extract(
        [case.report for case in data.cases],
        data.codebook,
        engine,
        options=options(data, method),
        store=folder / f"{data.name}.sqlite",
        progress=True,
    )
    return _paired(data, run)


def _paired(data: Dataset, run: StoredRun) -> Paired:
    reports = []
    for case in data.cases:
        extraction = run[case.report.id]
        pairs = {}
        for name, gold in gold_cells(case).items():
            answer = extraction.answers[name]
            pairs[name] = Pair(gold, answer, compare(data.codebook[name], answer, gold.value))
        reports.append(PairedReport(case.report.id, pairs, usage=extraction.usage))
    return Paired(data.codebook, tuple(reports), Matching(tuple(report.id for report in reports)))


def _row(data: Dataset, method: str, paired: Paired, base: Paired, resampler: Resampler) -> dict[str, Any]:
    found = overall(paired, resampler)
    usage = sum((report.usage for report in paired.reports), Usage())
    count = len(paired.reports)
    difference = resampler.estimate(
        lambda weights: _accuracy(paired, weights) - _accuracy(base, weights), ["difference"], count
    )["difference"]
    return {
        "set": data.name,
        "method": method,
        "reports": count,
        "cells": found["micro_accuracy"].n,
        **{
            name: [estimate.value, estimate.low, estimate.high]
            for name, estimate in found.items()
            if name in ("micro_accuracy", "missed_rate", "invented_rate")
        },
        "difference": None if method == "base" else [difference.value, difference.low, difference.high],
        "evaluated": usage.evaluated_tokens / count,
        "generated": usage.completion_tokens / count,
        "seconds": usage.seconds / count,
    }


def _accuracy(paired: Paired, weights: Array) -> Array:
    import numpy as np

    outcomes = [[pair.outcome for pair in report.pairs.values()] for report in paired.reports]
    right = np.array([[sum(outcome.agrees for outcome in some)] for some in outcomes], dtype=float)
    cells = np.array([[len(some)] for some in outcomes], dtype=float)
    return ratio(weights @ right, weights @ cells)


def _line(row: dict[str, Any]) -> str:
    difference = "" if row["difference"] is None else _interval(row["difference"], signed=True)
    return (
        f"{row['set']:10} {row['method']:16} {row['reports']:3} {row['cells']:5}  "
        f"{_interval(row['micro_accuracy']):22} {difference:26} {_interval(row['missed_rate']):22} "
        f"{_interval(row['invented_rate']):22} "
        f"{row['evaluated']:6.0f} {row['generated']:5.0f} {row['seconds']:6.1f}"
    )


def _interval(estimate: list[float | None], *, signed: bool = False) -> str:
    value, low, high = estimate
    if value is None:
        return "-"
    sign = "+" if signed else ""
    bounds = "" if low is None or high is None else f" ({low:{sign}.3f} to {high:{sign}.3f})"
    return f"{value:{sign}.3f}{bounds}"


_HEADING = (
    f"{'set':10} {'method':16} reports cells, then right, difference from base, missed, invented (95 %), "
    "tokens evaluated and generated and seconds per report"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--sets", default="brain-mri,breast,vitals,thyroid")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--engine", default=api.DEFAULT_ENGINE)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--longest", type=int, default=4500, help="longest report, in characters")
    parser.add_argument("--stated", type=int, default=2, help="only reports with so many values in gold")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "accuracy.json")
    given = parser.parse_args()
    folder = HERE / "results" / "accuracy"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = {"limit": given.limit, "longest": given.longest, "stated": given.stated}
    methods = given.methods.split(",")
    rows: list[dict[str, Any]] = []
    print(_HEADING)
    for name in given.sets.split(","):
        data = dataset(name, given.data, **chosen)
        resampler = Resampler(len(data.cases))
        base: Paired | None = None
        for method in ["base", *(method for method in methods if method != "base")]:
            # A new one each time: it remembers nothing of what the method before had it read.
            engine = open_engine(given.engine, threads=given.threads)
            paired = measured(data, method, engine, folder)
            engine.close()
            base = base or paired
            rows.append(_row(data, method, paired, base, resampler))
            given.out.write_text(json.dumps(rows, indent=1))
            print(_line(rows[-1]), flush=True)


if __name__ == "__main__":
    main()
