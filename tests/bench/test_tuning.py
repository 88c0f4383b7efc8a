"""The table of trained and prompted models, and the machine's own limit."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

Bench = Callable[[str], ModuleType]


def scored(value: float) -> dict[str, Any]:
    return {"score": value, "low": value - 0.1, "high": value + 0.1}


def test_rows_measured_before_stay(bench: Bench) -> None:
    tuning = bench("tuning")
    before = [
        {"task": 103, "zero-shot": scored(0.2), "training": {"seconds": 60.0}, "of_matmul": 0.3},
        {"task": 101, "tuned": scored(0.9), "training": {"seconds": 1.0}},
    ]
    again = tuning.with_row(before, {"task": 103, "training": {"seconds": 30.0}, "tuned": scored(0.8)})
    assert [row["task"] for row in again] == [101, 103]
    # Another training: what the machine did in the former one is not this one's.
    assert again[1] == {
        "task": 103, "zero-shot": scored(0.2), "training": {"seconds": 30.0}, "tuned": scored(0.8),
    }  # fmt: skip
    prompted = tuning.with_row(again, {"task": 103, "zero-shot": scored(0.3)})
    assert prompted[1]["tuned"] == scored(0.8)
    assert prompted[1]["zero-shot"] == scored(0.3)


def test_the_table_has_the_machine_where_it_was_measured(bench: Bench) -> None:
    tuning = bench("tuning")
    training = {"seconds": 120.0, "tokens": 60_000}
    rows = [
        {"task": 101, "metric": "AUC", "tuned": scored(0.9), "training": training},
        {
            "task": 103, "metric": "linear kappa", "tuned": scored(0.8), "training": training,
            "of_matmul": 0.251, "peak_memory": 3.5e9,
        },
    ]  # fmt: skip
    first, second, mean = tuning.table(rows).splitlines()[1:]
    assert "0.900 (0.800-1.000)" in first
    assert "GB" not in first
    assert second.split()[-5:] == ["2.0", "500", "25.1%", "3.5", "GB"]
    assert "0.850" in mean


def test_some_cases_are_always_the_same(bench: Bench) -> None:
    tuning = bench("tuning")
    cases = list(range(100))
    assert tuning.some(cases, 5) == tuning.some(cases, 5) != cases[:5]
    assert tuning.some(cases, None) is cases


def test_the_limit_and_the_memory_of_this_machine(bench: Bench) -> None:
    torch = pytest.importorskip("torch")
    hardware = bench("hardware")
    cpu = torch.device("cpu")
    assert hardware.matrix_product_limit(cpu, torch.float32, seconds=0.0) == 0.0
    hardware.forget_peak_memory(cpu)
    before = hardware.peak_memory(cpu)
    size = 64 << 20
    with mmap.mmap(-1, size) as taken:  # not of the heap, which may have kept as much
        taken.write(b"1" * size)
    assert hardware.peak_memory(cpu) - before > 0.9 * size
