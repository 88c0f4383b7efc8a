"""An adapter's folder is one training's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis.errors import OptionError, OutputError
from epicrisis.runs.lock import FileLock
from epicrisis.tuning.folder import alone_in, clear


def test_a_folder_is_made_and_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "liver-1"
    with alone_in(folder):
        assert folder.is_dir()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["README.md", "adapter_model.safetensors", "reports.csv"])
def test_files_of_something_else_are_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(OptionError, match="files that no training wrote"), alone_in(tmp_path):
        pass
    with pytest.raises(OptionError, match="files that no training wrote"):
        clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["card.json", "history.jsonl", "checkpoint-00000003", "sweep", "curve"])
def test_a_training_knows_its_own(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "README.md").touch()
    with alone_in(tmp_path):
        pass


def test_one_at_a_time(tmp_path: Path) -> None:
    # A lock of this process, as another one would hold it.
    with (
        alone_in(tmp_path),
        pytest.raises(OptionError, match="Another program is training"),
        alone_in(tmp_path),
    ):
        pass
    assert FileLock(tmp_path / ".tuning.lock").acquire()


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(OutputError), alone_in(tmp_path / "taken"):
        pass
