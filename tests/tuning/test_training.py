"""The learning rate, and what the loss is on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.tuning.encoding import Encoded
from epicrisis.tuning.settings import Precision, Schedule, TuningSettings
from epicrisis.tuning.training import Training, rate


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


@pytest.fixture
def training(tiny_base: Path, tmp_path: Path) -> Callable[..., Training]:
    """A training of a tiny model with validation reports of so many tokens, of which the last are learned."""
    torch = pytest.importorskip("torch")
    from epicrisis.tuning.base import find_base
    from epicrisis.tuning.checkpoint import Checkpoints
    from epicrisis.tuning.events import Journal
    from epicrisis.tuning.lora import base_with_lora
    from epicrisis.tuning.training import Machine, Training

    def make(lengths: Sequence[tuple[int, int]], **settings: Any) -> Training:
        torch.set_num_threads(1)
        chosen = TuningSettings(rank=2, precision=Precision.FLOAT32, **settings)
        machine = Machine(torch.device("cpu"), torch.float32)
        drawn = torch.Generator().manual_seed(1)
        examples = [
            Encoded(f"r{place}", tuple(torch.randint(3, 250, (length,), generator=drawn).tolist()), answer)
            for place, (length, answer) in enumerate(lengths)
        ]
        made = Training(
            base_with_lora(find_base(str(tiny_base)), chosen, machine),
            chosen,
            machine,
            examples,
            examples,
            score=lambda _: None,
            checkpoints=Checkpoints(tmp_path, "this"),
            fingerprint="this",
            journal=Journal(tmp_path),
        )
        made.examples = examples  # type: ignore[attr-defined]
        return made

    return make


@pytest.mark.parametrize("batch", [1, 3])
def test_the_loss_is_that_of_the_answers_alone(training: Callable[..., Any], batch: int) -> None:
    """As transformers computes it of each example by itself, with its own shift and mask."""
    import torch

    made = training([(40, 30), (17, 16), (33, 1), (64, 50)], batch=batch)
    total, count = 0.0, 0
    with torch.no_grad():
        for one in made.examples:
            labels = [-100] * one.answer + list(one.tokens[one.answer :])
            loss = made._model(input_ids=torch.tensor([one.tokens]), labels=torch.tensor([labels])).loss
            total += float(loss) * one.learned
            count += one.learned
    assert made.validation_loss() == pytest.approx(total / count, rel=1e-4)


def test_the_gradient_is_that_of_the_mean_over_a_step(training: Callable[..., Any]) -> None:
    """However a step is divided into batches, every answer token counts the same."""
    import torch

    def moved(**settings: Any) -> Any:
        made = training([(40, 30), (17, 16), (33, 10), (64, 20)], warmup=0.0, epochs=1, **settings)
        made.run(until=1)
        return torch.cat([one.detach().flatten() for one in made._weights])

    assert torch.allclose(moved(batch=4), moved(batch=1, accumulate=4), atol=1e-5)
