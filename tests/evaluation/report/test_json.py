"""The JSON document: plain, complete, its keys in the documentation."""

from __future__ import annotations

import json
import re
from pathlib import Path

from epicrisis.evaluation.estimate import Estimate
from epicrisis.evaluation.report import to_json, without_text
from epicrisis.evaluation.report.json import dumps
from epicrisis.evaluation.result import Evaluation

from .conftest import CANARY, make_evaluation

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "evaluate-a-run.md"


def test_it_is_the_evaluation(evaluation: Evaluation) -> None:
    document = json.loads(dumps(evaluation))
    assert document["format"] == "epicrisis-evaluation"
    assert document["overall"]["micro_accuracy"] == {
        "value": 0.845,
        "n": 40,
        "low": 0.775,
        "high": 0.895,
        "method": "BCa",
        "note": None,
    } | {key: document["overall"]["micro_accuracy"][key] for key in ("low", "high")}
    assert document["variables"][0]["confusion"]["counts"][0] == [11, 3, 2, 1]
    assert document["variables"][2]["parts"][0]["name"] == "size"
    assert document["matching"]["excluded"] == {"Z-1": "an example of the run"}
    assert [one["verdict"] for one in document["ceiling"]] == ["alike", "below"]
    assert document["plan"][0]["more"] == 270


def test_there_is_no_nan() -> None:
    made = make_evaluation(overall={"micro_accuracy": Estimate(float("nan"), 1, float("inf"))})
    assert to_json(made)["overall"]["micro_accuracy"]["value"] is None
    assert "NaN" not in dumps(made)
    assert "Infinity" not in dumps(made)


def test_without_text(evaluation: Evaluation) -> None:
    assert CANARY in dumps(evaluation)
    assert CANARY not in dumps(without_text(evaluation))


def test_every_key_is_documented(evaluation: Evaluation) -> None:
    documented = set(re.findall(r"^\| `(\w+)`", PAGE.read_text(encoding="utf-8"), re.M))
    assert set(to_json(evaluation)) <= documented
