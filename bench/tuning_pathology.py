"""Does a tuned small model beat a prompted larger one? Breast pathology: trained on silver, tested on gold.

    python bench/tuning_pathology.py --data ../shared/bench [--base qwen2.5-coder-0.5b-instruct]
        [--against qwen2.5-coder-1.5b-instruct] [--epochs 4] [--preset cpu] [--bare]

Trains on ``tcga_registry_silver`` (answers of a 20 B model, uncorrected; never on ``tcga_registry``) and asks
base, adapter and the larger model about the 25 breast reports of ``tcga_registry``. Prints one table with
paired differences and writes ``bench/results/tuning-pathology.json``. The same command goes on where it
stopped. Values are asked for without quotes: silver has none, and for most of its values the words cannot be
told (``--form quote_value`` asks for them all the same).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from epicrisis.api import extract
from epicrisis.codebook import Codebook
from epicrisis.evaluation.comparison.compare import compare
from epicrisis.evaluation.estimate import Estimate
from epicrisis.evaluation.gold_cell import Blank, Gold, GoldCell
from epicrisis.examples_from_gold import pool_of
from epicrisis.extraction.answer import Status
from epicrisis.prompting import Form
from epicrisis.tuning.base import find_base
from epicrisis.tuning.data import Parts, annotated, split
from epicrisis.tuning.material import Material
from epicrisis.tuning.settings import PRESETS, Preset
from sets import Case, dataset

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def cells_of(case: Case) -> dict[str, GoldCell]:
    return {
        name: GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)
        for name, value in case.gold.items()
    }


def parts_of(codebook: Codebook, silver: Sequence[Case], gold: Sequence[Case]) -> Parts:
    """Silver trains and chooses, gold tests."""
    both = []
    for cases in (silver, gold):
        cells = {case.report.id: cells_of(case) for case in cases}
        reports = {case.report.id: case.report for case in cases}
        pool = pool_of(cells, reports.values(), codebook)
        both.append(annotated(pool.examples, reports, cells))
    shared = split(both[0], shares=(0.85, 0.15, 0.0))
    return Parts([*shared.train, *shared.test], shared.validation, both[1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with tcga_registry")
    parser.add_argument("--base", default="qwen2.5-coder-0.5b-instruct")
    parser.add_argument("--against", default="qwen2.5-coder-1.5b-instruct")
    parser.add_argument("--preset", choices=list(Preset), default=Preset.CPU)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--form", type=Form, default=Form.VALUE)
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--limit", type=int, help="the first so many test reports")
    arguments = parser.parse_args()
    from epicrisis.tuning.display import TuningDisplay
    from epicrisis.tuning.tune import Tuning, asked_as

    silver = dataset("breast-silver", arguments.data)
    test = dataset("breast", arguments.data, limit=arguments.limit)
    codebook = test.codebook
    parts = parts_of(codebook, silver.cases, test.cases)
    out = RESULTS / "tuning" / f"breast-{arguments.base}{'-bare' if arguments.bare else ''}"
    adapter = Tuning(
        codebook,
        find_base(arguments.base),
        out,
        # Few and long reports: small batches make enough steps of them, and none is split.
        settings=PRESETS[Preset(arguments.preset)].with_(
            epochs=arguments.epochs, batch=2, learning_rate=arguments.learning_rate, max_length=4096
        ),
        options=asked_as(arguments.form, bare=arguments.bare),
        preset=Preset(arguments.preset),
        listener=TuningDisplay(),
    ).run(Material(parts), gold="tcga_registry_silver", measure=False)
    store = out.with_name(f"{out.name}-asked.sqlite")
    reports = [case.report for case in test.cases]
    runs = [
        extract(reports, codebook, engine, adapter=chosen, store=store, progress=True)
        for engine, chosen in (
            (arguments.against, None),
            (arguments.base, None),
            (arguments.base, adapter),
        )
    ]
    gold = Gold(
        "tcga_registry", {case.report.id: cells_of(case) for case in test.cases}, tuple(codebook.names),
        Blank.IGNORE,
    )  # fmt: skip
    found = compare(runs, gold)
    names = (f"{arguments.against} prompted", f"{arguments.base} prompted", f"{arguments.base} tuned")
    rows: list[dict[str, Any]] = []
    for place, (name, run) in enumerate(zip(names, found.runs, strict=True)):
        overall = [one for one in found.overall if one.measure == "micro_accuracy"]
        mine = overall[max(0, place - 1)]
        value: Estimate = mine.baseline if place == 0 else mine.value
        rows.append(
            {
                "way": name,
                "cells_right": value.value,
                "low": value.low,
                "high": value.high,
                "difference": None if place == 0 else str(mine.difference),
                "seconds": run.seconds,
                "evaluated_tokens": run.evaluated_tokens,
                "generated_tokens": run.generated_tokens,
                "failed": run.failed,
            }
        )
    print(f"{len(found.reports)} reports, {len(codebook.names)} variables; trained on {len(parts.train)}")
    print(f"{'':<42}{'cells right':<24}{'difference to the first':<30}s/report  tokens out")
    for row in rows:
        right = f"{row['cells_right']:.3f} ({row['low']:.3f}-{row['high']:.3f})"
        print(
            f"{row['way']:<42}{right:<24}{row['difference'] or '':<30}{row['seconds']:<10.1f}"
            f"{row['generated_tokens']:.0f}"
        )
    document = {"rows": rows, "training": adapter.card["training"], "settings": adapter.card["settings"]}
    (RESULTS / "tuning-pathology.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
