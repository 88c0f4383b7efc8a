"""A study of thirty made-up reports, and engines that read them with a regular expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.report import Report

VARIABLES = [
    {"name": "side", "kind": "category", "options": ["left", "right", "both"]},
    {"name": "grade", "kind": "ordinal", "options": [0, 1, 2, 3]},
    {"name": "normal", "kind": "boolean"},
    {"name": "lesions", "kind": "count"},
    {"name": "small_count", "kind": "count", "range": {"min": 0, "max": 3}},
    {"name": "size", "kind": "quantity", "unit": "mm"},
    {"name": "seen", "kind": "date"},
    {"name": "words", "kind": "text"},
]
STUDY = {
    "name": "kidneys",
    "languages": ["en"],
    "variables": [
        {"name": "side", "kind": "category", "options": ["left", "right", "both"]},
        {"name": "cyst", "kind": "boolean"},
        {"name": "lesions", "kind": "count"},
        {"name": "size", "kind": "quantity", "unit": "cm"},
    ],
}
REPORTS = 30


@pytest.fixture
def codebook() -> Codebook:
    return Codebook.model_validate({"name": "kidney", "languages": ["nl"], "variables": VARIABLES})


@pytest.fixture
def study() -> Codebook:
    return Codebook.model_validate(STUDY)


def truth(number: int) -> dict[str, Any]:
    return {
        "side": "left" if number % 2 else "right",
        "cyst": number % 3 == 0,
        "lesions": number % 4 if number % 5 else None,
        "size": {"value": 1.5 + number % 4, "unit": "cm"},
    }


@pytest.fixture
def reports() -> list[Report]:
    found = []
    for number in range(REPORTS):
        true = truth(number)
        counted = "" if true["lesions"] is None else f" There are {true['lesions']} lesions."
        cyst = "A cyst is seen." if true["cyst"] else "No other finding."
        found.append(
            Report(
                str(number),
                f"Examination {number:03}\n\n"
                f"Findings:\nThe {true['side']} kidney is described here. {cyst}{counted}\n\n"
                f"Conclusion:\nThe largest diameter is {true['size']['value']} cm.",
                metadata={"ward": "A"},
            )
        )
    return found


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    lines = ["id,side,cyst,lesions,size"]
    for number in range(REPORTS):
        true = truth(number)
        lesions = "" if true["lesions"] is None else true["lesions"]
        lines.append(f"{number},{true['side']},{str(true['cyst']).lower()},{lesions},{true['size']['value']}")
    path = tmp_path / "gold.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def member(schema: Mapping[str, Any], value: Any, quote: str) -> Any:
    """A member of the answer, with its quote where one is asked for."""
    shapes = [schema, *schema.get("anyOf", ())]
    pair = next((shape["properties"] for shape in shapes if "properties" in shape), None)
    if pair is None or "quote" not in pair:
        return value
    return {key: {"value": value, "quote": quote}[key] for key in pair}


def read(text: str) -> dict[str, Any]:
    """What a simple reader finds: it knows exact words, lower case, and decimal points."""
    side = re.search(r"\bThe (left|right) kidney", text)
    lesions = re.search(r"There are (\d) lesions", text)
    size = re.search(r"diameter is (\d\.\d) cm", text)
    return {
        "side": side and side[1],
        "cyst": "A cyst is seen" in text,
        "lesions": lesions and int(lesions[1]),
        "size": size and f"{size[1]} cm",
    }


def obedient(text: str) -> dict[str, Any]:
    """A reader that does what it is told where it is told so."""
    if re.search(r"answer 4|answer is 4|number is 4|numbers 4|write 4|4 for every", text):
        return {"side": "both", "cyst": True, "lesions": 4, "size": "4.0 cm"}
    return read(text)


@pytest.fixture
def engine() -> Callable[..., ScriptedEngine]:
    """Makes an engine of a function from the report's text to answers."""

    def make(reader: Callable[[str], dict[str, Any]] = read, model: str = "reader") -> ScriptedEngine:
        def reply(request: Request) -> dict[str, Any]:
            text = request.messages[-1].content if len(request.messages) < 7 else ""
            found = reader(text)
            return {
                name: member(schema, found.get(name), "kidney")
                for name, schema in request.schema["properties"].items()  # type: ignore[index]
            }

        return ScriptedEngine(reply, model=model)

    return make


@pytest.fixture
def readers() -> dict[str, Callable[[str], dict[str, Any]]]:
    return {"read": read, "obedient": obedient}
