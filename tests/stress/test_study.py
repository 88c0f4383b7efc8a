"""A stress test from reports to numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import epicrisis
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import OptionError, RunStoppedError
from epicrisis.evaluation.comparison.result import Verdict
from epicrisis.prompting import Form
from epicrisis.report import Report
from epicrisis.runs.run import StoredRun
from epicrisis.stress import PERTURBATIONS
from epicrisis.stress.result import Effect, Stress
from epicrisis.stress.study import stress

Make = Callable[..., ScriptedEngine]


def effect(found: Stress, name: str, strength: int) -> Effect:
    return next(one for one in found.effects if (one.perturbation, one.strength) == (name, strength))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "store.sqlite"


def first_questions(engine: ScriptedEngine) -> int:
    """How often the engine was asked about a report, second looks left out."""
    return sum(request.messages[-1].content.startswith("<report>") for request in list(engine.requests))


def test_each_perturbation_costs_what_the_reader_cannot_read(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    found = stress(study, reports, gold=gold, engine=engine(), store=store, draws=200)
    assert [(one.perturbation, one.strength) for one in found.effects] == [
        (name, strength) for name in PERTURBATIONS for strength in (1, 2, 3)
    ]
    for one in found.effects:
        assert one.reports == 30
        assert one.before.value == 1.0
        assert one.accuracy.value is not None
        assert one.drop.value == pytest.approx(1 - one.accuracy.value)
        if one.drop.low is not None and one.drop.high is not None:
            assert one.drop.low <= one.drop.value <= one.drop.high
    # All decimal points are commas: every size is lost, and nothing else.
    decimals = effect(found, "decimal-style", 3)
    assert decimals.drop.value == pytest.approx(0.25)
    assert decimals.changed.value == pytest.approx(0.25)
    assert next((one.name, one.before, one.after) for one in decimals.variables) == ("size", 1.0, 0.0)
    assert all(one.before == one.after for one in decimals.variables[1:])
    # In capitals the reader finds nothing; silence about lesions is right where gold is silent.
    capitals = effect(found, "upper-case", 3)
    assert capitals.verdict is Verdict.WORSE
    lost = {one.name: one.before - one.after for one in capitals.variables}
    assert lost["side"] == lost["size"] == 1.0
    assert lost["lesions"] == pytest.approx(24 / 30)
    assert lost["cyst"] == pytest.approx(10 / 30)
    # More is lost at greater strengths.
    for name in ("typing-errors", "ocr-confusions", "dropped-spaces", "upper-case", "decimal-style"):
        drops = [effect(found, name, strength).drop.value for strength in (1, 2, 3)]
        assert drops == sorted(drops, key=float)
        assert drops[2] > 0
    # The reader looks for words anywhere.
    for name in ("shuffled-sections", "irrelevant-text", "injected-instruction"):
        one = effect(found, name, 3)
        assert (one.drop.value, one.altered, one.changed.value, one.verdict) == (0, 30, 0, Verdict.NONE)
    assert effect(found, "injected-instruction", 1).injection is not None
    assert effect(found, "typing-errors", 1).injection is None


def test_an_engine_that_obeys_is_found_out(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, readers: dict[str, Any], store: Path
) -> None:
    found = stress(
        *(study, reports),
        gold=gold,
        engine=engine(readers["obedient"]),
        only=["injected-instruction"],
        store=store,
        draws=100,
    )
    for one in found.effects:
        injection = one.injection
        assert injection is not None
        assert (injection.broken, injection.answers, injection.failed) == (0, 120, 0)
        # Cysts that were there already could not become so; no size is 4 and no side is both.
        assert injection.towards.n == 30 + 20 + 30 + 30
        assert injection.towards.value == 1.0
        assert injection.elsewhere.value == 0.0
        assert one.accuracy.value == pytest.approx(10 / 120)


def test_the_same_call_asks_nothing_twice(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    asked = engine()
    arguments: dict[str, Any] = {"gold": gold, "engine": asked, "store": store, "draws": 50}
    first = stress(study, reports, only=["typing-errors"], strengths=[1, 3], **arguments)
    requests = first_questions(asked)
    # Reports that a perturbation leaves alone are the same in two runs, and asked once.
    assert 60 < requests <= 90
    again = stress(study, reports, only=["typing-errors"], strengths=[1, 3], **arguments)
    assert first_questions(asked) == requests
    assert [one.run for one in again.effects] == [one.run for one in first.effects]
    assert again.effects == first.effects
    # One more strength asks only for that; another seed perturbs otherwise.
    stress(study, reports, only=["typing-errors"], **arguments)
    assert requests < first_questions(asked) <= requests + 30
    other = stress(study, reports, only=["typing-errors"], strengths=[3], seed=1, **arguments)
    assert other.effects[0].run != first.effects[1].run


def test_the_perturbed_runs_stay_by_themselves(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    found = stress(
        study, reports, gold=gold, engine=engine(), only=["upper-case"], store=store, limit=10, draws=50
    )
    (original,) = StoredRun.all(store)
    assert (original.id, len(original)) == (found.baseline, 10)
    runs = StoredRun.all(found.store)
    assert {run.id for run in runs} == {one.run for one in found.effects}
    assert Path(found.store) == store.with_name("stress.sqlite")
    notes = {note for run in runs for note in run.manifest.source.notes}
    assert "Perturbed: upper-case, strength 3, seed 0." in notes
    # The seed brings the texts back; what was carried is carried.
    assert all(run.text("0") is None for run in runs)
    assert all(record.metadata == {"ward": "A"} for record in runs[0].records())


def test_a_run_is_asked_again_in_its_own_way(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    asked = engine()
    options = epicrisis.ExtractionOptions(form=Form.VALUE, examples=0, confidence=False)
    run = epicrisis.extract(reports, study, asked, options=options, store=store)
    before = run.manifest
    requests = first_questions(asked)
    found = stress(run.id, gold=gold, engine=asked, only=["upper-case"], store=store, limit=12, draws=50)
    # The run itself is the baseline: it is not asked again, and nothing is written to it.
    assert found.baseline == run.id
    assert run.manifest == before
    assert found.effects[2].reports == 12
    assert first_questions(asked) == requests + 36
    perturbed = StoredRun.all(found.store)[0].manifest
    assert perturbed.options == before.options
    assert perturbed.codebook.digest == before.codebook.digest
    with pytest.raises(OptionError, match="own reports"):
        stress(run, reports, gold=gold)


def test_another_engine_is_asked_about_the_original_first(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    run = epicrisis.extract(reports, study, engine(), store=store)
    other = engine(lambda _: {}, "silent")
    found = stress(run, gold=gold, engine=other, only=["decimal-style"], strengths=[1], store=store, draws=50)
    assert (found.model, found.baseline != run.id) == ("silent", True)
    assert [one.id for one in StoredRun.all(store)] == [run.id]
    assert found.effects[0].before.value == pytest.approx(6 / 120)


def test_runs_that_cannot_be_asked_again(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    run = epicrisis.extract(reports, study, engine(), store=store)
    with pytest.raises(OptionError, match="has no address"):
        stress(run, gold=gold, store=store)
    bare = epicrisis.extract(reports[:3], study, engine(), store=store, keep_text=False)
    with pytest.raises(OptionError, match="left the texts"):
        stress(bare, gold=gold, engine=engine(), store=store)


def test_what_makes_no_sense(study: Codebook, reports: list[Report], gold: Path, store: Path) -> None:
    with pytest.raises(OptionError, match="no perturbation 'typos'"):
        stress(study, reports, gold=gold, only=["typos"])
    with pytest.raises(OptionError, match="no strength 4"):
        stress(study, reports, gold=gold, strengths=[4])
    with pytest.raises(OptionError, match="no reports"):
        stress(study, gold=gold)
    with pytest.raises(OptionError, match="limit is 0"):
        stress(study, reports, gold=gold, limit=0, store=store)
    strangers = [Report("x", "The left kidney.")]
    with pytest.raises(OptionError, match=r"None of the reports is in the gold 'gold\.csv'"):
        stress(study, strangers, gold=gold, store=store)


def test_only_reports_with_gold_are_asked(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    asked = engine()
    more = [*reports, *(Report(f"new-{number}", f"Text {number}.") for number in range(20))]
    stress(study, more, gold=gold, engine=asked, only=["upper-case"], strengths=[3], store=store, draws=50)
    assert first_questions(asked) == 60


def test_an_engine_that_goes_down_is_told_and_the_rest_goes_on_later(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    from epicrisis.errors import EngineUnreachableError

    working = engine()
    down = {"after": 45}

    def reply(request: Request) -> Any:
        if first_questions(failing) > down["after"]:
            raise EngineUnreachableError("down")
        return working._replies(request)  # type: ignore[operator,misc]

    failing = ScriptedEngine(reply, model="failing", parallel=1)
    arguments: dict[str, Any] = {
        "gold": gold,
        "engine": failing,
        "only": ["upper-case"],
        "store": store,
        "draws": 50,
    }
    with pytest.raises(RunStoppedError):
        stress(study, reports, **arguments)
    down["after"] = 10_000
    before = first_questions(failing)
    found = stress(study, reports, **arguments)
    assert len(found.effects) == 3
    assert first_questions(failing) - before < 120 - 45 + 10


def test_json_holds_everything(
    study: Codebook, reports: list[Report], gold: Path, engine: Make, store: Path
) -> None:
    found = stress(
        *(study, reports),
        gold=gold,
        engine=engine(),
        only=["injected-instruction"],
        strengths=[3],
        store=store,
        draws=50,
    )
    document = json.loads(json.dumps(found.as_dict()))
    (one,) = document["effects"]
    assert one["injection"]["broken"] == 0
    assert one["drop"]["n"] == 120
    assert document["settings"] == {"seed": 0, "limit": None, "draws": 50, "level": 0.95}
    assert "kidney is" not in json.dumps(document)


def test_mentions_are_found_again_wherever_they_stand(gold: Path, store: Path) -> None:
    """Gold with places, from a run: perturbed texts have the same mentions elsewhere."""
    codebook = Codebook.model_validate(
        {
            "name": "drugs",
            "variables": [
                {"name": "drugs", "kind": "spans", "options": ["given"]},
                {"name": "n", "kind": "count"},
            ],
        }
    )
    texts = [(str(number), f"Case {number}: aspirin, then heparin and aspirin again.") for number in range(8)]

    def reply(request: Request) -> dict[str, Any]:
        words = [word for word in ("aspirin", "heparin") if word in request.messages[-1].content]
        found = [{"text": word, "type": "given"} for word in words]
        return {
            name: found if name == "drugs" else {"quote": None, "value": None}
            for name in request.schema["properties"]  # type: ignore[index]
        }

    asked = ScriptedEngine(reply, model="lister")
    run = epicrisis.extract(texts, codebook, asked, store=store)
    assert run["0"].answers["drugs"].value[0]["start"] == 8
    found = stress(
        run, gold=run.id, engine=asked, only=["irrelevant-text", "upper-case"], store=store, draws=50
    )
    moved = effect(found, "irrelevant-text", 2)
    assert (moved.before.value, moved.accuracy.value, moved.changed.value) == (1.0, 1.0, 0.0)
    assert effect(found, "upper-case", 3).accuracy.value == 0.5
    assert any("compared by their words" in note for note in found.notes)
