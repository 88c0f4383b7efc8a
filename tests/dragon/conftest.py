"""Small tasks of our own making, in the challenge's files; and where the real ones are, if they are here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parents[2]
_BENCH = Path(os.environ.get("EPICRISIS_BENCH") or _HERE.parent / "shared" / "bench")


@pytest.fixture(scope="session")
def dragon_folder() -> Path:
    """The challenge's own files, which are no part of this repository."""
    folder = _BENCH / "dragon"
    if not folder.is_dir():
        pytest.skip("the challenge's files are not here")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Write JSON (or text as it is) into a file of the test's folder."""

    def write_it(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return write_it


@pytest.fixture
def job(write: Callable[[str, Any], Path]) -> Callable[..., Path]:
    """Write a task's folder: ``job("Task106_sizes", "single_label_regression", training=[...])``."""

    def make(task_name: str, label: str, *, input_name: str = "text", **datasets: list[Any]) -> Path:
        folder = f"{task_name}-fold0"
        configuration = {
            "jobid": 1,
            "task_name": task_name,
            "input_name": input_name,
            "label_name": f"{label}_target",
            "recommended_truncation_side": "left",
            "version": "1.0",
        }
        path = write(f"{folder}/nlp-task-configuration.json", configuration)
        for name, cases in datasets.items():
            write(f"{folder}/nlp-{name}-dataset.json", cases)
        return path.parent

    return make
