from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from epicrisis.codebook import Codebook, lint, loads
from epicrisis.codebook.condition import Condition
from epicrisis.codebook.reference import example, render
from epicrisis.codebook.variable import Code, Option, Range
from epicrisis.codebook.vocabulary import KINDS, MODELS

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_models_say() -> None:
    page = (ROOT / "docs/reference/codebook.md").read_text(encoding="utf-8")
    assert page == render(), "run: python -m epicrisis.codebook.reference docs/reference/codebook.md"


@pytest.mark.parametrize("model", [*MODELS.values(), Codebook, Option, Range, Code, Condition])
def test_every_key_is_explained_and_on_the_page(model: type[BaseModel]) -> None:
    page = render()
    for name, info in model.model_fields.items():
        if name != "kind":
            assert info.description, f"{model.__name__}.{name} has no description"
            assert f"| `{name}` |" in page
            assert info.description.replace("|", "\\|") in page


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_lints_clean(kind: str) -> None:
    lines = example(kind).splitlines()
    text = "name: x\nvariables:\n" + "\n".join(
        f"  {'- ' if n == 0 else '  '}{line}" for n, line in enumerate(lines)
    )
    assert lint(text) == []
    assert loads(text).variables[0].kind == kind
