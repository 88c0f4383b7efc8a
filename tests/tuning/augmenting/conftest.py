"""A codebook of all kinds, and reports made of sentences whose answers are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.prompting.worked import Cell, WorkedExample

VARIABLES: list[dict[str, Any]] = [
    {
        "name": "embolism",
        "kind": "boolean",
        "label": {"en": "Embolism?", "nl": "Embolie?"},
        "synonyms": {"en": ["pulmonary embolism", "PE", "lung clot"], "nl": ["longembolie", "PE"]},
    },
    {
        "name": "side",
        "kind": "category",
        "options": [
            {"value": "L", "label": {"en": "left"}, "synonyms": {"en": ["sinistral"]}},
            {"value": "R", "label": {"en": "right"}, "synonyms": {"en": ["dextral"]}},
        ],
    },
    {"name": "size", "kind": "quantity", "unit": "cm", "units": ["mm"], "reduce": "max"},
    {"name": "nodules", "kind": "count"},
    {"name": "seen", "kind": "date"},
    {"name": "drugs", "kind": "spans", "options": ["drug"]},
    {
        "name": "lesions",
        "kind": "group",
        "variables": [
            {
                "name": "form",
                "kind": "category",
                "options": [{"value": "round", "synonyms": {"en": ["round", "globular"]}}, "flat"],
            },
            {"name": "width", "kind": "quantity", "unit": "mm", "units": ["cm"]},
            {"name": "place", "kind": "text"},
        ],
    },
    {"name": "summary", "kind": "text", "max_length": 60},
]


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return Codebook.model_validate({"name": "chest", "languages": ["en", "nl"], "variables": VARIABLES})


@pytest.fixture(scope="session")
def example() -> Callable[..., Example]:
    """An example of a text and its cells: a value, or a value and its quote."""

    def make(text: str, cells: Mapping[str, Any] = {}, patient: str | None = "p") -> Example:
        made = {
            name: Cell(*cell) if isinstance(cell, tuple) else Cell(cell, None) for name, cell in cells.items()
        }
        return Example(WorkedExample(text, made, "r1"), patient)

    return make


@pytest.fixture(scope="session")
def written() -> Callable[[int], Example]:
    """A report of several sections with everything in it, drawn by a number."""
    return report_of


def report_of(number: int) -> Example:
    rng = Random(number)
    cells: dict[str, Cell] = {}
    findings = []
    name = rng.choice(["pulmonary embolism", "PE", "lung clot", "Pulmonary embolism"])
    if rng.random() < 0.8:
        there = rng.random() < 0.5
        quote = f"{'There is' if there else 'No'} {name}" + (
            " in the main artery" if rng.random() < 0.5 else ""
        )
        findings.append(f"{quote}.")
        cells["embolism"] = Cell(there, quote)
    if rng.random() < 0.8:
        side = rng.choice(["left", "right", "sinistral"])
        findings.append(f"The {side} lung is small.")
        cells["side"] = Cell("R" if side == "right" else "L", side)
    if rng.random() < 0.8:
        mark, unit = rng.choice(".,"), rng.choice(["cm", "mm"])
        low, high = rng.randint(1, 4), rng.randint(5, 9)
        amount = f"{high}{mark}{rng.randint(1, 9)}"
        written = f"{amount} x {low}{mark}{rng.randint(0, 9)} {unit}"
        findings.append(f"Largest extent {written}.")
        cells["size"] = Cell(f"{amount.replace(',', '.')} {unit}", written)
    if rng.random() < 0.6:
        findings.append("There are 3 nodules in segments 4,7 (protocol 2.1).")
        cells["nodules"] = Cell(3, "3 nodules")
    if rng.random() < 0.6:
        findings.append("Seen on 12.03.2021 at 14.30.")
        cells["seen"] = Cell("2021-03-12", "12.03.2021")
    items = []
    for place in rng.sample(["apex", "base", "hilum"], rng.randint(0, 3)):
        form, width = rng.choice(["round", "globular", "flat"]), f"{rng.randint(1, 9)}.{rng.randint(1, 9)}"
        quote = f"a {form} lesion of {width} mm at the {place}"
        findings.append(f"Also {quote}.")
        value = "flat" if form == "flat" else "round"
        items.append({"quote": quote, "form": value, "width": f"{width} mm", "place": f"the {place}"})
    if items:
        cells["lesions"] = Cell(items, items[0]["quote"])
    mentions = rng.sample(["aspirin", "Heparin", "warfarin 2.5 mg"], rng.randint(0, 3))
    if mentions:
        cells["drugs"] = Cell([{"text": one, "type": "drug"} for one in mentions], None)
    conclusion = f"{name} as before" if rng.random() < 0.5 else "nothing new"
    cells["summary"] = Cell(conclusion, None)
    parts = [
        "CT OF THE CHEST",
        "Clinical information: a lung clot was thought of.",
        f"Medication: {', '.join(mentions) or 'none'}.",
        "Technique:\nSlices of 1.5 mm, contrast.",
        f"Findings:\n{' '.join(findings) or 'Normal.'}",
        f"Conclusion: {conclusion}.",
    ]
    return Example(WorkedExample("\n\n".join(parts), cells, f"report-{number}"), f"patient-{number // 2}")
