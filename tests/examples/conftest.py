"""A small codebook, and examples for it made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples import Example, Pool
from epicrisis.prompting.worked import Cell, WorkedExample

CODEBOOK = Codebook.model_validate(
    {
        "name": "test",
        "variables": [
            {"name": "side", "kind": "category", "options": ["left", "right", "both"]},
            {"name": "infarct", "kind": "boolean"},
            {"name": "size", "kind": "quantity", "unit": "mm"},
        ],
    }
)


def make_example(
    name: str, text: str, patient: str | None = None, quoted: float = 1.0, **values: Any
) -> Example:
    """An example with these values, without quotes."""
    cells = {variable: Cell(value, None) for variable, value in values.items()}
    return Example(WorkedExample(text, cells, name), patient, quoted)


def make_pool(*examples: Example) -> Pool:
    return Pool(CODEBOOK, examples)


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return CODEBOOK


@pytest.fixture(scope="session")
def example() -> Callable[..., Example]:
    return make_example


@pytest.fixture(scope="session")
def pool_of() -> Callable[..., Pool]:
    return make_pool


def make_ward() -> Pool:
    """Ten reports of two forms, about two things, of nine patients."""
    brain = "Techniek: MRI.\nVerslag: er is een infarct links van {} mm.\nConclusie: infarct.\n"
    chest = "GEEN AFWIJKINGEN AAN HART EN LONGEN; THORAX ({}), PLEURAVOCHT RECHTS?"
    found = []
    for number in range(5):
        found.append(
            make_example(
                f"b{number}",
                brain.format(10 + number),
                patient=f"p{number % 4}",
                side=("left", "right", "left", "both", "left")[number],
                infarct=number != 4,
                size=f"{10 + number} mm",
            )
        )
        found.append(make_example(f"c{number}", chest.format(number), patient=f"q{number}", infarct=False))
    return make_pool(*found)


@pytest.fixture(scope="session")
def ward() -> Pool:
    return make_ward()
