"""Does tuning pay? Small models without examples, with examples and tuned, on the synthetic DRAGON tasks.

    python bench/tuning.py --data ../shared/bench [--tasks 101,103] [--base smollm2-135m-instruct]
        [--preset cpu] [--epochs 8] [--shots 4] [--only train|score|tuned] [--full] [--worked 2] [--train 50]
        [--augment casing,sections] [--only prompted --cases 40]

Adapters are trained on the training cases and chosen on the validation cases, under ``bench/results/tuning``;
the same command goes on where it stopped. Then all three ways are asked through llama.cpp about the
validation cases; ``--only prompted`` asks in the two ways that need no adapter, and ``--cases`` has them
asked about so many of the cases. Prints one table and writes ``bench/results/tuning-<base>.json``. Published:
a distilbert trained on each task, scored on test cases whose labels are not at hand. Tasks measured before
stay in the table.

``of matmul`` is the share of the machine's own limit that the training reached: its floating-point operations
a second (four for each weight and token, six with checkpointing) by those of a large matrix product, measured
before. Without a GPU ``--preset gpu`` says so and runs the preset for the processor.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dragon import PUBLISHED as FIGURES
from dragon import TASKS, mean, shown
from epicrisis.adapter import CARD, Adapter, open_adapter
from epicrisis.codebook import Codebook
from epicrisis.dragon.contract import Case, Dataset, Job, read_job
from epicrisis.dragon.predict import plan, predict
from epicrisis.dragon.questions import codebook_of, label_variables, report_of
from epicrisis.dragon.score import read_predictions, score
from epicrisis.dragon.shots import example_of
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.examples.example import Example
from epicrisis.extraction.answer import Status
from epicrisis.prompting import Form
from epicrisis.runs.display import display
from epicrisis.tuning.augment import augmentations
from epicrisis.tuning.base import find_base
from epicrisis.tuning.data import Annotated, Parts
from epicrisis.tuning.material import Material
from epicrisis.tuning.settings import PRESETS, Preset, TuningSettings
from hardware import forget_peak_memory, matrix_product_limit, operations_per_token, peak_memory

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PUBLISHED = FIGURES["distilbert"]
#: What was measured of the machine while it trained.
MACHINE = ("matmul_flops", "of_matmul", "peak_memory")
#: Few cases need more passes than many: about so many cases are read in all, in 3 to 16 passes.
READ = 1400


def annotated(
    job: Job, codebook: Codebook, cases: Sequence[Case], training: Sequence[Case]
) -> list[Annotated]:
    """The cases with their labels as gold: what the model is to write, and what validation compares with."""
    variables = label_variables(codebook, job.label_type, training)
    found = []
    for case in cases:
        worked = example_of(codebook, variables, job.label_type, case)
        cells = {}
        for variable in codebook.variables:
            cell = worked.cells.get(variable.name)
            value = None if cell is None or cell.value == [] else _gold(cell.value)
            cells[variable.name] = GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)
        found.append(Annotated(report_of(case, job.label_type), cells, Example(worked)))
    return found


def some(cases: Sequence[Case], count: int | None) -> Sequence[Case]:
    """So many of the cases, drawn by chance: files may be sorted by label."""
    if count is None or count >= len(cases):
        return cases
    return random.Random(0).sample(list(cases), count)


def _gold(value: Any) -> Any:
    """A value as it is written, as gold has it: amounts as number and unit."""
    if isinstance(value, str) and value[:1].isdigit() and " " in value:
        number, _, unit = value.partition(" ")
        return {"value": float(number), "unit": unit}
    return value


def train(folder: Path, out: Path, arguments: argparse.Namespace, settings: TuningSettings) -> Adapter:
    from epicrisis.tuning.tune import Tuning, asked_as

    job = read_job(folder)
    codebook = codebook_of(job)
    training, validation = job.cases(Dataset.TRAINING), job.cases(Dataset.VALIDATION)
    chosen = some(training, arguments.train)
    parts = Parts(annotated(job, codebook, chosen, training), annotated(job, codebook, validation, training))
    tuning = Tuning(
        codebook,
        find_base(arguments.base),
        out,
        settings=settings.with_(
            epochs=arguments.epochs or max(3, min(16, round(READ / len(chosen)))), patience=3
        ),
        options=asked_as(
            Form.VALUE, examples=arguments.worked, bare=not (arguments.full or arguments.worked)
        ),
        preset=Preset(arguments.preset),
        listener=lambda event: told(folder.name, event),
    )
    kinds = augmentations(arguments.augment) if arguments.augment else ()
    return tuning.run(
        Material(parts, augmentation=kinds),
        gold=f"{folder.name}, training",
        measure=False,
        fresh=arguments.fresh,
    )


def told(name: str, event: Any) -> None:
    if event["event"] == "validation":
        print(
            f"{name}: epoch {event['epoch']}, loss {event['loss']:.4f}, cells right {event['score']:.3f}",
            file=sys.stderr,
            flush=True,
        )


def measured(
    folder: Path, out: Path, arguments: argparse.Namespace, *, shots: int = 0, adapter: Adapter | None = None
) -> dict[str, Any]:
    """The validation cases asked in one way, scored by the task's own measure."""
    what = plan(folder, dataset=Dataset.VALIDATION, shots=shots, adapter=adapter)
    if adapter is None:
        what = replace(what, cases=some(what.cases, arguments.cases))
    shown = display()
    try:
        outcome = predict(what, out, arguments.base, progress=shown)
    finally:
        shown.close()
    if outcome.predictions is None:
        sys.exit(f"{folder.name} was stopped. The same command goes on with it.")
    given = read_predictions(outcome.predictions, what.job.label_type, what.cases)
    found = score(what.cases, given, what.job.label_type, task=str(what.job.number))
    return {
        "score": found.estimate.value,
        "low": found.estimate.low,
        "high": found.estimate.high,
        "metric": str(found.metric),
        "cases": found.cases,
        "without_answer": len(outcome.failures),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    ways = ("zero-shot", "few-shot", "tuned")
    lines = [
        f"{'task':<5}{'metric':<14}"
        + "".join(f"{way:<22}" for way in ways)
        + f"{'published':<11}{'minutes':<9}{'tokens/s':<10}{'of matmul':<11}memory"
    ]
    for row in rows:
        training = row.get("training") or {}
        pace = training.get("tokens", 0) / max(1e-9, training.get("seconds", 0) or 1e-9)
        lines.append(
            f"{row['task']:<5}{row.get('metric', ''):<14}"
            + "".join(f"{shown(row.get(way)):<22}" for way in ways)
            + f"{PUBLISHED[row['task']]:<11.3f}{training.get('seconds', 0) / 60:<9.1f}{pace:<10.0f}"
            + (f"{row['of_matmul']:<11.1%}{row['peak_memory'] / 1e9:.1f} GB" if "of_matmul" in row else "")
        )
    means = [mean([(row.get(way) or {}).get("score") for row in rows]) for way in ways]
    published = sum(PUBLISHED[row["task"]] for row in rows) / len(rows)
    lines.append(f"{'mean':<5}{'':<14}" + "".join(f"{one:<22}" for one in means) + f"{published:.3f}")
    return "\n".join(lines)


def measured_before(path: Path) -> list[dict[str, Any]]:
    """The rows that an earlier call has left."""
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return found


def with_row(rows: Sequence[dict[str, Any]], row: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows by task with this one in place of an earlier one. What was asked of the base alone stays as it
    was, and so does the adapter where this row has none."""
    by_task = {one["task"]: one for one in rows}
    before = by_task.get(row["task"], {})
    kept = [name for name in before if name in ("zero-shot", "few-shot") or "training" not in row]
    by_task[row["task"]] = {**{name: before[name] for name in kept}, **row}
    return [by_task[task] for task in sorted(by_task)]


def variant(arguments: argparse.Namespace) -> str:
    """What is unusual about the training, for the name of its folder."""
    parts = (
        "-full" if arguments.full else "",
        f"-worked{arguments.worked}" if arguments.worked else "",
        f"-{arguments.train}" if arguments.train else "",
        f"-{arguments.augment.replace(',', '-')}" if arguments.augment else "",
    )
    return "".join(parts)


def preset_here(wanted: Preset) -> Preset:
    """The preset that can be run: without a GPU the one for the processor, which is said."""
    import torch

    if wanted is Preset.GPU and not torch.cuda.is_available():
        print("There is no CUDA GPU here: this runs the preset for the processor.", file=sys.stderr)
        return Preset.CPU
    return wanted


class Yardstick:
    """The machine's limit, against which trainings are held."""

    def __init__(self, base: str, settings: TuningSettings, preset: Preset) -> None:
        from epicrisis.tuning.machine import machine_for

        self._machine = machine_for(settings, preset)
        self._limit = matrix_product_limit(self._machine.device, self._machine.dtype)
        self._per_token = operations_per_token(base, checkpointing=settings.checkpointing)
        print(
            f"{self._machine.label}: {self._limit / 1e12:.2f} TFLOP/s in a matrix product, "
            f"{self._per_token / 1e9:.2f} GFLOP per token of training",
            file=sys.stderr,
        )

    def begin(self) -> None:
        """Before a training: its memory counts alone."""
        forget_peak_memory(self._machine.device)

    def measure(self, training: dict[str, Any]) -> dict[str, Any]:
        """The share of the limit that a training reached, and the most memory it took (bytes)."""
        pace = training["tokens"] / max(1e-9, training["seconds"])
        return {
            "matmul_flops": self._limit,
            "of_matmul": pace * self._per_token / self._limit,
            "peak_memory": peak_memory(self._machine.device),
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with dragon/Task1xx-fold0")
    parser.add_argument("--tasks", default=",".join(map(str, TASKS)))
    parser.add_argument("--base", default="smollm2-135m-instruct")
    parser.add_argument("--preset", choices=list(Preset), default=Preset.CPU)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--full", action="store_true", help="train with definitions in the prompt")
    parser.add_argument(
        "--worked", type=int, default=0, help="with definitions and so many worked examples in the prompt"
    )
    parser.add_argument("--train", type=int, help="so many of the training cases")
    parser.add_argument(
        "--cases", type=int, help="so many validation cases, drawn by chance, for the two prompted ways"
    )
    parser.add_argument("--augment", help="as epicrisis tune: casing, decimals, sections, synonyms")
    parser.add_argument("--only", choices=["train", "score", "tuned", "prompted"])
    parser.add_argument("--fresh", action="store_true")
    arguments = parser.parse_args()
    arguments.preset = preset_here(Preset(arguments.preset))
    settings = PRESETS[arguments.preset].with_(learning_rate=arguments.learning_rate, batch=arguments.batch)
    yardstick = (
        None
        if arguments.only in ("score", "tuned", "prompted")
        else Yardstick(arguments.base, settings, arguments.preset)
    )
    kept = RESULTS / "tuning" / arguments.base
    path = RESULTS / f"tuning-{arguments.base}{variant(arguments)}.json"
    rows = measured_before(path)
    for number in map(int, arguments.tasks.split(",")):
        (folder,) = (arguments.data / "dragon").glob(f"Task{number}_*-fold0")
        out = kept / f"task{number}{variant(arguments)}"
        asked = out.with_name(f"{out.name}-asked")
        row: dict[str, Any] = {"task": number}
        before = next((one for one in rows if one["task"] == number), {})
        if arguments.only != "prompted":
            scored = arguments.only == "score"
            trained_before = (out / CARD).is_file() and not arguments.fresh
            if yardstick is not None:
                yardstick.begin()
            adapter = open_adapter(out) if scored else train(folder, out, arguments, settings)
            row |= {"training": adapter.card["training"], "settings": adapter.card["settings"]}
            if trained_before:
                row |= {name: before[name] for name in MACHINE if name in before}
            elif yardstick is not None:
                row |= yardstick.measure(row["training"])
            if arguments.only != "train":
                row["tuned"] = measured(folder, asked / "tuned", arguments, adapter=adapter)
                row["metric"] = row["tuned"]["metric"]
        if arguments.only not in ("train", "tuned"):
            row["zero-shot"] = measured(folder, asked / "zero", arguments)
            row["few-shot"] = measured(folder, asked / "few", arguments, shots=arguments.shots)
            row["metric"] = row["zero-shot"]["metric"]
        rows = with_row(rows, row)
        document = {
            "base": arguments.base,
            "full": arguments.full,
            "worked": arguments.worked,
            "train": arguments.train,
            "augment": arguments.augment,
            "rows": rows,
        }
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(table(rows), file=sys.stderr, flush=True)
    print(table(rows))


if __name__ == "__main__":
    main()
