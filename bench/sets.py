"""The sets that methods are measured on, with gold in the codebook's own terms.

The texts are not part of this repository: ``--data`` names the folder that holds them (``tcga_registry``,
``medcalc_values``, ``thyroid_us``, each with ``data.jsonl`` of ``{id, lang, text, gold}``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from epicrisis import library
from epicrisis.codebook import Codebook, load
from epicrisis.evaluation.gold import read_gold
from epicrisis.reading import read
from epicrisis.report import Report

HERE = Path(__file__).parent


class Case(NamedTuple):
    """A report and its gold: a variable that is missing from ``gold`` is not scored; ``None``: silent."""

    report: Report
    gold: dict[str, Any]


class Dataset(NamedTuple):
    """``cases`` are asked about; ``others`` come after them, and are what examples are taken from."""

    name: str
    codebook: Codebook
    cases: list[Case]
    others: list[Case]


def dataset(
    name: str, data: Path, *, limit: int | None = None, longest: int | None = None, stated: int = 0
) -> Dataset:
    """One of ``breast``, ``breast-silver``, ``vitals``, ``thyroid``, or ``brain-mri`` that ships: the first
    ``limit`` reports of at most ``longest`` characters with at least ``stated`` values in gold."""
    shipped = name in library.names()
    codebook = load(
        library.path(name) if shipped else HERE / "codebooks" / f"{name.removesuffix('-silver')}.yaml"
    )
    cases = [
        case
        for case in _CASES[name](data, codebook)
        if (longest is None or len(case.report.text) <= longest)
        and sum(value is not None for value in case.gold.values()) >= stated
    ]
    return Dataset(name, codebook, cases[:limit], [] if limit is None else cases[limit:])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _breast(data: Path, codebook: Codebook, folder: str = "tcga_registry") -> Iterator[Case]:
    for row in _rows(data / folder / "data.jsonl"):
        if row["gold"].get("cancer_category") == "breast":
            record = row["gold"]["cancer_data"]
            record["laterality"] = record["cancer_laterality"]
            gold = {name: record.get(name) for name in codebook.names}
            if gold["tumor_size"] is not None:
                gold["tumor_size"] = {"value": gold["tumor_size"], "unit": "mm"}
            yield Case(Report(row["id"], row["text"], language="en"), gold)


def _breast_silver(data: Path, codebook: Codebook) -> Iterator[Case]:
    """Other reports with the answers of a model of 20 B, which nobody corrected: for training alone."""
    return _breast(data, codebook, "tcga_registry_silver")


_SOURCE = {
    "age": ("age", r"old|age|year|month"),
    "sex": ("sex", r"\b(wo)?man\b|male|boy|girl|\bs?he\b|\bhis\b|\bher\b|lady|gentleman"),
    "heart_rate": ("Heart Rate or Pulse", r"heart rate|pulse|bpm|\bHR\b|beats"),
    "sodium": ("Sodium", r"sodium|\bNa\b"),
    "systolic_bp": ("Systolic Blood Pressure", r"pressure|\bBP\b|mm ?Hg|\d/\d\d"),
    "diastolic_bp": ("Diastolic Blood Pressure", r"pressure|\bBP\b|mm ?Hg|\d/\d\d"),
    "weight": ("weight", r"weigh|\bkg\b|BMI|\blbs?\b|pounds"),
    "height": ("height", r"height|tall|\bcm\b|BMI|inch"),
    "creatinine": ("creatinine", r"creatinine|\bCr\b"),
    "albumin": ("Albumin", r"albumin"),
    "temperature": ("Temperature", r"temp|fever|°|febrile"),
    "platelets": ("Platelet count", r"platelet|\bPLT\b|thrombocyt"),
}


_UNITS = {
    "degrees fahrenheit": "°F",
    "degrees celsius": "°C",
    "beats per minute": "/min",
    "mm hg": "mmHg",
}


def _vitals(data: Path, codebook: Codebook) -> Iterator[Case]:
    """Gold lists what a calculator needs, not all that a note has: a variable without gold counts as
    silent only if the note has no word for it, and is not scored otherwise."""
    for row in _rows(data / "medcalc_values" / "data.jsonl"):
        gold: dict[str, Any] = {}
        for name in codebook.names:
            key, words = _SOURCE[name]
            value = row["gold"].get(key)
            if isinstance(value, dict):
                unit = str(value["unit"])
                gold[name] = {"value": value["value"], "unit": _UNITS.get(unit.lower(), unit)}
            elif value is not None:
                gold[name] = value.lower() if isinstance(value, str) else value
            elif not re.search(words, row["text"], re.I):
                gold[name] = None
        yield Case(Report(row["id"], row["text"], language="en"), gold)


def _thyroid(data: Path, codebook: Codebook) -> Iterator[Case]:
    for row in _rows(data / "thyroid_us" / "data.jsonl"):
        gold = {key.lower().replace("-", "_"): value for key, value in row["gold"].items()}
        yield Case(Report(row["id"], row["text"], language="en"), {n: gold[n] for n in codebook.names})


def _brain_mri(_: Path, codebook: Codebook) -> Iterator[Case]:
    folder = library.path("brain-mri")
    gold = read_gold(folder / library.GOLD_FILE, codebook).cells
    for report in read(folder / library.REPORTS_FILE):
        yield Case(report, {name: cell.value for name, cell in gold[report.id].items()})


_CASES = {
    "brain-mri": _brain_mri,
    "breast": _breast,
    "breast-silver": _breast_silver,
    "vitals": _vitals,
    "thyroid": _thyroid,
}
