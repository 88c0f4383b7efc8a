"""Sweeps and curves of trainings, on the disk."""

from __future__ import annotations

from pathlib import Path

from epicrisis.adapter import CARD
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.examples.example import Example
from epicrisis.extraction.answer import Status
from epicrisis.prompting.worked import WorkedExample
from epicrisis.report import Report
from epicrisis.tuning.data import Annotated, Parts
from epicrisis.tuning.events import HISTORY
from epicrisis.tuning.exploring import CURVE, SWEEP, learning_curve, sweep
from epicrisis.tuning.measured import Measured
from epicrisis.tuning.settings import TuningSettings


class Trainer:
    """In place of a training: higher ranks are better. It leaves a checkpoint as trainings do."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int | None]] = []

    def __call__(
        self, settings: TuningSettings, folder: Path, parts: Parts, /, *, until: int | None = None
    ) -> Measured:
        self.asked.append((settings.rank, len(parts.train), until))
        kept = folder / f"checkpoint-{len(self.asked):08}"
        kept.mkdir(parents=True)
        (kept / "progress.json").write_text(str(settings.rank))
        (folder / HISTORY).write_text(f"{len(parts.train)} reports\n")
        return Measured(settings.rank / 100)


def parts(count: int) -> Parts:
    def one(number: int) -> Annotated:
        report = Report(f"r{number}", f"Text {number}.")
        worked = WorkedExample(report.text, {})
        return Annotated(report, {"x": GoldCell(Status.STATED, 1)}, Example(worked))

    return Parts([one(number) for number in range(count)], [one(count)])


def test_the_best_trial_s_checkpoint_is_there_to_go_on_from(tmp_path: Path) -> None:
    trainer = Trainer()
    found = sweep(trainer, parts(3), "rank=2,4", TuningSettings(epochs=2), folder=tmp_path)
    assert found.settings.rank == 4
    assert {path.read_text() for path in tmp_path.glob("checkpoint-*/progress.json")} == {"4"}


def test_beside_a_finished_adapter_no_checkpoint_is_left(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text("{}")
    sweep(Trainer(), parts(3), "rank=2,4", TuningSettings(epochs=2), folder=tmp_path)
    assert list(tmp_path.glob("checkpoint-*")) == []


def test_a_fresh_sweep_forgets_what_trials_had_learned(tmp_path: Path) -> None:
    settings = TuningSettings(epochs=2)
    sweep(Trainer(), parts(3), "rank=2,4", settings, folder=tmp_path)
    # What they weighed is not kept.
    assert [path.name for path in (tmp_path / SWEEP).iterdir()] == ["sweep.json"]
    old = tmp_path / SWEEP / "old"
    old.touch()
    again = Trainer()
    sweep(again, parts(3), "rank=2,4", settings, folder=tmp_path)
    assert again.asked == []
    assert old.exists()
    sweep(again, parts(3), "rank=2,4", settings, folder=tmp_path, fresh=True)
    assert again.asked
    assert not old.exists()


def test_a_curve_trains_on_more_and_more(tmp_path: Path) -> None:
    trainer = Trainer()
    settings = TuningSettings()
    learning_curve(trainer, parts(40), settings, folder=tmp_path, sizes=(10, 20))
    assert [count for _, count, _ in trainer.asked] == [10, 20, 40]
    # The training of all reports is done: the adapter's own need only be written.
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-00000003"]
    assert (tmp_path / HISTORY).read_text() == "40 reports\n"
    assert {path.name for path in (tmp_path / CURVE).iterdir()} == {"curve.json", "curve.svg"}
    old = tmp_path / CURVE / "old"
    old.touch()
    learning_curve(trainer, parts(40), settings, folder=tmp_path, sizes=(10, 20), fresh=True)
    assert len(trainer.asked) == 6
    assert not old.exists()
