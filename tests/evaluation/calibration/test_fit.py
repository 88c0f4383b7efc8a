"""Calibrations fitted, saved beside the codebook, and applied by the next run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import epicrisis
from epicrisis.api import open_run
from epicrisis.codebook import load
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import OptionError, OutputError
from epicrisis.evaluation.calibration import fit, reliability, save
from epicrisis.evaluation.pairing import Paired
from epicrisis.evaluation.resampling import Resampler
from epicrisis.extraction.answer import Answer, Status
from epicrisis.extraction.calibration import Calibration
from epicrisis.runs.run import StoredRun

Make = Callable[..., Paired]
CODEBOOK = """\
name: kidney
variables:
  - name: normal
    kind: boolean
    definition: Whether the kidney is called normal.
"""


class TestFit:
    def test_the_method_of_the_lowest_brier_is_taken(self, simulated: Make) -> None:
        paired = simulated(150, 3, power=4)
        tried = {one.method: one for one in reliability(paired, Resampler(150, draws=20))}
        best = min(tried.values(), key=lambda one: one.brier.value or 1)
        calibration = fit(paired, gold="gold.csv")
        assert calibration.method == best.method != "raw"
        assert calibration.brier == pytest.approx((tried["raw"].brier.value, best.brier.value))
        assert calibration.ece == pytest.approx((tried["raw"].ece.value, best.ece.value))
        assert (calibration.cells, calibration.reports, calibration.gold) == (450, 150, "gold.csv")
        assert set(calibration.variables) == {"a", "b", "c"}
        assert {curve.method for curve in calibration.variables.values()} == {calibration.method}
        assert calibration.codebook_digest == paired.codebook.digest
        # Right as often as confidence to the fourth: 0.4 at 0.8.
        assert calibration.apply("a", Answer(Status.INFERRED, True, confidence=0.8)) == pytest.approx(
            0.8**4, abs=0.15
        )

    def test_confidences_that_are_right_already_stay(self, paired: Make) -> None:
        # In steps of a tenth, exactly as often right as they say: no curve can do better.
        generator = np.random.default_rng(0)
        rows = [[(tenth / 10, place < tenth)] for tenth in range(1, 10) for place in range(10)] * 4
        generator.shuffle(rows)
        calibration = fit(paired(rows))
        assert calibration.method == "raw"
        assert calibration.pooled is None
        assert calibration.apply("a", Answer(Status.STATED, True, confidence=0.3)) == 0.3
        assert calibration.brier[0] == calibration.brier[1]

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([[(0.9, True)]] * 30 + [[(0.5, False)]] * 10, "30 right and 10 wrong"),
            ([[(0.9, True)]] * 80, "80 right and 0 wrong"),
            ([[(None, True)]] * 80, "No scored answer has a confidence"),
        ],
    )
    def test_too_little_to_go_by(self, paired: Make, rows: list[Any], reason: str) -> None:
        with pytest.raises(OptionError, match=reason):
            fit(paired(rows))


class TestSave:
    @pytest.fixture
    def study(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.delenv("EPICRISIS_STORE", raising=False)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "kidney.yaml").write_text(CODEBOOK, encoding="utf-8")
        return tmp_path

    def calibration(self, simulated: Make) -> Calibration:
        digest = load(Path("kidney.yaml")).digest
        return fit(simulated(150, power=4)).model_copy(update={"codebook_digest": digest})

    def run(self, codebook: Any = "kidney.yaml", seed: int = 0, **options: Any) -> StoredRun:
        engine = ScriptedEngine.from_schema(seed)
        return epicrisis.extract([("r1", "The kidney is normal.")], codebook, engine, **options)

    def test_beside_the_codebook_and_found_by_the_next_run(self, study: Path, simulated: Make) -> None:
        calibration = self.calibration(simulated)
        run = self.run()
        path = save(calibration, run)
        assert path.resolve() == study / "kidney.calibration.json"
        kept = Calibration.load(path)
        assert kept.run == run.id
        assert kept.asking is not None
        assert kept.asking.model == "from-schema-0"
        assert kept.variables == calibration.variables
        again = self.run()
        assert again.id == run.id
        assert again.manifest.calibration == kept.as_dict()
        assert "Confidences are calibrated" in again.manifest.sessions[-1].notes[0]
        assert self.run(calibration=False).manifest.calibration is None
        assert [one.name for one in study.iterdir() if "part" in one.name] == []

    def test_another_model_passes_it_over(self, study: Path, simulated: Make) -> None:
        save(self.calibration(simulated), self.run())
        other = self.run(seed=1)
        assert other.manifest.calibration is None
        assert "made with the model from-schema-0" in other.manifest.sessions[-1].notes[0]
        assert open_run().id == other.id

    def test_a_codebook_in_a_folder(self, study: Path, simulated: Make) -> None:
        folder = study / "kidney"
        folder.mkdir()
        (study / "kidney.yaml").rename(folder / "codebook.yaml")
        run = self.run("kidney/")
        path = save(fit(simulated(150, power=4)), run)
        assert path.resolve() == folder / "codebook.calibration.json"

    def test_a_shipped_codebook_keeps_nothing(self, study: Path, simulated: Make) -> None:
        run = self.run("brain-mri")
        with pytest.raises(OptionError, match="ships with epicrisis") as error:
            save(self.calibration(simulated), run)
        assert "--calibration-file" in str(error.value.hint)
        named = save(self.calibration(simulated), run, study / "brain.json")
        assert Calibration.load(named).run == run.id

    def test_a_codebook_without_a_file(self, study: Path, simulated: Make) -> None:
        calibration, run = self.calibration(simulated), self.run(load(Path("kidney.yaml")))
        with pytest.raises(OptionError, match="no file"):
            save(calibration, run)

    def test_a_codebook_that_is_gone(self, study: Path, simulated: Make) -> None:
        calibration, run = self.calibration(simulated), self.run()
        (study / "kidney.yaml").unlink()
        with pytest.raises(OptionError, match="not there any more"):
            save(calibration, run)

    def test_a_place_that_cannot_be_written(self, study: Path, simulated: Make) -> None:
        with pytest.raises(OutputError):
            save(self.calibration(simulated), self.run(), study / "missing" / "brain.json")
