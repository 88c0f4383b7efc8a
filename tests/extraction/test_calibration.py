"""Calibrations: read, applied, and passed over where they say nothing."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import CodebookError
from epicrisis.extraction.answer import Answer, Extraction, Status, Usage
from epicrisis.extraction.calibration import Asking, Calibration, IsotonicCurve, PlattCurve, beside, within

ASKING = Asking.of("tiny", "sha256:1", "1", {"form": "value", "examples": 2, "seed": 0})


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


class TestApplied:
    @pytest.mark.parametrize(
        ("confidence", "probability"),
        [(0.0, 0.1), (0.2, 0.1), (0.4, 0.3), (0.6, 0.5), (0.8, 0.7), (1.0, 0.9)],
    )
    def test_an_isotonic_curve_is_straight_between_its_points_and_level_outside(
        self, confidence: float, probability: float
    ) -> None:
        assert calibration().apply("side", confidence) == pytest.approx(probability)

    def test_a_variable_without_a_curve_has_the_pooled_one(self) -> None:
        # logit(0.9) / 2 = ln 3: odds of 3 to 1.
        assert calibration().apply("normal", 0.9) == pytest.approx(0.75)

    def test_without_curves_confidence_stays(self) -> None:
        assert calibration(method="raw", variables={}, pooled=None).apply("side", 0.37) == 0.37

    def test_nothing_is_certain(self) -> None:
        step = IsotonicCurve(points=((0.1, 0.0), (0.9, 1.0)), n=8)
        assert step(0.0) == pytest.approx(0.1)
        assert step(1.0) == pytest.approx(0.9)
        steep = PlattCurve(slope=1000.0, intercept=0.0, n=98)
        assert steep(0.0) == pytest.approx(0.01)
        assert steep(1.0) == pytest.approx(0.99)
        assert within(0.5, 1) == 0.5

    def test_all_else_of_an_extraction_stays(self) -> None:
        inner = [{"size": Answer(Status.STATED, 1, confidence=0.9)}]
        before = Extraction(
            "r1",
            {
                "side": Answer(Status.STATED, "left", confidence=0.6, notes=("seen",)),
                "normal": Answer(Status.FAILED, notes=("refused",)),
                "lesions": Answer(Status.STATED, inner, confidence=0.9),
            },
            Usage(1, 100),
        )
        after = calibration().applied(before)
        assert after.answers["side"] == Answer(
            Status.STATED, "left", confidence=pytest.approx(0.5), notes=("seen",)
        )
        assert after.answers["normal"] == before.answers["normal"]
        assert after.answers["lesions"].value == inner
        assert after.answers["lesions"].confidence == pytest.approx(0.75)
        assert after.usage == before.usage
        assert before.answers["side"].confidence == 0.6

    @given(
        st.lists(st.floats(0, 1), min_size=1, max_size=8, unique=True),
        st.lists(st.floats(0, 1), min_size=8, max_size=8),
        st.integers(1, 1000),
        st.lists(st.floats(0, 1), min_size=2, max_size=5),
    )
    def test_curves_rise_and_stay_inside(
        self, xs: list[float], ys: list[float], n: int, asked: list[float]
    ) -> None:
        points = tuple(zip(sorted(xs), sorted(ys)[: len(xs)], strict=True))
        for curve in (IsotonicCurve(points=points, n=n), PlattCurve(slope=ys[0] * 9, intercept=ys[1], n=n)):
            values = [curve(one) for one in sorted(asked)]
            assert all(0 < value < 1 for value in values)
            assert all(right >= left - 1e-12 for left, right in pairwise(values))


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
