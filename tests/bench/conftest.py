"""The measurements are programs beside the package: they are imported from their folder."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Gives a module of ``bench/`` by name."""
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module
