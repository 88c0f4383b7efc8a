"""Checkpoints: whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from epicrisis.errors import OptionError, OutputError  # noqa: E402
from epicrisis.tuning.checkpoint import Checkpoints, Progress  # noqa: E402


def saved(folder: Path, step: int, fingerprint: str = "this") -> Progress:
    progress = Progress(fingerprint, epoch=1, done=2, step=step, history=[{"epoch": 1}])
    weights = {"a": torch.full((2, 3), float(step))}
    Checkpoints(folder, fingerprint).save(
        progress, weights, {"a": torch.zeros(2, 3)}, {"random": torch.tensor([step])}
    )
    return progress


def test_the_last_is_found_as_it_was(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path, "this").last() is None
    saved(tmp_path, 5)
    progress = saved(tmp_path, 12)
    kept = Checkpoints(tmp_path, "this").last()
    assert kept is not None
    assert kept.progress == progress
    assert torch.equal(kept.weights["a"], torch.full((2, 3), 12.0))
    assert torch.equal(kept.best["a"], torch.zeros(2, 3))
    assert kept.state["random"].tolist() == [12]
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000012"]


def test_another_training_in_the_folder_is_refused(tmp_path: Path) -> None:
    saved(tmp_path, 5)
    with pytest.raises(OptionError, match="other reports, settings or another base"):
        Checkpoints(tmp_path, "that").last()
    Checkpoints(tmp_path, "that").clear()
    assert Checkpoints(tmp_path, "that").last() is None


def test_of_several_at_one_step_the_last_counts(tmp_path: Path) -> None:
    """Stopped again while choosing, before any further step."""
    for epoch in (1, 2, 3):
        progress = Progress("this", epoch=epoch, step=12)
        state = {"random": torch.tensor([0])}
        Checkpoints(tmp_path, "this").save(progress, {"a": torch.zeros(1)}, {"a": torch.zeros(1)}, state)
        kept = Checkpoints(tmp_path, "this").last()
        assert kept is not None
        assert kept.progress.epoch == epoch
        assert len(list(tmp_path.iterdir())) == 1


def test_one_that_was_being_written_counts_as_none(tmp_path: Path) -> None:
    saved(tmp_path, 5)
    half = tmp_path / ".checkpoint-being-written"
    half.mkdir()
    (half / "weights.safetensors").write_bytes(b"half")
    kept = Checkpoints(tmp_path, "this").last()
    assert kept is not None
    assert kept.progress.step == 5
    saved(tmp_path, 6)
    assert not half.exists()


@pytest.mark.parametrize("name", ["weights.safetensors", "best.safetensors", "state.pt", "progress.json"])
def test_a_damaged_one_is_passed_over(tmp_path: Path, name: str) -> None:
    saved(tmp_path, 5)
    damaged = tmp_path / "checkpoint-00000009"
    (tmp_path / "checkpoint-00000005").rename(damaged)
    saved_before = tmp_path / "checkpoint-00000004"
    saved_before.mkdir()
    for path in damaged.iterdir():
        (saved_before / path.name).write_bytes(path.read_bytes())
    (damaged / name).write_bytes(b"\\x00\\x01")
    kept = Checkpoints(tmp_path, "this").last()
    assert kept is not None
    assert torch.equal(kept.weights["a"], torch.full((2, 3), 5.0))


@pytest.mark.parametrize("fails", ["save_file", "torch.save"])
def test_a_full_disk_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    saved(tmp_path, 5)

    def full(_: Any, path: Path, **__: Any) -> None:
        Path(path).write_bytes(b"begun")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("torch.save" if fails == "torch.save" else "safetensors.torch.save_file", full)
    with pytest.raises(
        OutputError, match="after step 6 cannot be written: No space left on device"
    ) as caught:
        saved(tmp_path, 6)
    assert "give the same command again" in (caught.value.hint or "")
    monkeypatch.undo()
    kept = Checkpoints(tmp_path, "this").last()
    assert kept is not None
    assert kept.progress.step == 5
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000005"]
