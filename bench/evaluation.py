"""Speed of evaluation: all measures of 30 variables on 1,000 reports, with 2,000 draws for the intervals.

    python bench/evaluation.py [--reports 1000] [--draws 2000] [--loop 20]

Prints one table and writes ``bench/results/evaluation.json``. The measures of closed variables are compared
with the same ones taken draw by draw with scikit-learn (``--loop`` draws of them, in the same run): the ratio
is what the machine does not change.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import metrics as judge

from epicrisis.codebook import Codebook
from epicrisis.evaluation.cells import compare
from epicrisis.evaluation.gold import GoldCell
from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.mistakes import mistakes
from epicrisis.evaluation.overall import overall
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.evaluation.resampling import Resampler
from epicrisis.evaluation.strata import strata
from epicrisis.evaluation.suspects import suspects
from epicrisis.extraction.answer import Answer, Status

HERE = Path(__file__).parent
OPTIONS: dict[str, dict[str, Any]] = {
    "boolean": {},
    "category": {"options": ["left", "right", "both", "midline"]},
    "ordinal": {"options": [0, 1, 2, 3, 4]},
    "count": {},
    "quantity": {"unit": "mm", "epsilon": 4},
    "date": {},
}
#: Thirty variables, as in a study of scans: mostly yes or no, and closed.
KINDS = ["boolean"] * 12 + ["category"] * 6 + ["ordinal"] * 6 + ["count"] * 2 + ["quantity"] * 3 + ["date"]


def value(kind: str, rng: random.Random) -> Any:
    match kind:
        case "boolean":
            return rng.random() < 0.3
        case "category" | "ordinal":
            return rng.choice(OPTIONS[kind]["options"])
        case "count":
            return rng.randrange(8)
        case "quantity":
            return {"value": float(rng.randrange(1, 80)), "unit": "mm"}
    return f"20{rng.randrange(10, 25)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"


def made(reports: int) -> Paired:
    """Answers that are right four times out of five."""
    rng = random.Random(1)
    variables = [
        {"name": f"{kind}_{number}", "kind": kind, "definition": "d", **OPTIONS[kind]}
        for number, kind in enumerate(KINDS)
    ]
    codebook = Codebook.model_validate({"name": "thirty", "variables": variables})
    rows = []
    for number in range(reports):
        pairs = {}
        for variable in codebook.variables:
            gold = value(variable.kind, rng) if rng.random() < 0.7 else None
            said = gold if rng.random() < 0.8 else rng.choice([value(variable.kind, rng), None])
            status = Status.NOT_MENTIONED if said is None else Status.STATED
            if rng.random() < 0.01:
                status, said = Status.FAILED, None
            answer = Answer(status, said, confidence=rng.random())
            cell = GoldCell(Status.NOT_MENTIONED if gold is None else Status.STATED, gold)
            pairs[variable.name] = Pair(cell, answer, compare(variable, answer, gold))
        about = {"scanner": rng.choice("ABC"), "age": rng.randrange(20, 90)}
        language, length = rng.choice(["nl", "en"]), rng.randrange(300, 3000)
        rows.append(PairedReport(f"r{number}", pairs, language=language, length=length, metadata=about))
    return Paired(codebook, tuple(rows), Matching(tuple(row.id for row in rows)))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def parts(paired: Paired, draws: int) -> Iterator[tuple[str, float]]:
    """Seconds of every part, in the order of an evaluation; they share one resampler."""
    resampler = Resampler(len(paired.reports), draws=draws)
    by_kind: dict[str, float] = {}
    for variable in paired.codebook.variables:
        column = paired.column(variable.name)
        taken, _ = timed(lambda: measure(variable, column, resampler))  # noqa: B023 - called at once
        by_kind[variable.kind] = by_kind.get(variable.kind, 0.0) + taken
    yield from ((f"{KINDS.count(kind)} {kind}", taken) for kind, taken in by_kind.items())
    yield "overall", timed(lambda: overall(paired, resampler))[0]
    yield "strata", timed(lambda: strata(paired, ["scanner", "age"], resampler))[0]
    yield "confusions and suspects", timed(lambda: (mistakes(paired), suspects(paired)))[0]


def one_by_one(paired: Paired, draws: int) -> float:
    """Seconds per draw of the closed variables' measures with scikit-learn."""
    rng = np.random.default_rng(1)
    columns = []
    for variable in paired.codebook.variables:
        if variable.kind not in ("boolean", "category", "ordinal"):
            continue
        cells = [pair for pair in paired.column(variable.name) if pair is not None]
        sides = ([str(one.gold.value) for one in cells], [str(one.answer.value) for one in cells])
        scores = np.array([one.answer.confidence for one in cells])
        columns.append((variable.kind, *(np.array(side) for side in sides), scores))

    def loop() -> None:
        for _ in range(draws):
            drawn = rng.integers(0, len(paired.reports), len(paired.reports))
            for kind, gold, answer, scores in columns:
                true, said = gold[drawn], answer[drawn]
                if kind == "boolean":
                    true, said = true == "True", said == "True"
                    judge.f1_score(true, said)
                    judge.balanced_accuracy_score(true, said)
                    judge.roc_auc_score(true, scores[drawn])
                    judge.average_precision_score(true, scores[drawn])
                elif kind == "category":
                    judge.balanced_accuracy_score(true, said)
                    judge.f1_score(true, said, average="macro")
                    judge.f1_score(true, said, average="weighted")
                    judge.cohen_kappa_score(true, said)
                else:
                    judge.cohen_kappa_score(true, said, weights="quadratic")
                    judge.cohen_kappa_score(true, said, weights="linear")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return timed(loop)[0] / draws


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--loop", type=int, default=20, help="draws of the loop to compare with")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "evaluation.json")
    options = parser.parse_args()
    paired = made(options.reports)
    found: dict[str, Any] = {"cores": os.cpu_count(), "python": sys.version.split()[0], **vars(options)}
    found["out"] = str(options.out)
    print(f"{len(KINDS)} variables, {options.reports:,} reports, {options.draws:,} draws")
    seconds = dict(parts(paired, options.draws))
    for name, taken in seconds.items():
        print(f"{name:40} {taken:8.2f} s")
    total = sum(seconds.values())
    print(f"{'all of it':40} {total:8.2f} s   (wanted: under 10 s)")
    loop = one_by_one(paired, options.loop) * options.draws
    closed = sum(
        taken for name, taken in seconds.items() if name.split()[-1] in ("boolean", "category", "ordinal")
    )
    print(f"{'closed variables, draw by draw':40} {loop:8.0f} s   ({options.loop} draws measured)")
    print(f"{'draw by draw / all draws at once':40} {loop / closed:8.0f}")
    found |= {"seconds": seconds, "total": total, "draw_by_draw": loop, "ratio": loop / closed}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
