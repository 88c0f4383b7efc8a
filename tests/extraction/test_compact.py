"""Answers without a space after commas: in what the model is shown, and in what it is asked for."""

from __future__ import annotations

from epicrisis.codebook import loads
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor
from epicrisis.report import Report

CODEBOOK = loads("""
name: two
variables:
  - {name: lesion, kind: boolean, definition: A lesion is seen.}
  - {name: side, kind: category, definition: Side., options: [left, right]}
""")


def test_the_model_is_shown_and_asked_for_it() -> None:
    engine = ScriptedEngine.from_schema(seed=1)
    usual = Extractor(CODEBOOK, engine, ExtractionOptions(second_look=False))
    compact = Extractor(CODEBOOK, engine, ExtractionOptions(second_look=False, compact=True))
    report = Report("R-1", "A lesion on the left.")
    shown = []
    for extractor in (usual, compact):
        extractor.extract(report)
        request = engine.requests[-1]
        shown.append([one.content for one in request.messages if one.role == "assistant"])
        assert request.compact is extractor.options.compact

    assert all('}, "side": ' in one for one in shown[0])
    assert all('},"side": ' in one for one in shown[1])
    assert len(shown[0]) == len(shown[1]) > 0


def test_it_makes_another_run_and_leaves_the_others_as_they_were() -> None:
    assert "compact" not in ExtractionOptions().as_dict()
    assert ExtractionOptions(compact=True).as_dict()["compact"] is True
