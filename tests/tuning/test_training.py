"""The learning rate, and what is said when memory does not suffice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.tuning.settings import PRESETS, Preset, Schedule, TuningSettings
from epicrisis.tuning.training import out_of_memory, rate


@given(
    steps=st.integers(1, 400),
    warmup=st.floats(0, 0.5),
    schedule=st.sampled_from(Schedule),
    highest=st.floats(1e-6, 1e-1),
)
def test_the_rate_rises_to_its_highest_and_never_above(
    steps: int, warmup: float, schedule: Schedule, highest: float
) -> None:
    settings = TuningSettings(warmup=warmup, schedule=schedule, learning_rate=highest)
    rates = [rate(settings, step, steps) for step in range(steps)]
    assert all(0 < one <= highest * (1 + 1e-9) for one in rates)
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_the_schedules() -> None:
    half = {
        schedule: rate(TuningSettings(schedule=schedule, warmup=0.0, learning_rate=1.0), 50, 100)
        for schedule in Schedule
    }
    assert half == {
        Schedule.COSINE: pytest.approx(0.5),
        Schedule.LINEAR: pytest.approx(0.5),
        Schedule.CONSTANT: 1.0,
    }
    assert rate(TuningSettings(warmup=0.0, learning_rate=1.0), 75, 100) == pytest.approx(0.146447, abs=1e-6)
    assert rate(TuningSettings(warmup=0.1, learning_rate=1.0), 4, 100) == pytest.approx(0.5)


def test_memory() -> None:
    told = out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate"), PRESETS[Preset.GPU])
    assert isinstance(told, OptionError)
    assert "--batch 8 --accumulate 2" in (told.hint or "")
    assert "--checkpointing" not in (told.hint or "")
    assert "--checkpointing" in (out_of_memory(MemoryError(), TuningSettings(batch=1)).hint or "")  # type: ignore[attr-defined]
    other = RuntimeError("shapes do not match")
    assert out_of_memory(other, TuningSettings()) is other


@pytest.mark.parametrize(
    "wrong",
    [
        {"rank": 0},
        {"epochs": 0},
        {"batch": -1},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"dropout": 1.0},
        {"warmup": -0.1},
        {"patience": -1},
        {"targets": ()},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        TuningSettings().with_(**wrong).check()
    TuningSettings().check()


def test_the_digest_is_of_what_changes_the_result() -> None:
    settings = TuningSettings()
    assert settings.with_(threads=7, device="cpu").digest == settings.digest
    assert settings.with_(seed=7).digest != settings.digest
    assert settings.with_(rank=None, seed=None) == settings
