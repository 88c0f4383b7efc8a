"""Does augmentation pay? A small model tuned on few summaries, without copies and with each kind of them.

    python bench/augmentation.py [--base smollm2-135m-instruct] [--epochs 3] [--learning-rate 1e-3]
        [--kinds none,synonyms,sections,decimals,casing]
        [--variables age,gender,diagnosis]

Trains on the 36 summaries of ``bench/elmtex/train/few.csv``, with ``--bare``, and chooses the epoch on the 24
that ship with the codebook ``elmtex``; prints the share of their cells that are right, with the interval, and
the paired difference to none. Chosen on what is measured, all are flattered alike. Nothing is kept but
``bench/results/augmentation.json``; a kind that stands there for the same settings is not trained again.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from epicrisis import library
from epicrisis.codebook import Codebook, load
from epicrisis.evaluation.comparison.words import signed
from epicrisis.evaluation.resampling import Resampler, ratio
from epicrisis.prompting import Form
from epicrisis.tuning.augment import augmentations
from epicrisis.tuning.base import find_base
from epicrisis.tuning.data import Annotated, Parts
from epicrisis.tuning.gather import gather
from epicrisis.tuning.material import Material
from epicrisis.tuning.measured import Measured
from epicrisis.tuning.settings import PRESETS, Preset, TuningSettings
from epicrisis.tuning.tune import Tuning, asked_as
from tuning import told

HERE = Path(__file__).parent
TRAIN = HERE / "elmtex" / "train"
RESULTS = HERE / "results" / "augmentation.json"
CODEBOOK = "elmtex"
NONE = "none"
KINDS = (NONE, "synonyms", "sections", "decimals", "casing")


def annotated(codebook: Codebook, folder: Path) -> list[Annotated]:
    parts = gather(codebook, folder / library.REPORTS_FILE, folder / library.GOLD_FILE).parts
    return [*parts.train, *parts.validation, *parts.test]


def parts_of(codebook: Codebook) -> Parts:
    with (TRAIN / "few.csv").open(encoding="utf-8") as file:
        few = {row["id"] for row in csv.DictReader(file) if row["split"] == "train"}
    return Parts(
        [one for one in annotated(codebook, TRAIN) if one.report.id in few],
        annotated(codebook, library.path(CODEBOOK)),
    )


def difference(found: Mapping[str, Any], none: Mapping[str, Any]) -> str:
    """Of the shares of cells right, with its interval; summaries are drawn, the same ones for both."""
    names = sorted(none["reports"])
    right, there = np.array([found["reports"][name] for name in names], dtype=np.float64).T
    before = np.array([none["reports"][name][0] for name in names], dtype=np.float64)
    one = Resampler(len(names)).estimate(
        lambda weights: ratio(weights @ (right - before), weights @ there)[:, None], ["change"], len(names)
    )["change"]
    return signed(one)


def trained(
    kind: str, codebook: Codebook, parts: Parts, base: str, settings: TuningSettings
) -> tuple[int, Measured]:
    """How many examples were trained on, and the score."""
    kinds = () if kind == NONE else augmentations(kind)
    material = Material(parts, augmentation=kinds)
    with tempfile.TemporaryDirectory() as folder:
        tuning = Tuning(
            codebook,
            find_base(base),
            Path(folder),
            settings=settings,
            options=asked_as(Form.VALUE, bare=True),
            listener=lambda event: told(kind, event),
        )
        return len(material.examples(codebook, settings.seed)), tuning.score(material)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="smollm2-135m-instruct")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--variables", default="age,gender,diagnosis")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--learning-rate", type=float)
    arguments = parser.parse_args()
    codebook = load(library.path(CODEBOOK)).subset(set(arguments.variables.split(",")))
    settings = PRESETS[Preset.CPU].with_(
        epochs=arguments.epochs, learning_rate=arguments.learning_rate, batch=2, patience=0
    )
    parts = parts_of(codebook)
    task = {"base": arguments.base, "settings": settings.digest, "codebook": codebook.digest}
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    found = kept["kinds"] if kept.get("task") == task else {}
    for kind in arguments.kinds.split(","):
        if kind not in found:
            examples, score = trained(kind, codebook, parts, arguments.base, settings)
            found[kind] = {"examples": examples, **score.as_dict()}
            RESULTS.parent.mkdir(parents=True, exist_ok=True)
            RESULTS.write_text(json.dumps({"task": task, "kinds": found}, indent=1) + "\n", encoding="utf-8")
    print(f"{'copies':<11}{'examples':<10}{'cells right':<24}difference to none")
    for kind, one in found.items():
        share = f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
        paired = difference(one, found[NONE]) if kind != NONE and NONE in found else ""
        print(f"{kind:<11}{one['examples']:<10}{share:<24}{paired}")


if __name__ == "__main__":
    main()
