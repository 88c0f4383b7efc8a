"""The measurement of reports asked at once, on a few reports: what it finds, not how fast."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Bench = Callable[[str], ModuleType]


def measured(bench: Bench, monkeypatch: pytest.MonkeyPatch, out: Path, *arguments: str) -> None:
    command = ["parallel.py", "--each", "3", "--rounds", "1", "--latency", "0.01", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", [*command, *arguments])
    bench("parallel").main()


def test_a_curve_of_two_points(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "parallel.json"
    measured(bench, monkeypatch, out, "--parallel", "1,2")
    measured(bench, monkeypatch, out, "--parallel", "2", "--logprobs", "3")
    found = json.loads(out.read_text())
    rows = found["scripted, 10 ms"]["rows"]
    assert [(row["parallel"], row["reports"]) for row in rows] == [(1, 3), (2, 6)]
    assert rows[0]["ratio"] == pytest.approx(1)
    for row in rows:
        assert row["requests_per_second"] == pytest.approx(row["reports_per_second"])
        assert row["seconds_per_request"] >= 0.01
        assert row["generated_per_second"] > 0
    # What the first command measured is there still.
    assert [row["parallel"] for row in found["scripted, 10 ms, 3 alternatives a token"]["rows"]] == [2]
    assert "|" in capsys.readouterr().out


def test_the_curve_shows_what_is_missing(bench: Bench) -> None:
    rows = [{"parallel": 1, "ratio": 1.0}, {"parallel": 4, "ratio": 2.0}]
    first, second = bench("parallel").drawn(rows).splitlines()
    assert first == "  1 ##########|"
    assert second == "  4 ####################                    |"
