"""A calibration beside the codebook: recorded by runs, applied when they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import CodebookError, OptionError
from epicrisis.extraction.calibration import Asking, Calibration
from epicrisis.extraction.curves import CombinedCurve, IsotonicCurve, footing
from epicrisis.runs.calibrating import asking_of, choose

ASKING = Asking.of("first-word", None, "1", {"form": "value"})


def halving(digest: str, **change: Any) -> Calibration:
    fields: dict[str, Any] = {
        "method": "isotonic",
        "pooled": IsotonicCurve(points=((0.0, 0.0), (1.0, 0.5)), n=1000),
        "codebook": "Small Study",
        "codebook_digest": digest,
        "cells": 1000,
        "reports": 100,
        "brier": (0.2, 0.1),
        "ece": (0.2, 0.1),
        "gold": "gold.csv",
        "asking": ASKING,
    }
    return Calibration(**{**fields, **change})


@pytest.fixture
def codebook(bench: Any, tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text("name: Small Study", encoding="utf-8")
    return path


def keep(calibration: Calibration, path: Path) -> Path:
    path.write_text(json.dumps(calibration.as_dict()), encoding="utf-8")
    return path


class TestChoosing:
    def test_the_one_beside_the_codebook(self, bench: Any, codebook: Path) -> None:
        calibration = halving(bench.codebook.digest)
        keep(calibration, codebook.with_name("study.calibration.json"))
        chosen = choose(True, bench.codebook, codebook, ASKING)
        assert chosen.calibration == calibration
        assert chosen.notes == ("Confidences are calibrated with study.calibration.json, by gold.csv.",)

    def test_none_there_none_wanted_no_file(self, bench: Any, codebook: Path) -> None:
        assert choose(True, bench.codebook, codebook, ASKING).calibration is None
        keep(halving(bench.codebook.digest), codebook.with_name("study.calibration.json"))
        assert choose(False, bench.codebook, codebook, ASKING).notes == ()
        assert choose(False, bench.codebook, codebook, ASKING).calibration is None
        assert choose(True, bench.codebook, None, ASKING).calibration is None

    def test_one_that_does_not_fit_is_passed_over_with_a_note(self, bench: Any, codebook: Path) -> None:
        keep(halving("other"), codebook.with_name("study.calibration.json"))
        chosen = choose(True, bench.codebook, codebook, ASKING)
        assert chosen.calibration is None
        assert "study.calibration.json does not fit" in chosen.notes[0]

    def test_a_named_one_must_be_there_and_fit(self, bench: Any, codebook: Path, tmp_path: Path) -> None:
        named = tmp_path / "named.json"
        with pytest.raises(CodebookError, match="cannot be read"):
            choose(named, bench.codebook, None, ASKING)
        keep(halving("other"), named)
        with pytest.raises(OptionError, match=r"does not fit: .*another content"):
            choose(named, bench.codebook, codebook, ASKING)
        keep(halving(bench.codebook.digest), named)
        assert choose(named, bench.codebook, None, ASKING).calibration is not None


class TestRuns:
    def test_a_run_is_read_calibrated_or_raw(self, bench: Any) -> None:
        calibration = halving(bench.codebook.digest)
        bench.work(bench.reports(2), calibration=calibration, notes=("Calibrated.",))
        run = bench.run()
        for read in (
            [one.answers["first"].confidence for one in run],
            [one.extraction.answers["first"].confidence for one in run.records()],
            [run["r0"].answers["first"].confidence, run.extraction("r1").answers["first"].confidence],
        ):
            assert read == pytest.approx([0.375, 0.375])
        assert [one.extraction.answers["first"].confidence for one in run.records(raw=True)] == [0.75, 0.75]
        assert run.extraction("r0", raw=True).answers["first"].confidence == 0.75
        assert run["r0"].answers["words"].confidence is None
        assert run.manifest.calibration == calibration.as_dict()
        assert run.manifest.sessions[-1].notes == ["Calibrated."]

    def test_combined_by_what_each_answer_rests_on(self, bench: Any) -> None:
        curve = {"intercept": 0.0, "slope": 1.0, "footing": {"none": -1.0, "exact": 1.0}, "n": 1000}
        pooled = CombinedCurve.model_validate(curve)
        bench.work(
            bench.reports(1), calibration=halving(bench.codebook.digest, method="combined", pooled=pooled)
        )
        raw = bench.run().extraction("r0", raw=True).answers["first"]
        mended = bench.run()["r0"].answers["first"].confidence
        assert mended == pytest.approx(pooled(raw.confidence, raw.votes, footing(raw)))
        assert mended != pytest.approx(raw.confidence)

    def test_the_latest_call_decides_and_nothing_is_asked_twice(self, bench: Any) -> None:
        reports = bench.reports(3)
        first = bench.work(reports)
        assert bench.run()["r0"].answers["first"].confidence == 0.75
        assert bench.run().manifest.calibration is None
        second = bench.work(reports, calibration=halving(bench.codebook.digest))
        assert second.run_id == first.run_id
        assert len(bench.asked) == 3
        assert bench.run()["r0"].answers["first"].confidence == pytest.approx(0.375)
        bench.work(reports)
        assert bench.run()["r0"].answers["first"].confidence == 0.75

    def test_what_a_run_was_asked_with(self, bench: Any) -> None:
        bench.work(bench.reports(1))
        assert asking_of(bench.run().manifest) == ASKING
