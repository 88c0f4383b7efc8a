"""``epicrisis extract --adapter``: what is opened, what is asked, what is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.adapter import Adapter
from epicrisis.api import open_run
from epicrisis.cli.exits import DONE, NOT_STARTED
from epicrisis.codebook import load
from epicrisis.engines import catalogue
from epicrisis.engines.scripted import ScriptedEngine

SMALL = catalogue.get("smollm2-135m-instruct")


@pytest.fixture
def adapter(epicrisis: Any, write_adapter: Callable[..., Adapter]) -> Adapter:
    """Trained on a model of the catalogue, for the codebook that is there, without definitions."""
    codebook = load(Path("codebook.yaml"))
    more = {
        "codebook": {"name": codebook.name, "version": codebook.version, "digest": codebook.digest},
        "asking": {"form": "value", "examples": 0, "bare": True, "second_look": False},
        "data": {"train": {"reports": ["007"], "texts": []}},
    }
    found = write_adapter(Path("tuned"), base=SMALL.digest, more=more)
    scripted = ScriptedEngine.from_schema(adapters=[found])
    epicrisis.engine._info = scripted.info
    return found


def test_it_is_asked_as_it_was_trained(epicrisis: Any, adapter: Adapter) -> None:
    result = epicrisis.extract("--adapter", "tuned", "--out", "table.csv")
    assert result.code == DONE, result.err
    requests = epicrisis.engine.requests
    assert {request.adapter for request in requests} == {"tuned"}
    assert requests[0].messages[0].content == "Data sheet: kidney"
    options = open_run().manifest.options
    assert (options["form"], options["bare"], options["adapter"]["ids"]) == ("value", True, ["007"])
    again = epicrisis.extract("--adapter", "tuned", "--json", "--quiet")
    assert json.loads(again.out)["reports"]["known_before"] == 3
    assert json.loads(epicrisis.extract("--json", "--quiet").out)["reports"]["known_before"] == 0


def test_an_option_that_is_given_counts(epicrisis: Any, adapter: Adapter) -> None:
    result = epicrisis.extract("--adapter", "tuned", "--form", "value-quote", "--worked", "0")
    assert result.code == DONE
    assert "form value, now value_quote" in result.err
    assert open_run().manifest.options["form"] == "value_quote"


def test_without_an_engine_its_own_base_answers(epicrisis: Any, adapter: Adapter) -> None:
    result = epicrisis("extract", "codebook.yaml", "reports.csv", "--adapter", "tuned")
    assert result.code == DONE, result.err
    assert f"The engine is {SMALL.name}, which the adapter 'tuned' was trained on." in result.err
    assert open_run().manifest.engine.address == SMALL.name


def test_another_model_is_refused(epicrisis: Any, adapter: Adapter) -> None:
    other = ("--engine", "qwen2.5-coder-0.5b-instruct")
    result = epicrisis("extract", "codebook.yaml", "reports.csv", "--adapter", "tuned", *other)
    assert result.code == NOT_STARTED
    assert "'tuned' was trained on tiny" in result.err
    assert epicrisis.openings == 0


def test_another_codebook_is_refused(epicrisis: Any, adapter: Adapter) -> None:
    text = Path("codebook.yaml").read_text(encoding="utf-8").replace("called normal", "said to be normal")
    Path("other.yaml").write_text(text, encoding="utf-8")
    result = epicrisis.extract("--adapter", "tuned", codebook="other.yaml")
    assert result.code == NOT_STARTED
    assert "The names are the same, the content is not." in result.err
    assert "--bare" in result.err


def test_a_folder_without_a_card(epicrisis: Any) -> None:
    result = epicrisis.extract("--adapter", ".")
    assert result.code == NOT_STARTED
    assert "no card.json" in result.err
