"""``epicrisis extract --examples``: which reports are shown to the model, and what the manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli.exits import DONE, NOT_STARTED
from epicrisis.runs.run import StoredRun

GOLD = """\
id,side,normal
007,left,yes
008,right,no
"""


@pytest.fixture
def gold(epicrisis: Any) -> Any:
    Path("gold.csv").write_text(GOLD, encoding="utf-8")
    return epicrisis


def shown(epicrisis: Any) -> dict[str, list[str]]:
    """The reports that were examples, by the report that was asked about."""
    found = {}
    for request in epicrisis.engine.requests:
        texts = [message.content for message in request.messages if message.role == "user"]
        found[request.report_id] = [text.split("\n")[1] for text in texts[:-1]]
    return found


def test_annotated_reports_are_shown_and_never_their_own_example(gold: Any) -> None:
    assert gold.extract("--examples", "gold.csv", "--shots", "2", "--no-second-look").code == DONE
    left, right = "The left kidney is normal.", "The right kidney shows a cyst, the left one does not."
    found = shown(gold)
    assert found["007"] == [right]
    assert found["008"] == [left]
    assert sorted(found["009"]) == [left, right]


def test_the_manifest_says_which_without_their_words(gold: Any) -> None:
    gold.extract("--examples", "gold.csv", "--shots", "1", "--select", "fixed", "--seed", "3")
    manifest = StoredRun.open().manifest
    shots = manifest.options["shots"]
    assert len(shots["ids"]) == 1
    assert (shots["select"], shots["shots"], shots["seed"]) == ("fixed", 1, 3)
    assert shots["pool"]["reports"] == 2
    assert "kidney" not in json.dumps(manifest.options)


def test_chosen_per_report_nothing_is_excluded(gold: Any) -> None:
    gold.extract("--examples", "gold.csv", "--shots", "1", "--select", "structure")
    assert StoredRun.open().manifest.options["shots"]["ids"] == []


def test_the_examples_that_all_are_asked_with_are_not_scored(gold: Any) -> None:
    gold.extract("--examples", "gold.csv", "--shots", "1")
    (used,) = StoredRun.open().manifest.options["shots"]["ids"]
    result = gold("evaluate", "latest", "gold.csv", "--json")
    matching = json.loads(result.out)["matching"]
    assert list(matching["excluded"]) == [used]
    assert len(matching["scored"]) == 1


def test_another_choice_is_another_question(gold: Any) -> None:
    gold.extract("--examples", "gold.csv", "--shots", "1", "--no-second-look")
    asked = len(gold.engine.asked)
    gold.extract("--examples", "gold.csv", "--shots", "1", "--no-second-look")
    assert len(gold.engine.asked) == asked
    gold.extract("--examples", "gold.csv", "--shots", "2", "--no-second-look")
    assert len(gold.engine.asked) == asked + 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("--shots", "2"),
        ("--select", "fixed"),
        ("--examples", "gold.csv", "--shots", "0"),
        ("--examples", "none.csv"),
    ],
)
def test_what_makes_no_sense_stops_before_anything_is_begun(gold: Any, arguments: tuple[str, ...]) -> None:
    assert gold.extract(*arguments).code == NOT_STARTED
    assert not gold.engine.asked
