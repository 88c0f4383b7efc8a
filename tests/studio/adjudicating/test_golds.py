"""What people said becomes gold that every other part reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.api import extract
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import OptionError
from epicrisis.evaluation.gold import GoldCell, gold_of_run, read_gold
from epicrisis.evaluation.gold_cell import Blank
from epicrisis.examples import Selector
from epicrisis.examples_from_gold import pool
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.extractor import ExtractionOptions
from epicrisis.studio import golds
from epicrisis.studio.adjudicating.review import Review
from epicrisis.studio.web.refusals import Refused


def read(room: Any, **options: Any) -> Any:
    return read_gold(golds.path_of(room.studio, room.gold), room.run.codebook, **options)


def test_one_reviewer_is_gold(room: Any) -> None:
    room.judge("anna", "R-1", "infarct", True, quote="An old infarct")
    room.judge("anna", "R-1", "size", {"value": 5, "unit": "mm"})
    room.judge("anna", "R-1", "conclusion")
    assert read(room).cells == {
        "R-1": {
            "infarct": GoldCell(Status.STATED, True, "An old infarct"),
            "size": GoldCell(Status.STATED, {"value": 5.0, "unit": "mm"}),
            "conclusion": GoldCell(Status.NOT_MENTIONED),
        }
    }


def test_who_and_when_stand_beside_it(room: Any) -> None:
    room.judge("anna", "R-1", "infarct", True, quote="An old infarct", comment="see addendum")
    room.judge("bo", "R-1", "infarct", True)
    header, row = golds.path_of(room.studio, room.gold).read_text("utf-8").splitlines()
    known = dict(zip(header.split(","), row.split(","), strict=True))
    assert (known["reviewer"], known["comment"]) == ("anna; bo", "see addendum")
    assert (known["start"], known["end"]) == ("0", "14")
    assert known["time"].startswith("20")


@pytest.mark.parametrize("blank", list(Blank))
def test_what_they_differ_on_is_left_out(room: Any, blank: Blank) -> None:
    for person, side in (("anna", "left"), ("bo", "right")):
        room.judge(person, "R-1", "side", side)
        room.judge(person, "R-2", "side", "left")
    room.judge("anna", "R-1", "infarct", True)
    # Not "not mentioned": nobody looked at it, or they could not agree.
    assert {report: set(cells) for report, cells in read(room, blank=blank).cells.items()} == {
        "R-1": {"infarct"},
        "R-2": {"side"},
    }
    state = golds.state_of(Review.open(room.studio, room.id))
    assert state.unresolved == [("R-1", "side")]


def test_a_decision_holds_before_all(room: Any) -> None:
    for person, side in (("anna", "left"), ("bo", "right")):
        room.judge(person, "R-1", "side", side)
    room.decide("R-1", "side", "right")
    assert read(room).cells == {"R-1": {"side": GoldCell(Status.STATED, "right")}}


def test_texts_and_amounts_agree_as_in_evaluation(room: Any) -> None:
    room.judge("anna", "R-1", "size", {"value": 5, "unit": "mm"})
    room.judge("bo", "R-1", "size", {"value": 0.5, "unit": "cm"})
    room.judge("anna", "R-1", "conclusion", "an old infarct")
    room.judge("bo", "R-1", "conclusion", "old infarct")
    room.judge("anna", "R-2", "side", status="not_mentioned")
    room.judge("bo", "R-2", "side", status="not_applicable")
    cells = read(room).cells
    assert cells["R-1"]["conclusion"].value == "an old infarct"
    assert cells["R-1"]["size"].value == {"value": 5.0, "unit": "mm"}
    assert cells["R-2"]["side"].status is Status.NOT_MENTIONED


def test_mentions_and_items(room: Any) -> None:
    drugs = [{"text": "Aspirin", "type": "drug", "start": 28, "end": 35}]
    lesions = [{"site": "frontal", "width": {"value": 5, "unit": "mm"}}, {"site": None, "width": None}]
    room.judge("anna", "R-1", "drugs", drugs)
    room.judge("anna", "R-1", "lesions", lesions)
    room.judge("anna", "R-2", "lesions", [])
    cells = read(room).cells
    assert cells["R-1"]["drugs"].value == drugs
    assert cells["R-1"]["lesions"].value == lesions
    assert cells["R-2"]["lesions"].status is Status.NOT_MENTIONED


def test_it_is_written_again_only_when_something_changed(room: Any) -> None:
    room.judge("anna", "R-1", "infarct", True)
    path = golds.path_of(room.studio, room.gold)
    first = path.stat().st_mtime_ns
    assert golds.path_of(room.studio, room.gold).stat().st_mtime_ns == first
    room.judge("anna", "R-1", "infarct", False)
    assert read(room).cells["R-1"]["infarct"].value is False
    path.unlink()
    assert golds.path_of(room.studio, room.gold).is_file()


def test_it_can_be_chosen_by_name(room: Any) -> None:
    (room.studio.project.shelf("gold") / "older.csv").write_text("id,infarct\nR-1,true\n", "utf-8")
    shipped = ["library:brain-mri", "library:elmtex"]
    assert [one.name for one in golds.names(room.studio)] == ["older.csv", *shipped]
    room.judge("anna", "R-1", "infarct", True)
    first = golds.names(room.studio)[0]
    assert (first.name, first.label, first.kind) == ("review:rev1", "Two readers", "review")
    for one in golds.names(room.studio):
        assert golds.path_of(room.studio, one.name).is_file()


@pytest.mark.parametrize("name", ["review:none", "library:none", "none.csv", "library:../../x"])
def test_what_is_not_there(room: Any, name: str) -> None:
    with pytest.raises(Refused) as refused:
        golds.path_of(room.studio, name)
    assert refused.value.status == 404


@pytest.mark.parametrize("name", ["../x.csv", "a/b.csv", ".csv", ""])
def test_names_that_lead_out_are_refused(room: Any, name: str) -> None:
    with pytest.raises(OptionError):
        golds.path_of(room.studio, name)


def test_it_can_be_kept_as_a_file(room: Any) -> None:
    with pytest.raises(Refused, match="Nothing is gold"):
        golds.save(room.studio, room.id, "final", by="head")
    room.judge("anna", "R-1", "infarct", True)
    assert golds.save(room.studio, room.id, "final", by="head") == "final.csv"
    saved = read_gold(golds.path_of(room.studio, "final.csv"), room.run.codebook)
    assert saved.cells == read(room).cells
    with pytest.raises(Refused, match="of this name"):
        golds.save(room.studio, room.id, "final.csv", by="head")


def test_a_run_is_measured_by_it(room: Any) -> None:
    room.judge("anna", "R-1", "side", "left")
    room.judge("anna", "R-2", "side", "right")
    room.judge("anna", "R-3", "side", "left")
    room.judge("bo", "R-3", "side", "right")
    found = room.run.evaluate(golds.path_of(room.studio, room.gold), draws=20)
    assert found.outcomes["right"] == 1
    assert found.outcomes["wrong"] == 1


def test_examples_are_made_of_it_at_once(room: Any) -> None:
    for name, answer in room.run["R-1"].answers.items():
        room.answer("anna", "R-1", name, answer)
    examples = pool(
        golds.path_of(room.studio, room.gold),
        room.run.codebook,
        [{"id": "R-1", "text": room.run.text("R-1")}],
    )
    engine = ScriptedEngine(default=dict.fromkeys(room.run.codebook.names))
    options = ExtractionOptions(selector=Selector(examples, 1, "fixed"))
    extract([{"id": "new", "text": "No infarct."}], room.run.codebook, engine, options=options)
    asked = "".join(message.content for message in engine.requests[0].messages)
    assert "Aspirin 80 mg" in asked


def test_a_codebook_whose_variable_is_called_value(new_room: Callable[..., Any]) -> None:
    room = new_room(
        {
            "name": "odd",
            "variables": [
                {"name": "value", "kind": "quantity", "unit": "mm"},
                {"name": "variable", "kind": "spans"},
            ],
        }
    )
    room.judge("anna", "R-1", "value", {"value": 5, "unit": "mm"}, quote="5 mm")
    room.judge("anna", "R-1", "variable", [{"text": "Aspirin", "type": None, "start": 28, "end": 35}])
    room.judge("anna", "R-2", "value")
    cells = read(room).cells
    assert cells["R-1"]["value"] == GoldCell(Status.STATED, {"value": 5.0, "unit": "mm"}, "5 mm")
    assert cells["R-1"]["variable"].value[0]["start"] == 28
    assert set(cells["R-2"]) == {"value"}


EVERY = Codebook.model_validate(
    {
        "name": "all",
        "variables": [
            {"name": "infarct", "kind": "boolean"},
            {"name": "side", "kind": "category", "options": ["left", "right", "NA", "not mentioned"]},
            {"name": "mta", "kind": "ordinal", "options": [0, 0.5, 1, 2]},
            {"name": "lesions", "kind": "count"},
            {"name": "glucose", "kind": "quantity", "unit": "mmol/L", "units": ["mg/dL"]},
            {"name": "seen", "kind": "date"},
            {"name": "conclusion", "kind": "text"},
            {"name": "drugs", "kind": "spans", "options": ["drug", "dose given"]},
            {"name": "names", "kind": "spans"},
            {
                "name": "specimens",
                "kind": "group",
                "variables": [
                    {"name": "site", "kind": "text"},
                    {"name": "width", "kind": "quantity", "unit": "mm"},
                    {"name": "malignant", "kind": "boolean"},
                    {"name": "grade", "kind": "ordinal", "options": [0, 0.5, 1]},
                ],
            },
        ],
    }
)
words = (
    st.text(st.sampled_from("abNAé=+1,;.'\"<µ漢\n\r "), min_size=1, max_size=12).map(str.strip).filter(bool)
)
texts = words.map(lambda text: " ".join(text.split()))
amounts = st.floats(-1e9, 1e9)
millimetres = st.builds(lambda number: {"value": number, "unit": "mm"}, amounts)
SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "infarct": st.booleans(),
    "side": st.sampled_from(["left", "right", "NA", "not mentioned"]),
    "mta": st.sampled_from([0, 0.5, 1, 2]),
    "lesions": st.integers(0, 10**15),
    "glucose": st.builds(
        lambda number, unit: {"value": number, "unit": unit}, amounts, st.sampled_from(["mmol/L", "mg/dL"])
    ),
    "seen": st.one_of(st.dates().map(str), st.sampled_from(["2020", "2020-01"])),
    "conclusion": texts,
}
with_value = st.sampled_from([Status.STATED, Status.INFERRED, Status.UNCERTAIN])
silent = st.builds(Answer, st.sampled_from([Status.NOT_MENTIONED, Status.NOT_APPLICABLE]))


def answered(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Answer]:
    evidence = st.one_of(st.none(), words.map(lambda quote: Evidence(quote, 3, 3 + len(quote), Grade.EXACT)))
    return st.one_of(silent, st.builds(Answer, with_value, values, evidence))


def mentions(*types: str | None) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.tuples(words, st.sampled_from(types), st.integers(0, 10**6))
    return st.lists(one, max_size=3).map(
        lambda found: [
            {"text": text, "type": kind, "start": start, "end": start + len(text)}
            for text, kind, start in found
        ]
    )


def part(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Answer]:
    return st.one_of(silent, st.builds(Answer, st.just(Status.STATED), values))


ITEM = st.fixed_dictionaries(
    {
        "site": part(texts),
        "width": part(millimetres),
        "malignant": part(st.booleans()),
        "grade": part(st.sampled_from([0, 0.5, 1])),
    }
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        **{name: answered(values) for name, values in SINGLE.items()},
        "drugs": answered(mentions("drug", "dose given")),
        "names": answered(mentions(None)),
        "specimens": answered(st.lists(ITEM, max_size=3)),
    },
)


@settings(max_examples=60, deadline=None)
@given(given=st.lists(ANSWERS, min_size=2, max_size=2))
def test_gold_written_and_read_is_the_same(
    new_room: Callable[..., Any], given: list[dict[str, Answer]]
) -> None:
    room = _shared(new_room)
    with room.studio.database.writing() as db:
        db.execute("DELETE FROM judgements")
    for report, answers in zip(("R-1", "R-2"), given, strict=True):
        for name, answer in answers.items():
            room.answer("anna", report, name, answer)
    if not any(given):
        return
    gold = read(room)
    assert {report: set(cells) for report, cells in gold.cells.items()} == {
        report: set(answers) for report, answers in zip(("R-1", "R-2"), given, strict=True) if answers
    }
    for (report, name), settled in golds.state_of(Review.open(room.studio, room.id)).settled.items():
        read_back = gold.cells[report][name]
        assert (read_back.status, read_back.value) == (settled.cell.status, settled.cell.value)
        if EVERY[name].kind != "spans" and settled.cell.quote:
            assert read_back.quote == settled.cell.quote.strip()


_rooms: dict[str, Any] = {}


def _shared(new_room: Callable[..., Any]) -> Any:
    """One review for all examples of a property."""
    if "every" not in _rooms:
        _rooms["every"] = new_room(EVERY)
    return _rooms["every"]


def test_the_same_cells_as_gold_of_the_run(room: Any) -> None:
    for report in ("R-1", "R-2"):
        for name, answer in room.run[report].answers.items():
            room.answer("anna", report, name, answer)
    theirs = gold_of_run(room.run).cells
    for report, cells in read(room).cells.items():
        for name, cell in cells.items():
            assert cell.value == theirs[report][name].value
            assert cell.status == theirs[report][name].status
