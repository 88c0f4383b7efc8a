"""Answers are shown as soon as they are written, and nothing that is written can break that."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Message, Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions
from epicrisis.extraction.answer import Status
from epicrisis.extraction.extractor import Extractor
from epicrisis.report import Report
from epicrisis.studio.trying import arriving
from epicrisis.studio.trying.arriving import Arriving, HalfWritten
from epicrisis.studio.trying.listening import ListeningEngine

#: What can be stored: NUL and half surrogate pairs become another character.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
EVERY_KIND = Codebook.model_validate(
    {
        "name": "kinds",
        "variables": [
            {"name": "mass", "kind": "boolean"},
            {"name": "size", "kind": "quantity", "unit": "mm", "when": "mass = true"},
            {"name": "side", "kind": "category", "options": ["left", "right"]},
            {"name": "stage", "kind": "ordinal", "options": [0, 1, 2]},
            {"name": "nodes", "kind": "count"},
            {"name": "seen", "kind": "date"},
            {"name": "remark", "kind": "text"},
            {"name": "drugs", "kind": "spans"},
            {
                "name": "lesions",
                "kind": "group",
                "variables": [{"name": "place", "kind": "text"}, {"name": "length", "kind": "count"}],
            },
        ],
    }
)
TEXT = "Mass in the left breast, 12 mm, stage 2. 3 nodes on 2021-06-15. No sign of a lesion. Aspirin 10 mg."


@given(st.dictionaries(WORDS, VALUES, max_size=5), st.lists(st.integers(1, 30), max_size=20))
@example({"a": 'x\u2028\\"},{', "b": {"quote": "}", "value": 1.5}}, [1] * 80)
def test_members_come_one_by_one_and_stay(members: dict[str, Any], steps: list[int]) -> None:
    text = json.dumps(members, ensure_ascii=False)
    sheet, place = HalfWritten(), 0
    for step in [*steps, len(text)]:
        before = list(sheet.members.items())
        sheet.add(text[place : place + step])
        place += step
        assert repr(before) == repr(list(sheet.members.items())[: len(before)])
        assert repr(list(sheet.members.items())) == repr(list(members.items())[: len(sheet.members)])
    assert repr(sheet.members) == repr(members)


@given(
    st.lists(
        st.text(max_size=6) | st.sampled_from(['{"a": ', '"b"', ",", "}", "{", "[" * 2000, "1", ":", "\\u"])
    )
)
def test_whatever_is_written_it_only_grows(pieces: list[str]) -> None:
    sheet = HalfWritten()
    for piece in pieces:
        before = dict(sheet.members)
        fresh = sheet.add(piece)
        assert not fresh.keys() & before.keys()
        assert repr(list(sheet.members.items())) == repr([*before.items(), *fresh.items()])


def asking(names: tuple[str, ...] = ("mass",), **changed: Any) -> Request:
    schema = {"type": "object", "properties": {name: {} for name in names}}
    return Request([Message("user", "?")], **{"schema": schema, "report_id": "r"} | changed)


@pytest.mark.parametrize("seed", range(12))
def test_what_arrives_is_what_comes_of_it(seed: int) -> None:
    # Without a second question nothing can change an answer any more.
    options = ExtractionOptions(repair=False, second_look=False, examples=0)
    report = Report(f"r{seed}", TEXT)
    stages: list[dict[str, Any]] = []
    found = Arriving(EVERY_KIND, options, report, lambda: stages.append(dict(found.answers)))
    engine = ListeningEngine(ScriptedEngine.from_schema(seed), found.hear)
    extraction = Extractor(EVERY_KIND, engine, options).extract(report)
    assert found.phase == "answering"
    assert list(found.answers) == EVERY_KIND.names
    for before, after in pairwise(stages):
        assert before.keys() <= after.keys()
    assert len(stages[-1]) > 2
    for name, final in extraction.answers.items():
        # Two answers that contradict each other are told apart only in the end.
        if not any(note.startswith("contradiction") for note in final.notes):
            assert found.answers[name] == final
    for one in found.answers.values():
        if one.evidence is not None:
            assert TEXT[one.evidence.start : one.evidence.end] == one.evidence.quote


def listening(text: str = TEXT) -> tuple[Arriving, list[int]]:
    changes: list[int] = []
    found = Arriving(EVERY_KIND, ExtractionOptions(), Report("r", text), lambda: changes.append(1))
    return found, changes


def test_phases() -> None:
    found, _ = listening()
    phases: list[str] = [found.phase]
    assert found.hear(asking(schema=None)) is None
    phases.append(found.phase)
    heard = found.hear(asking())
    assert heard is not None
    phases.append(found.phase)
    heard("{")
    phases.append(found.phase)
    heard('"mass": {"quote": "Mass", "value": true}}')
    assert found.answers["mass"].status is Status.STATED
    again = found.hear(asking())
    assert again is not None
    phases.append(found.phase)
    again('{"mass": {"quote": "No sign", "value": false}}')
    assert found.answers["mass"].value is False
    assert phases == ["reading", "reasoning", "reading", "answering", "checking"]


def test_requests_about_nothing_of_the_codebook_are_not_heard() -> None:
    found, _ = listening()
    assert found.hear(asking(("mark",))) is None
    assert found.answers == {}


def test_a_later_part_that_is_silent_changes_nothing() -> None:
    found, _ = listening()
    for text in ('{"mass": {"quote": "Mass", "value": true}}', '{"mass": {"quote": null, "value": null}}'):
        heard = found.hear(asking())
        assert heard is not None
        heard(text)
    assert found.answers["mass"].value is True


def test_an_error_on_the_way_spoils_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("CANARY")

    monkeypatch.setattr(arriving, "settle", fail)
    found, _ = listening()
    heard = found.hear(asking())
    assert heard is not None
    heard('{"mass": {"quote": "Mass", "value": true}}')
    heard("and more")
    assert found.answers == {}
