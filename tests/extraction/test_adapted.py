"""How an adapter is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from epicrisis.adapter import Adapter
from epicrisis.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import ModelError, OptionError
from epicrisis.extraction import ExtractionOptions, Extractor
from epicrisis.extraction.adapted import adapted, notes, with_adapter
from epicrisis.extraction.calibration import Asking
from epicrisis.prompting import PROMPT_VERSION, Form
from epicrisis.report import Report
from epicrisis.runs.identity import EngineIdentity, Keys

ASKING = {
    "form": "value_quote",
    "absent": "unknown",
    "examples": 0,
    "bare": True,
    "compact": True,
    "second_look": False,
    "repair": False,
    "prompt_version": PROMPT_VERSION,
}


def adapter(folder: str = "kidney", **card: Any) -> Adapter:
    found = {"name": "kidney", "digest": "sha256:1", "base": {"name": "tiny"}, "asking": ASKING, **card}
    return Adapter(Path(folder), found)


def of(codebook: Codebook, digest: str | None = None) -> dict[str, str]:
    return {"name": codebook.name, "version": codebook.version, "digest": digest or codebook.digest}


def test_it_is_asked_as_it_was_trained() -> None:
    options = adapted(adapter())
    assert options == ExtractionOptions(
        form=Form.VALUE_QUOTE,
        absent="unknown",
        examples=0,
        bare=True,
        compact=True,
        second_look=False,
        repair=False,
        adapter=options.adapter,
    )
    assert options.adapter_name == "kidney"
    assert ExtractionOptions().adapter_name is None


def test_what_is_chosen_stays_chosen() -> None:
    options = adapted(adapter(), form=Form.VALUE, second_look=True, examples=None, seed=5)
    assert (options.form, options.second_look, options.examples, options.seed) == (Form.VALUE, True, 0, 5)


def test_options_that_exist_take_what_they_leave_at_its_default() -> None:
    mine = adapter()
    assert with_adapter(None, mine) == adapted(mine)
    given = with_adapter(ExtractionOptions(examples=1, seed=5), mine)
    assert (given.examples, given.seed, given.form, given.bare) == (1, 5, Form.VALUE_QUOTE, True)


def test_options_made_for_it_stay_as_they_are() -> None:
    mine = adapter()
    made = ExtractionOptions(adapter=mine)
    assert with_adapter(made, adapter(folder="elsewhere")) is made
    with pytest.raises(OptionError, match="for the adapter 'kidney', not for 'thyroid'"):
        with_adapter(made, adapter(name="thyroid", digest="sha256:2"))


def test_a_card_without_options_changes_none() -> None:
    mine = adapter(asking={})
    assert adapted(mine) == ExtractionOptions(adapter=mine)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("form", "in verse"),
        ("form", 3),
        ("examples", -1),
        ("examples", True),
        ("bare", "yes"),
        ("absent", 5),
        ("repair", None),
    ],
)
def test_a_card_that_makes_no_sense(name: str, value: Any) -> None:
    with pytest.raises(ModelError, match=f"'{name}'") as caught:
        adapted(adapter(asking={**ASKING, name: value}))
    assert "card.json" in str(caught.value)


def test_its_own_codebook_is_not_remarked_on(codebook: Codebook) -> None:
    assert list(notes(adapted(adapter(codebook=of(codebook))), codebook)) == []
    assert list(notes(adapted(adapter()), codebook)) == []
    assert list(notes(ExtractionOptions(), codebook)) == []


def test_another_codebook_is_refused_without_definitions(codebook: Codebook) -> None:
    other = {"name": "lung", "version": "3", "digest": "0"}
    with pytest.raises(OptionError, match=r"codebook lung \(version 3\)") as caught:
        list(notes(adapted(adapter(codebook=other)), codebook))
    assert f"about {codebook.name} (version {codebook.version})" in str(caught.value)
    assert "--bare" in str(caught.value.hint)


def test_another_content_under_the_same_name_is_said(codebook: Codebook) -> None:
    with pytest.raises(OptionError, match="names are the same, the content is not"):
        list(notes(adapted(adapter(codebook=of(codebook, "0"))), codebook))


def test_another_codebook_is_noted_with_definitions(codebook: Codebook) -> None:
    mine = adapter(codebook=of(codebook, "0"), asking={**ASKING, "bare": False})
    (note,) = notes(adapted(mine), codebook)
    assert "was trained for the codebook" in note


def test_another_wording_of_the_prompt_is_noted(codebook: Codebook) -> None:
    (note,) = notes(adapted(adapter(asking={**ASKING, "prompt_version": "1.5"})), codebook)
    assert "version 1.5" in note


def test_another_way_of_asking_is_noted(codebook: Codebook) -> None:
    (note,) = notes(adapted(adapter(), form=Form.VALUE, bare=False), codebook)
    assert "form value_quote, now value" in note
    assert "bare on, now off" in note


def test_every_request_about_a_report_carries_it(codebook: Codebook) -> None:
    mine = adapter(asking={})
    engine = ScriptedEngine.from_schema(logprobs=True, adapters=[mine])
    options = adapted(mine, contextual=True, think=8, samples=2)
    Extractor(codebook, engine, options).extract(Report("1", "The left kidney is normal."))
    assert len(engine.requests) > 3  # reasoning, answers, and the questions without a report
    assert {request.report_id for request in engine.requests} == {"1", None}
    assert {request.adapter for request in engine.requests} == {"kidney"}


def test_translation_is_for_the_base(codebook: Codebook) -> None:
    mine = adapter(asking={})
    engine = ScriptedEngine.from_schema(adapters=[mine])
    options = adapted(mine, translate="en")
    Extractor(codebook, engine, options).extract(Report("1", "De linker nier is normaal.", language="nl"))
    assert engine.requests[0].adapter is None
    assert "kidney" in {request.adapter for request in engine.requests}


def test_a_manifest_holds_what_was_seen_and_where_it_was() -> None:
    data = {
        "train": {"reports": ["b", "a"], "texts": ["t1"], "patient_digests": ["p2", "p1"]},
        "train_silver": {"reports": ["s"], "texts": ["t4"], "patient_digests": ["p1"]},
        "validation": {"reports": ["c"], "texts": ["t2"]},
        "test": {"reports": ["d"], "texts": ["t3"], "patient_digests": ["p3"]},
    }
    assert ExtractionOptions(adapter=adapter(data=data)).as_dict()["adapter"] == {
        "name": "kidney",
        "digest": "sha256:1",
        "folder": str(Path("kidney").absolute()),
        "ids": ["a", "b", "c", "s"],
        "texts": ["t1", "t2", "t4"],
        "patients": ["p1", "p2"],
    }


def test_the_weights_make_two_runs_the_same_and_not_their_place() -> None:
    def key(mine: Adapter | None) -> bytes:
        options = ExtractionOptions(adapter=mine).as_dict()
        return Keys("c", "2", EngineIdentity("native", "tiny", "sha256:0"), options).key(b"text")

    assert key(adapter()) == key(adapter("elsewhere", name="other"))
    assert len({key(None), key(adapter()), key(adapter(digest="sha256:2"))}) == 3


def test_confidences_depend_on_it() -> None:
    def asking(mine: Adapter | None, **more: Any) -> Asking:
        return Asking.of("tiny", None, "2", ExtractionOptions(adapter=mine, **more).as_dict())

    assert asking(None).options.keys().isdisjoint({"adapter", "bare"})
    assert asking(adapter()) == asking(adapter("elsewhere"))
    assert asking(adapter()) != asking(adapter(digest="sha256:2"))
    assert asking(None) != asking(adapter())
    assert asking(None) != asking(None, bare=True)
