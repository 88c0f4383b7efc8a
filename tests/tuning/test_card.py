"""The card says what was measured, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.tuning.card import readme


def card(**changed: Any) -> dict[str, Any]:
    estimate = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 10, "note": None}
    bare = {"value": None, "low": None, "high": None, "n": 0, "note": "not defined"}
    row = {"metric": "micro_accuracy", "before": estimate, "after": estimate, "difference": bare}
    found: dict[str, Any] = {
        "name": "liver-1",
        "created": "2026-01-02T03:04:05+00:00",
        "epicrisis": "0.1.0",
        "base": {"name": "tiny", "digest": "sha256:ab", "licence": None},
        "codebook": {"name": "liver", "version": "1"},
        "data": {
            "gold": "gold.csv",
            "digest": "sha256:cd",
            "dropped": [{"why": "longer than the maximum", "count": 3}],
            "augmentation": ["decimals"],
            "silver": {"trained_on": 12},
            **{part: {"count": 4, "patients": 3} for part in ("train", "validation", "test")},
        },
        "training": {
            "epochs": 2,
            "steps": 10,
            "tokens": 12345,
            "seconds": 90.0,
            "choosing_seconds": 30.0,
            "device": "cpu (bfloat16)",
            "best_epoch": 2,
            "history": [{"epoch": 1, "loss": 1.5, "validation_loss": 1.25, "score": None}],
        },
        "metrics": {
            "reports": 4,
            "through": "llama.cpp",
            **row,
            "variables": [{**row, "name": "lesions", "metric": "r_smape"}],
        },
        "agreement": {"positions": 8, "mean": 0.01, "largest": 0.1, "tolerance": 0.2, "without_adapter": 4.0},
        "settings": {
            "rank": 16,
            "alpha": 32.0,
            "dropout": 0.0,
            "targets": ["q_proj"],
            "learning_rate": 0.001,
            "schedule": "cosine",
            "batch": 8,
            "accumulate": 1,
            "seed": 0,
        },
        "notes": ["The licence of tiny is not known."],
    }
    return {**found, **changed}


def test_everything_is_said() -> None:
    text = readme(card())
    for words in (
        "| all cells | micro accuracy | 0.500 (0.400 to 0.600) | 0.500 (0.400 to 0.600) | - |",
        "| lesions | R-SMAPE |",
        "3 reports (longer than the maximum)",
        "Augmentation: decimals.",
        "Silver reports in training: 12.",
        "differ by 0.0100 on average over 8 positions",
        "- The licence of tiny is not known.",
        "12,345 tokens, 1.5 minutes on cpu (bfloat16)",
        "the best on the validation part, which took 0.5 minutes to ask about.",
        "| 1 | 1.5000 | 1.2500 | - |",
        "licence not known",
    ):
        assert words in text
    assert "license:" not in text


def test_what_was_not_measured_is_not_claimed() -> None:
    text = readme(
        card(metrics=None, agreement=None, base={"name": "tiny", "digest": "x", "licence": "Apache-2.0"})
    )
    assert "Not measured: the test part was not asked about." in text
    data = {**card()["data"], "test": {"count": 0, "patients": 0}}
    assert "Not measured: there was no test part." in readme(card(metrics=None, data=data))
    assert "was not compared with transformers" in text
    assert "license: apache-2.0" in text
    assert "0.500" not in text


def test_a_card_of_an_earlier_version_is_read() -> None:
    training = {name: value for name, value in card()["training"].items() if name != "choosing_seconds"}
    assert "the best on the validation part.\n" in readme(card(training=training))


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_the_parts_are_there(part: str) -> None:
    assert f"| {part} | 4 | 3 |" in readme(card())
