"""The adapter's card: what it is, what it was made from, and what was measured; nothing that was not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .._version import __version__
from ..adapter import CARD, CONFIG, FORMAT, GGUF, SILVER, WEIGHTS, file_digest
from ..codebook.codebook import Codebook
from ..evaluation.comparison.words import signed
from ..evaluation.estimate import Estimate
from ..evaluation.report.words import metric_label
from ..examples.example import digest as examples_digest
from ..examples.example import same_patient, same_text
from ..extraction.options import ExtractionOptions
from ..prompting import PROMPT_VERSION
from ..runs.manifest import now
from .base import Base
from .material import Material
from .notebook import write_whole
from .settings import TuningSettings
from .versions import versions

README = "README.md"

#: Why a report was dropped that is known only once it is encoded.
TOO_LONG = "longer than the maximum"

#: The options of extraction that an adapter is trained for.
ASKING = ("form", "absent", "examples", "bare", "compact", "second_look", "repair")


def asking_of(options: ExtractionOptions) -> dict[str, Any]:
    """How the adapter has to be asked."""
    found = {name: getattr(options, name) for name in ASKING}
    return {**found, "form": str(options.form), "prompt_version": PROMPT_VERSION}


def data_of(material: Material, *, gold: str, silver: Mapping[str, Any] | None) -> dict[str, Any]:
    """The reports by part: ids, and digests of their texts and patients, by which they are known again.

    ``silver`` says where the answers of a stronger model come from.
    """
    parts, more = material.parts, material.more
    everything = [one for _, reports in parts.named() for one in reports]
    found: dict[str, Any] = {
        "gold": gold,
        "digest": f"sha256:{examples_digest(one.example.worked for one in everything)}",
        "reports": len(everything),
        "patients": len({one.patient for one in everything}),
        "dropped": [{"why": why, "count": count} for why, count in parts.dropped.items()],
        "augmentation": [str(one) for one in material.augmentation],
        "silver": None if silver is None else dict(silver),
    }
    for name, reports in parts.named():
        found[name] = {
            **_known_again([(one.report.id, one.report.text, one.report.patient) for one in reports]),
            "patients": len({one.patient for one in reports}),
        }
    found[SILVER] = _known_again([(one.id, one.worked.text, one.patient) for one in more])
    return found


def _known_again(reports: Sequence[tuple[str, str, str | None]]) -> dict[str, Any]:
    """What ``evaluate`` knows reports by: from id, text and patient of each."""
    return {
        "count": len(reports),
        "reports": [name for name, _, _ in reports],
        "texts": [same_text(text) for _, text, _ in reports],
        "patient_digests": sorted({same_patient(one) for _, _, one in reports if one is not None}),
    }


def write_card(
    folder: Path,
    *,
    name: str,
    base: Base,
    codebook: Codebook,
    options: ExtractionOptions,
    data: Mapping[str, Any],
    settings: TuningSettings,
    training: Mapping[str, Any],
    agreement: Mapping[str, Any] | None,
    fingerprint: str,
    notes: Sequence[str],
) -> dict[str, Any]:
    """Write ``card.json`` and ``README.md`` into the adapter's folder, each whole or not at all; nothing is
    measured yet."""
    files = {one: file_digest(folder / one) for one in (WEIGHTS, CONFIG, GGUF) if (folder / one).is_file()}
    card = {
        "format": FORMAT,
        "name": name,
        "created": now(),
        "epicrisis": __version__,
        "digest": files[WEIGHTS],
        "files": files,
        "fingerprint": fingerprint,
        "base": base.as_dict(),
        "codebook": {"name": codebook.name, "version": codebook.version, "digest": codebook.digest},
        "asking": asking_of(options),
        "data": dict(data),
        "settings": settings.as_dict(),
        "training": dict(training),
        "metrics": None,
        "agreement": None if agreement is None else dict(agreement),
        "notes": list(notes),
        "versions": versions(),
    }
    _write(folder, card)
    return card


def add_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Put what was measured into the card that is in the folder."""
    _write(folder, {**_read(folder), "metrics": dict(metrics)})


def with_too_long(data: Mapping[str, Any], count: int) -> dict[str, Any]:
    """The data, of which so many examples could not be trained on for their length."""
    return {**data, "dropped": [*data["dropped"], *([{"why": TOO_LONG, "count": count}] if count else [])]}


def change_test(folder: Path, data: Mapping[str, Any]) -> None:
    """Put another test part into the card that is in the folder, of an adapter that was trained and chosen on
    the same reports as ``data`` says; what was measured on the former one goes."""
    card = _read(folder)
    dropped = [*data["dropped"], *(one for one in card["data"]["dropped"] if one["why"] == TOO_LONG)]
    _write(folder, {**card, "data": {**data, "dropped": dropped}, "metrics": None})


def _read(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / CARD).read_text("utf-8"))
    return found


def _write(folder: Path, card: Mapping[str, Any]) -> None:
    write_whole(folder / CARD, json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    write_whole(folder / README, readme(card))


def readme(card: Mapping[str, Any]) -> str:
    """The card in words, in the form that model hubs read (front matter, then Markdown)."""
    base, data, training, metrics = (card[key] for key in ("base", "data", "training", "metrics"))
    settings = card["settings"]
    lines = [
        "---",
        *([f"license: {base['licence'].lower()}"] if base["licence"] else []),
        f"base_model: {base['name']}",
        "library_name: peft",
        "tags: [clinical, information-extraction, epicrisis, lora]",
        "---",
        f"# {card['name']}",
        "",
        f"LoRA weights for {base['name']} that fill in the data sheet `{card['codebook']['name']}` "
        f"(version {card['codebook']['version']}).",
        f"Made with epicrisis {card['epicrisis']} on {card['created']}.",
        "",
        "```",
        f"epicrisis extract {card['codebook']['name']} REPORTS --adapter {card['name']}",
        "```",
        "",
        "It was trained on clinical reports: weights can hold traces of what they were trained on. Pass it "
        "on only as far as the reports themselves may go.",
        "",
        "## Measured",
        "",
        *_measured(metrics, data["test"]["count"]),
        "",
        "## Data",
        "",
        "| part | reports | patients |",
        "|---|---:|---:|",
        *(
            f"| {part} | {data[part]['count']} | {data[part]['patients']} |"
            for part in ("train", "validation", "test")
        ),
        "",
        f"Gold: {data['gold']}, {data['digest']}. Shared out by patient, seed {settings['seed']}.",
        *(f"Left out: {one['count']} reports ({one['why']})." for one in data["dropped"]),
        *([f"Augmentation: {', '.join(data['augmentation'])}."] if data["augmentation"] else []),
        *([f"Silver reports in training: {data['silver']['trained_on']}."] if data["silver"] else []),
        "",
        "## Training",
        "",
        f"{training['epochs']} epochs ({training['steps']} steps, {training['tokens']:,} tokens, "
        f"{training['seconds'] / 60:.1f} minutes on {training['device']}); the weights are those after epoch "
        f"{training['best_epoch']}, the best on the validation part{_choosing(training)}.",
        "",
        "| epoch | loss | validation loss | cells right |",
        "|---:|---:|---:|---:|",
        *(
            f"| {one['epoch']} | {one['loss']:.4f} | {one['validation_loss']:.4f} | {_share(one['score'])} |"
            for one in training["history"]
        ),
        "",
        f"Base: {base['name']}, {base['digest']}, licence {base['licence'] or 'not known'}.",
        f"LoRA: rank {settings['rank']}, alpha {settings['alpha']:g}, dropout {settings['dropout']:g} on "
        f"{', '.join(settings['targets'])}; learning rate {settings['learning_rate']:g} "
        f"({settings['schedule']}), {settings['batch']} x {settings['accumulate']} examples a step.",
        *_agreement(card["agreement"]),
        "",
        *(f"- {note}" for note in card["notes"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _measured(metrics: Mapping[str, Any] | None, tests: int) -> list[str]:
    if metrics is None:
        why = "the test part was not asked about" if tests else "there was no test part"
        return [f"Not measured: {why}."]
    rows = [{"name": "all cells", **metrics}, *metrics["variables"]]
    return [
        f"{metrics['reports']} test reports, through {metrics['through']}; in brackets 95 % bootstrap "
        "intervals over reports. Before: the base with instructions and worked examples.",
        "",
        "| | measure | before | after | difference |",
        "|---|---|---|---|---|",
        *(
            f"| {row['name']} | {metric_label(row['metric'])} | {shown(row['before'])} | "
            f"{shown(row['after'])} | {shown(row['difference'], signed)} |"
            for row in rows
        ),
    ]


def _agreement(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return ["The GGUF file was not compared with transformers: the base was no GGUF file."]
    return [
        "llama.cpp with the GGUF file against transformers: log-probabilities differ by "
        f"{found['mean']:.4f} on average over {found['positions']} positions ({found['tolerance']:g} are "
        f"allowed; without the adapter {found['without_adapter']:.4f})."
    ]


def shown(one: Mapping[str, Any], words: Callable[[Estimate], str] = str) -> str:
    """An estimate of the card as ``words`` has it; a dash where there is no value."""
    found = Estimate(one["value"], one["n"], one["low"], one["high"], note=one["note"])
    return "-" if found.value is None else words(found)


def _choosing(training: Mapping[str, Any]) -> str:
    seconds = training.get("choosing_seconds")  # adapters of earlier versions do not know
    return "" if seconds is None else f", which took {seconds / 60:.1f} minutes to ask about"


def _share(score: float | None) -> str:
    return "-" if score is None else f"{100 * score:.1f} %"


def fingerprint(*parts: Any) -> str:
    """SHA-256 of what makes two trainings the same."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
