"""A calibration from end to end: extract, evaluate, and extract again without asking."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epicrisis.engines.engine import Reply, Request, TokenLogprob
from epicrisis.engines.scripted import ScriptedEngine

pytest.importorskip("scipy")

CODEBOOK = """\
name: kidney
variables:
  - name: normal
    kind: boolean
    definition: Whether the kidney is called normal.
"""
COUNT = 120


class TooSure(ScriptedEngine):
    """Says yes with a confidence; is right as often as its cube says."""

    def __init__(self, sure: dict[str, float]) -> None:
        super().__init__(self._say, logprobs=True, model="too-sure")
        self.sure = sure
        self.asked = 0

    def _say(self, request: Request) -> Any:
        self.asked += 1
        if request.report_id not in self.sure:
            return {"normal": True}
        sure = self.sure[request.report_id]
        yes, no = math.log(sure), math.log(1 - sure)
        told = ('{"normal": ', "true", "}")
        tops = (((told[0], 0.0),), (("true", yes), ("false", no), ("null", -50.0)), (("}", 0.0),))
        tokens = tuple(TokenLogprob(text, top[0][1], top) for text, top in zip(told, tops, strict=True))
        return Reply("".join(told), "stop", 10, 3, logprobs=tokens)


@pytest.fixture
def study(epicrisis: Any) -> Any:
    generator = np.random.default_rng(0)
    sure = {f"r{number}": float(generator.uniform(0.4, 0.99)) for number in range(COUNT)}
    epicrisis.engine = TooSure(sure)
    (epicrisis.folder / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    with (epicrisis.folder / "reports.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *((name, f"Kidney of {name}.") for name in sure)])
    with (epicrisis.folder / "gold.csv").open("w", encoding="utf-8", newline="") as file:
        right = {name: generator.uniform() < one**3 for name, one in sure.items()}
        csv.writer(file).writerows(
            [("id", "normal"), *((name, str(one).lower()) for name, one in right.items())]
        )
    return epicrisis


def confidences(study: Any) -> dict[str, float]:
    result = study("export", "latest", "--with", "confidence", "--out", "table.csv")
    assert result.code == 0, result.err
    with Path("table.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: float(row["normal__confidence"]) for row in csv.DictReader(file)}


def extract(study: Any, *options: str) -> Any:
    result = study.extract("--form", "value", *options)
    assert result.code == 0, result.err
    return result


def test_gold_makes_the_confidences_of_the_same_run_probabilities(study: Any) -> None:
    assert "calibrated" not in extract(study).err
    asked = study.engine.asked
    raw = confidences(study)
    assert raw == pytest.approx(study.engine.sure, abs=1e-3)

    found = study("evaluate", "latest", "gold.csv", "--save-calibration", "--target", "0.9", "--json")
    assert found.code == 0, found.err
    document = json.loads(found.out[: found.out.rindex("}") + 1])
    assert {one["method"] for one in document["reliability"]} == {"raw", "isotonic", "platt", "combined"}
    assert 0 < document["review"]["needed"]["value"] < document["review"]["at_random"]
    assert Path("codebook.calibration.json").is_file()

    again = extract(study)
    assert "Confidences are calibrated with codebook.calibration.json, by gold.csv." in again.err
    assert study.engine.asked == asked
    mended = confidences(study)
    error = np.mean([abs(mended[name] - study.engine.sure[name] ** 3) for name in mended])
    assert error < 0.1 < np.mean([abs(raw[name] - study.engine.sure[name] ** 3) for name in raw])

    extract(study, "--no-calibration")
    assert confidences(study) == raw


def test_an_evaluation_of_a_calibrated_run_is_fitted_on_what_the_model_said(study: Any) -> None:
    extract(study)
    study("evaluate", "latest", "gold.csv", "--save-calibration")
    first = json.loads(Path("codebook.calibration.json").read_text(encoding="utf-8"))
    extract(study)
    study("evaluate", "latest", "gold.csv", "--save-calibration")
    second = json.loads(Path("codebook.calibration.json").read_text(encoding="utf-8"))
    assert second["brier"] == first["brier"]
    assert second["pooled"] == first["pooled"]


def test_a_calibration_from_another_place(study: Any) -> None:
    extract(study)
    study("evaluate", "latest", "gold.csv", "--calibration-file", "kept.json")
    assert not Path("codebook.calibration.json").exists()
    raw = confidences(study)
    extract(study, "--calibration", "kept.json")
    assert confidences(study) != raw


def test_one_that_does_not_fit(study: Any) -> None:
    extract(study)
    study("evaluate", "latest", "gold.csv", "--save-calibration")
    other = study.extract("--form", "value", "--worked", "0")
    assert other.code == 0
    assert "codebook.calibration.json does not fit, it was made with another examples" in other.err
    named = study.extract("--form", "value", "--worked", "0", "--calibration", "codebook.calibration.json")
    assert named.code == 2
    assert "does not fit" in named.err
    both = study.extract("--calibration", "codebook.calibration.json", "--no-calibration")
    assert both.code == 2
