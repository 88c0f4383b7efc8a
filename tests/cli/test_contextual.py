"""``epicrisis extract --contextual-calibration``: what is kept of it, and where it cannot be had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from epicrisis.cli.exits import DONE, NOT_STARTED
from epicrisis.runs.run import StoredRun


def test_it_is_another_run(epicrisis: Any) -> None:
    epicrisis.engine._info = replace(epicrisis.engine.info, logprobs=True)
    epicrisis.extract()
    assert "contextual" not in StoredRun.open(None, "latest").manifest.options
    asked = epicrisis.extract("--contextual-calibration", "--no-second-look")
    assert asked.code == DONE
    assert "known before" not in asked.out
    run = StoredRun.open(None, "latest")
    assert run.manifest.options["contextual"] is True
    assert run.manifest.usage.requests == 3 + 3
    assert "3 known before" in epicrisis.extract("--contextual-calibration", "--no-second-look").out


def test_without_probabilities_nothing_is_asked(epicrisis: Any) -> None:
    result = epicrisis.extract("--contextual-calibration")
    assert result.code == NOT_STARTED
    assert "the engine gives none" in result.err
    assert not epicrisis.engine.asked
    result = epicrisis.extract("--contextual-calibration", "--no-confidence")
    assert result.code == NOT_STARTED
    assert "none are asked for" in result.err
    assert "--no-confidence" in result.err
