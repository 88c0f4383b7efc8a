"""What is said when memory does not suffice."""

from __future__ import annotations

import pytest

from epicrisis.errors import OptionError
from epicrisis.tuning.memory import is_about_memory, memory_advice, out_of_memory
from epicrisis.tuning.settings import PRESETS, Preset, TuningSettings


def test_it_names_settings_that_need_less() -> None:
    told = out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate"), PRESETS[Preset.GPU])
    assert isinstance(told, OptionError)
    assert "--batch 8 --accumulate 2" in (told.hint or "")
    assert "--checkpointing (" not in (told.hint or "")
    told = out_of_memory(MemoryError(), TuningSettings(batch=1))
    assert isinstance(told, OptionError)
    assert "--checkpointing (" in (told.hint or "")
    assert "--batch" not in (told.hint or "")


def test_a_step_keeps_its_examples() -> None:
    told = out_of_memory(MemoryError(), TuningSettings(batch=5, accumulate=2))
    assert isinstance(told, OptionError)
    assert "--batch 2 --accumulate 5" in (told.hint or "")


def test_other_errors_are_left_alone() -> None:
    other = RuntimeError("shapes do not match")
    assert out_of_memory(other, TuningSettings()) is other
    assert not is_about_memory(ValueError("allocated"))
    with pytest.raises(RuntimeError, match="shapes"), memory_advice(TuningSettings()):
        raise other
