"""The nine synthetic DRAGON tasks, fold 0, on their validation sets: without and with training cases shown.

    python bench/dragon.py --data ../shared/bench [--tasks 101,108] [--limit 20] [--shots 4] [--engine NAME]

Prints one table beside published figures and writes ``bench/results/dragon.json``. What was answered is kept
under ``bench/results/dragon``: the same command goes on where it stopped. The labels of the test sets are not
at hand: the published figures are not of these cases, and say how hard a task is, not who is ahead.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from epicrisis.api import DEFAULT_ENGINE, EngineSettings
from epicrisis.dragon.contract import Dataset
from epicrisis.dragon.predict import Outcome, Plan, plan, predict
from epicrisis.dragon.score import read_predictions, score
from epicrisis.runs.display import display

HERE = Path(__file__).parent
RESULTS = HERE / "results"
TASKS = range(101, 110)
#: A distilbert trained on each task, and Llama-3.3-70B without examples.
PUBLISHED = {
    "distilbert": dict(
        zip(TASKS, (0.943, 0.864, 0.838, 0.990, 0.897, 0.890, 0.823, 0.446, 0.536), strict=True)
    ),
    "Llama-3.3-70B": dict(
        zip(TASKS, (0.960, 0.750, 0.987, 0.847, 0.442, 0.951, 0.934, 0.161, 0.568), strict=True)
    ),
}


def measure(folder: Path, number: int, shots: int, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """One task in one way; ``None`` if it was stopped before its end."""
    what = plan(folder, dataset=Dataset.VALIDATION, shots=shots, limit=arguments.limit)
    model = re.sub(r"\W+", "-", arguments.engine).strip("-")
    out = RESULTS / "dragon" / model / f"{folder.name}-{shots}"
    shown = display()
    try:
        settings = EngineSettings(
            context=arguments.context, parallel=arguments.parallel, threads=arguments.threads
        )
        outcome = predict(what, out, arguments.engine, settings=settings, progress=shown)
    finally:
        shown.close()
    if outcome.session.error is not None:
        print(outcome.session.error, file=sys.stderr)
    return None if outcome.predictions is None else _row(what, outcome, number, shots)


def _row(what: Plan, outcome: Outcome, number: int, shots: int) -> dict[str, Any]:
    from epicrisis.runs.run import StoredRun

    assert outcome.predictions is not None
    given = read_predictions(outcome.predictions, what.job.label_type, what.cases)
    result = score(what.cases, given, what.job.label_type, task=str(number))
    usage = StoredRun(outcome.predictions.parent / "store.sqlite", outcome.session.run_id).manifest.usage
    cases = max(1, len(what.cases))
    return {
        "task": number,
        "shots": shots,
        "metric": str(result.metric),
        "score": result.estimate.value,
        "low": result.estimate.low,
        "high": result.estimate.high,
        "note": result.estimate.note,
        "cases": result.cases,
        "without_answer": len(outcome.failures),
        "prompt_tokens": usage.prompt_tokens / cases,
        "cached_tokens": usage.cached_tokens / cases,
        "generated_tokens": usage.completion_tokens / cases,
        "seconds": usage.seconds / cases,
    }


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    ways = sorted({row["shots"] for row in rows})
    heads = [f"{shots} shots" if shots else "zero-shot" for shots in ways]
    names = [f"{name:>13}" for name in PUBLISHED]
    columns = ["task", f"{'metric':<12}", *(f"{head:<21}" for head in heads), *names]
    yield "  ".join([*columns, "cases", "tokens out", "s/case"])
    numbers = sorted({row["task"] for row in rows})
    for number in numbers:
        own = {row["shots"]: row for row in rows if row["task"] == number}
        last = own[max(own)]
        yield "  ".join(
            [f"{number:<4}", f"{last['metric']:<12}", *(f"{shown(own.get(shots)):<21}" for shots in ways)]
            + [f"{figures[number]:>13.3f}" for figures in PUBLISHED.values()]
            + [f"{last['cases']:>5}", f"{last['generated_tokens']:>10.0f}", f"{last['seconds']:>6.1f}"]
        )
    means = [mean([row["score"] for row in rows if row["shots"] == shots]) for shots in ways]
    published = [mean([figures[number] for number in numbers]) for figures in PUBLISHED.values()]
    yield "  ".join(
        ["mean", " " * 12, *(f"{one:<21}" for one in means), *(f"{one:>13}" for one in published)]
    )


def shown(row: dict[str, Any] | None) -> str:
    """A score with its interval."""
    if row is None or row["score"] is None:
        return "-"
    interval = "" if row["low"] is None else f" ({row['low']:.3f}-{row['high']:.3f})"
    return f"{row['score']:.3f}{interval}"


def mean(values: list[float | None]) -> str:
    """The mean, where all are known."""
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.3f}" if known and len(known) == len(values) else "-"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with dragon/Task1xx-fold0")
    parser.add_argument("--tasks", default=",".join(map(str, TASKS)))
    parser.add_argument("--limit", type=int, help="the first so many cases of each task")
    parser.add_argument(
        "--shots", type=int, default=4, help="training cases shown in the second way; 0: none"
    )
    parser.add_argument("--only-shots", action="store_true", help="leave the zero-shot way out")
    parser.add_argument("--engine", default=DEFAULT_ENGINE)
    parser.add_argument("--context", type=int)
    parser.add_argument("--parallel", type=int)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    ways = [arguments.shots] if arguments.only_shots else sorted({0, arguments.shots})
    rows = []
    for number in map(int, arguments.tasks.split(",")):
        (folder,) = (arguments.data / "dragon").glob(f"Task{number}_*-fold0")
        for shots in ways:
            row = measure(folder, number, shots, arguments)
            if row is None:
                sys.exit(f"Task {number} was stopped. The same command goes on with it.")
            rows.append(row)
            print(f"{number}, {shots} shots: {shown(row)}", file=sys.stderr)
    print("\n".join(table(rows)))
    RESULTS.mkdir(exist_ok=True)
    document = {"engine": arguments.engine, "limit": arguments.limit, "rows": rows, "published": PUBLISHED}
    (RESULTS / "dragon.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
