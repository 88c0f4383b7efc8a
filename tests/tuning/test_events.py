"""The history of a training."""

from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis.errors import OutputError
from epicrisis.tuning.events import HISTORY, Journal, read_history


def test_events_are_written_as_they_happen_and_told(tmp_path: Path) -> None:
    told: list[object] = []
    journal = Journal(tmp_path, told.append)
    journal.stage("loading")
    journal.tell("step", step=1, loss=0.5)
    assert read_history(tmp_path) == [
        {"event": "stage", "stage": "loading"},
        {"event": "step", "step": 1, "loss": 0.5},
    ]
    assert told == read_history(tmp_path)
    with (tmp_path / HISTORY).open("a") as file:
        file.write('{"event": "st')
    assert len(read_history(tmp_path)) == 2


def test_a_folder_that_is_gone_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    assert read_history(tmp_path / "none") == []
    with pytest.raises(OutputError, match="history cannot be written") as caught:
        Journal(tmp_path / "none").note("words")
    assert "goes on from the last checkpoint" in (caught.value.hint or "")
