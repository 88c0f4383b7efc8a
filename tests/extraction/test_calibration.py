"""Calibrations: read, applied, and passed over where they say nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import CodebookError
from epicrisis.extraction.answer import Answer, Evidence, Extraction, Grade, Status, Usage
from epicrisis.extraction.calibration import Asking, Calibration, beside

ASKING = Asking.of("tiny", "sha256:1", "1", {"form": "value", "examples": 2, "seed": 0})

#: A file as it was written before curves could be combined.
EARLIER = """{
  "method": "platt",
  "variables": {"side": {"method": "platt", "slope": 0.5, "intercept": 0.0, "n": 60}},
  "pooled": {"method": "platt", "slope": 0.9, "intercept": -0.3, "n": 200},
  "codebook": "kidney", "codebook_digest": "abc", "cells": 200, "reports": 50,
  "brier": [0.2, 0.1], "ece": [0.2, 0.05], "gold": "gold.csv", "created": "2025-01-01T00:00:00+00:00",
  "run": "r1",
  "asking": {"model": "tiny", "digest": null, "prompt_version": "1", "options": {"form": "value"}}
}"""


def calibration(**change: Any) -> Calibration:
    fields: dict[str, Any] = {
        "method": "isotonic",
        "variables": {"side": {"method": "isotonic", "points": [[0.2, 0.1], [0.6, 0.5], [1, 0.9]], "n": 100}},
        "pooled": {"method": "platt", "slope": 0.5, "intercept": 0.0, "n": 200},
        "codebook": "kidney",
        "codebook_digest": "abc",
        "cells": 200,
        "reports": 50,
        "brier": (0.2, 0.1),
        "ece": (0.2, 0.05),
        "asking": ASKING,
    }
    return Calibration.model_validate({**fields, **change})


def sure(confidence: float | None, grade: Grade | None = Grade.EXACT, votes: float | None = None) -> Answer:
    evidence = None if grade is None else Evidence("links", 3, 8, grade)
    return Answer(Status.STATED, "left", evidence, confidence, votes=votes)


class TestApplied:
    @pytest.mark.parametrize(
        ("confidence", "probability"),
        [(0.0, 0.1), (0.2, 0.1), (0.4, 0.3), (0.6, 0.5), (0.8, 0.7), (1.0, 0.9)],
    )
    def test_an_isotonic_curve_is_straight_between_its_points_and_level_outside(
        self, confidence: float, probability: float
    ) -> None:
        assert calibration().apply("side", sure(confidence)) == pytest.approx(probability)

    def test_a_variable_without_a_curve_has_the_pooled_one(self) -> None:
        # logit(0.9) / 2 = ln 3: odds of 3 to 1.
        assert calibration().apply("normal", sure(0.9)) == pytest.approx(0.75)

    def test_without_curves_confidence_stays(self) -> None:
        assert calibration(method="raw", variables={}, pooled=None).apply("side", sure(0.37)) == 0.37

    def test_a_combined_curve_looks_at_the_whole_answer(self) -> None:
        # Odds of 3 to 1 from the confidence; half of them where the quote was not found as it stands.
        half = {"method": "combined", "intercept": 0.0, "slope": 0.5, "votes": 2.0, "n": 10_000}
        half["footing"] = {"fuzzy": -math.log(2), "none": -math.log(3), "silent": math.log(2)}
        found = calibration(method="combined", variables={}, pooled=half)
        assert found.apply("side", sure(0.9)) == pytest.approx(0.75)
        assert found.apply("side", sure(0.9, Grade.NORMALISED)) == pytest.approx(0.75)
        assert found.apply("side", sure(0.9, Grade.FUZZY)) == pytest.approx(0.6)
        assert found.apply("side", sure(0.9, None)) == found.apply("side", sure(0.9, Grade.NONE))
        assert found.apply("side", sure(0.9, None)) == pytest.approx(0.5)
        silence = Answer(Status.NOT_MENTIONED, confidence=0.9)
        assert found.apply("side", silence) == pytest.approx(6 / 7)
        # Half of the samples agree, each with 0.9: what is lost is the votes' weight, and nothing twice.
        assert found.apply("side", sure(0.45, votes=0.5)) == pytest.approx(3 / (3 + math.e))
        assert found.apply("side", sure(0.9, votes=1.0)) == pytest.approx(0.75)
        assert found.apply("side", sure(None)) is None

    def test_all_else_of_an_extraction_stays(self) -> None:
        inner = [{"size": Answer(Status.STATED, 1, confidence=0.9)}]
        before = Extraction(
            "r1",
            {
                "side": Answer(Status.STATED, "left", confidence=0.6, notes=("seen",), votes=1.0),
                "normal": Answer(Status.FAILED, notes=("refused",)),
                "lesions": Answer(Status.STATED, inner, confidence=0.9),
            },
            Usage(1, 100),
        )
        after = calibration().applied(before)
        assert after.answers["side"] == Answer(
            Status.STATED, "left", confidence=pytest.approx(0.5), notes=("seen",), votes=1.0
        )
        assert after.answers["normal"] == before.answers["normal"]
        assert after.answers["lesions"].value == inner
        assert after.answers["lesions"].confidence == pytest.approx(0.75)
        assert after.usage == before.usage
        assert before.answers["side"].confidence == 0.6


class TestFits:
    def test_same_codebook_and_asking(self) -> None:
        assert calibration().fits("abc", ASKING)

    def test_what_does_not_change_confidences_may_differ(self) -> None:
        other = Asking.of("another name", "sha256:1", "1", {"form": "value", "examples": 2, "seed": 7})
        assert calibration().fits("abc", other)

    @pytest.mark.parametrize(
        ("asking", "reason"),
        [
            (Asking.of("tiny", "sha256:2", "1", {"form": "value", "examples": 2}), "the model tiny"),
            (Asking.of("tiny", "sha256:1", "2", {"form": "value", "examples": 2}), "wording"),
            (Asking.of("tiny", "sha256:1", "1", {"form": "quote_value", "examples": 2}), "another form"),
            (
                Asking.of("tiny", "sha256:1", "1", {"form": "value", "examples": 2, "shots": {"count": 3}}),
                "another shots",
            ),
        ],
    )
    def test_another_way_of_asking(self, asking: Asking, reason: str) -> None:
        assert reason in str(calibration().mismatch("abc", asking))
        assert not calibration().fits("abc", asking)

    def test_a_server_is_known_by_the_model_it_names(self) -> None:
        served = Asking.of("big", None, "1", {})
        assert calibration(asking=served).fits("abc", Asking.of("big", None, "1", {}))
        assert not calibration(asking=served).fits("abc", Asking.of("bigger", None, "1", {}))

    def test_another_codebook_or_no_model(self) -> None:
        assert "codebook" in str(calibration().mismatch("abd", ASKING))
        assert "which model" in str(calibration(asking=None).mismatch("abc", ASKING))


class TestFile:
    def test_it_comes_back(self, tmp_path: Path) -> None:
        path = tmp_path / "kidney.calibration.json"
        path.write_text(json.dumps(calibration().as_dict()), encoding="utf-8")
        assert Calibration.load(path) == calibration()

    def test_so_does_a_combined_one(self, tmp_path: Path) -> None:
        curve = {"method": "combined", "intercept": -0.1, "slope": 0.7, "n": 90, "footing": {"none": -1.5}}
        path = tmp_path / "kidney.calibration.json"
        kept = calibration(method="combined", variables={"side": curve}, pooled={**curve, "votes": 0.25})
        path.write_text(json.dumps(kept.as_dict()), encoding="utf-8")
        assert Calibration.load(path) == kept

    def test_one_of_an_earlier_version(self, tmp_path: Path) -> None:
        path = tmp_path / "kidney.calibration.json"
        path.write_text(EARLIER, encoding="utf-8")
        found = Calibration.load(path)
        assert found.method == "platt"
        assert found.apply("side", sure(0.9, None, 0.9)) == pytest.approx(0.75)

    def test_beside_the_codebook(self) -> None:
        assert beside(Path("study/kidney.yaml")) == Path("study/kidney.calibration.json")
        assert beside(Path("study/codebook.yaml")) == Path("study/codebook.calibration.json")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[1]",
            '{"method": "isotonic"}',
            json.dumps(
                calibration().as_dict()
                | {"pooled": {"method": "isotonic", "points": [[0.5, 0.5], [0.4, 0.6]], "n": 9}}
            ),
            json.dumps(
                calibration().as_dict()
                | {"pooled": {"method": "isotonic", "points": [[0.4, 0.6], [0.5, 0.5]], "n": 9}}
            ),
            json.dumps(calibration().as_dict() | {"pooled": {"method": "isotonic", "points": [], "n": 9}}),
            json.dumps(
                calibration().as_dict() | {"pooled": {"method": "platt", "slope": -1, "intercept": 0, "n": 9}}
            ),
            json.dumps(
                calibration().as_dict()
                | {
                    "pooled": {
                        "method": "combined",
                        "slope": 1,
                        "intercept": 0,
                        "n": 9,
                        "footing": {"odd": 1},
                    }
                }
            ),
        ],
    )
    def test_what_is_no_calibration(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "kidney.calibration.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CodebookError) as error:
            Calibration.load(path)
        assert error.value.path == str(path)
        assert "--no-calibration" in str(error.value.hint)

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        with pytest.raises(CodebookError, match="cannot be read"):
            Calibration.load(tmp_path)
