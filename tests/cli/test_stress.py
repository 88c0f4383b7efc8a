"""``epicrisis stress``: the command, from reports to tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli.exits import DONE, INTERRUPTED, NOT_STARTED, SOME_FAILED
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineUnreachableError

REPORTS = 12


def _member(schema: Mapping[str, Any], value: Any) -> Any:
    shapes = [schema, *schema.get("anyOf", ())]
    pair = next((shape["properties"] for shape in shapes if "properties" in shape), None)
    return value if pair is None else {key: {"value": value, "quote": "kidney"}[key] for key in pair}


def _reply(request: Any) -> dict[str, Any]:
    """Reads exact words, unless an instruction was smuggled in."""
    text = next(one.content for one in reversed(request.messages) if one.content.startswith("<report>"))
    obeys = "last option" in text
    side = "right" if obeys else next((one for one in ("left", "right") if f"The {one}" in text), None)
    said = {"side": side, "normal": obeys or "is normal" in text}
    return {name: _member(schema, said[name]) for name, schema in request.schema["properties"].items()}


@pytest.fixture
def place(epicrisis: Any) -> Any:
    """A study of reports that the engine reads without a mistake."""
    rows, gold = ["id,text,ward"], ["id,side,normal"]
    for number in range(REPORTS):
        side, normal = ("left", "right")[number % 2], number % 3 == 0
        text = f"Case {number}. The {side} kidney is {'normal' if normal else 'enlarged'}, as described here."
        rows.append(f'{number},"{text}",A')
        gold.append(f"{number},{side},{str(normal).lower()}")
    Path("reports.csv").write_text("\n".join(rows) + "\n")
    Path("gold.csv").write_text("\n".join(gold) + "\n")
    epicrisis.engine = ScriptedEngine(_reply, model="watched", parallel=1)
    return epicrisis


def _asked(place: Any) -> int:
    """How often the engine was asked about a report, second looks left out."""
    return sum(one.messages[-1].content.startswith("<report>") for one in list(place.engine.requests))


def _stress(place: Any, *arguments: str) -> Any:
    engine = ("--engine", "scripted:engine.jsonl")
    return place("stress", "codebook.yaml", "reports.csv", "--gold", "gold.csv", *engine, *arguments)


def test_a_codebook_and_reports(place: Any) -> None:
    result = _stress(place, "--only", "upper-case", "injected-instruction")
    assert result.code == DONE, result.err
    assert "12 reports of run kidney-" in result.out
    lines = [line.split() for line in result.out.splitlines()]
    loud = next(words for words in lines if words[:2] == ["upper-case", "3"])
    assert loud[2:6] == ["12/12", "1.000", "0.333", "+0.667"]
    assert loud[-1] == "worse"
    assert re.search(r"side +upper-case +3 +12 +1\.000 +0\.000", result.out)
    assert result.out.count("0 of 24 answers out of the codebook's schema") == 3
    assert "100.0% became it" in result.out
    assert "seed 0" in result.out
    # One engine for all runs, and no report on the screen.
    assert place.openings == 1
    assert "kidney is" not in result.out + result.err
    assert Path(".epicrisis/stress.sqlite").exists()
    assert place("runs", "list").out.count("kidney-") == 1
    # With two sentences, a quarter of them is as many as half: one run for both strengths.
    assert place("runs", "list", "--store", ".epicrisis/stress.sqlite").out.count("kidney-") == 5


def test_again_is_at_once(place: Any) -> None:
    first = _stress(place, "--only", "typing-errors")
    requests = _asked(place)
    again = _stress(place, "--only", "typing-errors")
    assert (again.code, again.out) == (DONE, first.out)
    assert (_asked(place), place.openings) == (requests, 1)
    fresh = _stress(place, "--only", "typing-errors", "--strength", "3", "--fresh")
    assert fresh.code == DONE
    assert _asked(place) == requests + 2 * REPORTS


def test_a_run_by_its_name(place: Any) -> None:
    assert place.extract().code == DONE
    run = re.search(r"kidney-\d+-\w+", place("runs", "list").out)
    assert run is not None
    before = place("runs", "show", run[0], "--json").out
    requests = _asked(place)
    result = place(
        "stress", run[0], "--gold", "gold.csv", "--only", "upper-case", "--strength", "2", "--json"
    )
    assert result.code == DONE, result.err
    document = json.loads(result.out)
    assert document["baseline"] == run[0]
    assert [one["strength"] for one in document["effects"]] == [2]
    assert _asked(place) == requests + REPORTS
    assert place("runs", "show", run[0], "--json").out == before


def test_markdown_and_limit(place: Any) -> None:
    result = _stress(
        place, "--only", "decimal-style", "--strength", "1", "--limit", "6", "--markdown", "stress.md", "-q"
    )
    assert result.code == DONE
    assert result.err == "Written: stress.md\n"
    assert _asked(place) == 6
    page = Path("stress.md").read_text("utf-8")
    assert "| decimal-style | 1 | 0/6 | 1.000 | 1.000 | 0.000 | 0.000 | 0 | no difference shown |" in page
    assert "decimal-style 1 found nothing to change in 6 reports." in page


def test_a_narrow_terminal(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = _stress(place, "--only", "upper-case")
    heading = next(line for line in result.out.splitlines() if line.startswith("Perturbation"))
    assert heading.split()[-1] == "Verdict"
    assert "Failed" not in heading
    assert "worse" in result.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "typos"), "typing-errors, dropped-spaces"),
        (("--strength", "5"), "no strength 5"),
        (("--draws", "0"), "number of draws"),
        (("--limit", "0"), "limit is 0"),
        (("--markdown", "nowhere/stress.md"), "nowhere"),
    ],
)
def test_what_makes_no_sense(place: Any, arguments: tuple[str, ...], words: str) -> None:
    result = _stress(place, *arguments)
    assert result.code == NOT_STARTED
    assert words in result.err
    assert place.openings == 0


def test_gold_of_other_reports(place: Any) -> None:
    Path("gold.csv").write_text("id,side\nx,left\n")
    result = _stress(place)
    assert result.code == NOT_STARTED
    assert "None of the reports is in the gold" in result.err


def test_an_engine_that_goes_down(place: Any) -> None:
    working = place.engine
    down = True

    def reply(request: Any) -> Any:
        if down and _asked(place) > 20:
            raise EngineUnreachableError("The server is down.")
        return _reply(request)

    place.engine = ScriptedEngine(reply, model="watched", parallel=1)
    result = _stress(place, "--only", "upper-case")
    assert result.code == SOME_FAILED
    assert "same command again" in result.err
    down = False
    assert _stress(place, "--only", "upper-case").code == DONE
    assert working.requests.maxlen == 1000


def test_ctrl_c(place: Any) -> None:
    import os
    import signal

    def reply(request: Any) -> Any:
        if _asked(place) == 20:
            os.kill(os.getpid(), signal.SIGINT)
        return _reply(request)

    place.engine = ScriptedEngine(reply, model="watched", parallel=1)
    result = _stress(place, "--only", "upper-case")
    assert result.code == INTERRUPTED
    asked = _asked(place)
    assert asked < 4 * REPORTS
    assert _stress(place, "--only", "upper-case").code == DONE
    assert _asked(place) <= 4 * REPORTS + 1
