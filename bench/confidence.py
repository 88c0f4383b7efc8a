"""Whether confidence tells right answers from wrong ones: AUROC, calibration error, and how much to review.

    python bench/confidence.py --data ../shared/bench [--sets breast,thyroid] [--engine NAME]

Asks as ``bench/accuracy.py`` does by its method ``base``, and shares its runs.
Prints one table and writes ``bench/results/confidence.json``, risk-coverage curves included.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from accuracy import measured
from epicrisis import api
from epicrisis.engines.address import open_engine
from epicrisis.evaluation.calibration import reliability, review
from epicrisis.evaluation.calibration.scores import Scores, scores
from epicrisis.evaluation.measures.ranking import ranking
from epicrisis.evaluation.pairing import Paired
from epicrisis.evaluation.resampling import Array, Resampler
from sets import HERE, Dataset, dataset

#: Shares of right cells to reach by review.
TARGETS = (0.9, 0.95, 0.98)


def row(data: Dataset, paired: Paired) -> dict[str, Any]:
    resampler = Resampler(len(paired.reports))
    cells = scores(paired)
    found = {one.method: one for one in reliability(paired, resampler)}
    curve = review(paired, resampler)
    return {
        "set": data.name,
        "reports": len(paired.reports),
        "cells": len(cells),
        "right": float(cells.right.mean()),
        "auroc": _interval(_auroc(cells, resampler)),
        "ece": {method: one.ece.value for method, one in found.items()},
        "brier": {method: _interval(one.brier) for method, one in found.items()},
        "review": {
            str(target): _interval(needed) if needed is not None else None
            for target in TARGETS
            for needed in [review(paired, resampler, target).needed]
        },
        "curve": [[point.reviewed, point.accuracy] for point in curve.curve],
    }


def _auroc(cells: Scores, resampler: Resampler) -> Any:
    """Of "this answer is right", over all cells; intervals over reports."""
    statistic = ranking(cells.confidence, cells.right, np.ones(len(cells), dtype=bool))

    def by_report(weights: Array) -> Array:
        return statistic(weights[:, cells.report])[:, :1]

    return resampler.estimate(by_report, ["auroc"], len(cells))["auroc"]


def _interval(estimate: Any) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]


def _shown(numbers: list[float | None]) -> str:
    value, low, high = (None if number is None else f"{number:.3f}" for number in numbers)
    return str(value) if low is None else f"{value} ({low} to {high})"


def _line(found: dict[str, Any]) -> str:
    ece = ", ".join(f"{method} {value:.3f}" for method, value in found["ece"].items() if value is not None)
    needed = "; ".join(f"{target}: {_shown(part)}" for target, part in found["review"].items() if part)
    return (
        f"{found['set']:10} {found['reports']:3} {found['cells']:5} {found['right']:.3f}  "
        f"{_shown(found['auroc']):24} {ece:44} {needed}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--sets", default="brain-mri,breast,vitals,thyroid")
    parser.add_argument("--engine", default=api.DEFAULT_ENGINE)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--longest", type=int, default=4500, help="longest report, in characters")
    parser.add_argument("--stated", type=int, default=2, help="only reports with so many values in gold")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "confidence.json")
    options = parser.parse_args()
    chosen = {"limit": options.limit, "longest": options.longest, "stated": options.stated}
    folder = HERE / "results" / "accuracy"
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    print("set, reports, cells, right; AUROC of being right; calibration error; share to review for a target")
    engine = open_engine(options.engine, threads=options.threads)
    for name in options.sets.split(","):
        data = dataset(name, options.data, **chosen)
        rows.append(row(data, measured(data, "base", engine, folder)))
        options.out.write_text(json.dumps(rows, indent=1))
        print(_line(rows[-1]), flush=True)
    engine.close()


if __name__ == "__main__":
    main()
