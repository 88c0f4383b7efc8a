"""Candidates into answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.candidate import Candidate
from epicrisis.extraction.settling import settle

TEXT = (
    "Oud infarct links. Mogelijk twee infarcten cerebellair.\n"
    "MTA links 2, rechts 1. Diameter 3,0 cm.\n"
    "Ascal 80 mg, later weer Ascal. Geen twijfel over atrofie.\n"
    "Laesie thalamus van 12 mm, oud. Laesie pons van 5 mm."
)


def answers(codebook: Codebook, text: str = TEXT, **said: Candidate) -> dict[str, Answer]:
    candidates = dict.fromkeys(codebook.names, Candidate()) | said
    found = settle(codebook, candidates, text)
    assert list(found) == codebook.names
    for answer in found.values():
        if answer.evidence is not None:
            assert text[answer.evidence.start : answer.evidence.end] == answer.evidence.quote
    return found


def test_stated(codebook: Codebook) -> None:
    found = answers(codebook, mta=Candidate(2, "MTA links 2"))["mta"]
    assert found == Answer(Status.STATED, 2, Evidence("MTA links 2", 56, 67, Grade.EXACT))


def test_silence_is_not_mentioned(codebook: Codebook) -> None:
    assert set(answers(codebook).values()) == {Answer(Status.NOT_MENTIONED)}


def test_a_problem_is_a_failure_with_its_reason(codebook: Codebook) -> None:
    found = answers(codebook, mta=Candidate(problem="must be one of: 0, 1"))["mta"]
    assert found == Answer(Status.FAILED, notes=("must be one of: 0, 1",))


def test_the_votes_go_where_the_confidence_goes(codebook: Codebook) -> None:
    found = answers(
        codebook,
        mta=Candidate(2, "MTA links 2", confidence=0.5, votes=0.6),
        seen=Candidate(confidence=0.7, votes=0.8),
        size=Candidate(problem="must be a number", confidence=0.9, votes=0.4),
    )
    assert (found["mta"].confidence, found["mta"].votes) == (0.5, 0.6)
    assert found["seen"] == Answer(Status.NOT_MENTIONED, confidence=0.7, votes=0.8)
    assert (found["size"].confidence, found["size"].votes) == (None, None)


def test_a_quote_that_is_not_there_and_nothing_else_is(codebook: Codebook) -> None:
    found = answers(codebook, seen=Candidate("2020", "scan uit 2020"))["seen"]
    assert found == Answer(Status.INFERRED, "2020", None, notes=("the model's quote is not in the report",))
    assert answers(codebook, seen=Candidate("2020"))["seen"] == Answer(Status.INFERRED, "2020")


def test_evidence_from_the_value(codebook: Codebook) -> None:
    found = answers(codebook, size=Candidate({"value": 30.0, "unit": "mm"}, "tumor van 3 cm"))["size"]
    assert found.status is Status.STATED
    assert found.evidence is not None
    assert found.evidence.quote == "Diameter 3,0 cm"
    assert found.notes == ("evidence located by us, from the value",)


def test_uncertain_where_the_report_hedges(codebook: Codebook) -> None:
    said = {"infarct": Candidate(True, "Oud infarct links"), "infarct_count": Candidate(2, "twee infarcten")}
    found = answers(codebook, **said)
    assert found["infarct"].status is Status.STATED
    assert found["infarct_count"].status is Status.UNCERTAIN
    assert found["infarct_count"].value == 2
    assert answers(codebook, conclusion=Candidate("atrofie", "atrofie"))["conclusion"].status is Status.STATED


def test_ruled_out(codebook: Codebook) -> None:
    found = answers(codebook, infarct=Candidate(False, "infarct"))
    assert found["infarct_count"] == Answer(Status.NOT_APPLICABLE)
    assert found["side"] == Answer(Status.NOT_APPLICABLE)  # by way of infarct_count
    found = answers(codebook, infarct=Candidate(False, "infarct"), infarct_count=Candidate(2))
    assert found["infarct_count"] == Answer(Status.NOT_APPLICABLE, notes=("ignored: needs infarct == true",))
    assert answers(codebook)["infarct_count"] == Answer(Status.NOT_MENTIONED)


@pytest.mark.parametrize(
    ("allowed", "said", "status"),
    [
        (["stated", "not_mentioned"], Candidate(2, "twee infarcten"), Status.STATED),
        (["stated", "uncertain"], Candidate(2, "twee infarcten"), Status.UNCERTAIN),
        (["stated", "uncertain"], Candidate(7, "zeven infarcten"), Status.FAILED),
        (["stated", "inferred"], Candidate(7, "zeven infarcten"), Status.INFERRED),
    ],
)
def test_only_the_statuses_that_the_codebook_allows(
    codebook_of: Any, allowed: list[str], said: Candidate, status: Status
) -> None:
    codebook = codebook_of({"name": "infarcts", "kind": "count", "statuses": allowed})
    found = answers(codebook, infarcts=said)["infarcts"]
    assert found.status is status
    if status is Status.FAILED:
        assert found.value is None
        assert found.notes[0] == "no quote found, and the codebook asks for one"


def test_ruled_out_without_a_status_for_it(codebook_of: Any) -> None:
    parent = {"name": "a", "kind": "boolean"}
    child = {"name": "b", "kind": "boolean", "when": "a == true", "statuses": ["stated", "not_mentioned"]}
    found = answers(codebook_of(parent, child), a=Candidate(False, "infarct"), b=Candidate())
    assert found["b"].status is Status.NOT_MENTIONED


def test_each_quote_is_located_as_near_as_possible_to_the_one_before(codebook_of: Any) -> None:
    text = "links 2, GCA 1, links 2, Fazekas 1, links 2"
    names = ["a", "b", "c", "d", "e"]
    codebook = codebook_of(*({"name": name, "kind": "ordinal", "options": [1, 2]} for name in names))
    quotes = ["links 2", "GCA 1", "links 2", "Fazekas 1", "links 2"]
    said = {name: Candidate(int(quote[-1]), quote) for name, quote in zip(names, quotes, strict=True)}
    found = answers(codebook, text, **said)
    places = [answer.evidence.start for answer in found.values() if answer.evidence]
    assert places == [0, 9, 16, 25, 36]


# Spans


def mentions(codebook: Codebook, *items: Any, text: str = TEXT) -> Answer:
    return answers(codebook, text, drugs=Candidate(list(items)))["drugs"]


def test_mentions_are_located_in_the_order_of_the_report(codebook: Codebook) -> None:
    found = mentions(codebook, {"text": "80 mg", "type": "dose"}, {"text": "ascal", "type": "drug"})
    assert found.status is Status.STATED
    start = TEXT.index("Ascal")
    assert found.value == [
        {"text": "Ascal", "type": "drug", "start": start, "end": start + 5},
        {"text": "80 mg", "type": "dose", "start": start + 6, "end": start + 11},
    ]
    assert found.evidence == Evidence("Ascal", start, start + 5, Grade.NORMALISED)


def test_the_same_words_again_mean_the_next_place(codebook: Codebook) -> None:
    drug = {"text": "Ascal", "type": "drug"}
    found = mentions(codebook, drug, drug, drug)
    assert [TEXT[one["start"] : one["end"]] for one in found.value] == ["Ascal", "Ascal"]
    assert found.value[0]["start"] < found.value[1]["start"]
    assert found.notes == ("1 of 3 mentions are not in the report",)


def test_a_mention_inside_another_means_a_place_of_its_own(codebook: Codebook) -> None:
    text = "lacunair infarct, verder een infarct"
    said = [{"text": "lacunair infarct"}, {"text": "infarct"}, {"text": "infarct"}]
    assert [one["start"] for one in mentions(codebook, *said[:2], text=text).value] == [0, 29]
    assert [one["start"] for one in mentions(codebook, *said, text=text).value] == [0, 9, 29]


def test_mentions_that_are_not_there(codebook: Codebook) -> None:
    found = mentions(codebook, {"text": "metoprolol", "type": "drug"}, {"type": "drug"}, {"text": 7})
    assert found == Answer(Status.NOT_MENTIONED, notes=("3 of 3 mentions are not in the report",))


def test_a_type_that_the_codebook_does_not_have(codebook: Codebook) -> None:
    found = mentions(codebook, {"text": "Ascal", "type": "DRUG"}, {"text": "80 mg", "type": "strength"})
    assert [one["type"] for one in found.value] == ["drug", None]
    assert found.notes == ("1 of 2 mentions have no valid type",)


@given(st.lists(st.sampled_from(["a", "b", "a b", "c"]), max_size=8))
def test_no_place_is_given_twice(words: list[str]) -> None:
    from epicrisis.codebook.codebook import Codebook

    codebook = Codebook.model_validate({"name": "t", "variables": [{"name": "drugs", "kind": "spans"}]})
    found = mentions(codebook, *({"text": word} for word in words), text="a b a a b b a b")
    places = [(one["start"], one["end"]) for one in found.value or []]
    assert len(set(places)) == len(places)
    assert places == sorted(places)


# Groups


def items(codebook: Codebook, *given_items: Any, **said: Candidate) -> Answer:
    return answers(codebook, lesions=Candidate(list(given_items)), **said)["lesions"]


def statuses(found: Answer) -> list[dict[str, Status]]:
    return [{name: answer.status for name, answer in item.items()} for item in found.value]


def test_the_parts_of_an_item_rest_on_its_quote(codebook: Codebook) -> None:
    found = items(
        codebook,
        {
            "quote": "Laesie thalamus van 12 mm, oud",
            "site": "thalamus",
            "width": "12 mm",
            "old": True,
            "age": None,
        },
        {"quote": "laesie pons van 5 mm", "site": "pons", "width": "0.5 cm", "old": None, "age": None},
    )
    assert found.status is Status.STATED
    assert found.evidence is not None
    assert found.evidence.quote == "Laesie thalamus van 12 mm, oud"
    first, second = found.value
    assert first["site"] == Answer(Status.STATED, "thalamus", found.evidence)
    assert second["width"].value == {"value": 5.0, "unit": "mm", "written": "0.5 cm"}
    assert second["width"].evidence.grade is Grade.NORMALISED
    assert second["old"] == Answer(Status.NOT_MENTIONED)


def test_parts_are_checked_one_by_one(codebook: Codebook) -> None:
    found = items(codebook, {"quote": "Laesie pons van 5 mm", "site": "pons", "width": "500 mm"})
    assert found.value[0]["site"].status is Status.STATED
    assert found.value[0]["width"] == Answer(Status.FAILED, notes=("500 mm is out of range: at most 100 mm",))
    assert found.value[0]["age"].status is Status.NOT_MENTIONED


def test_when_within_an_item(codebook: Codebook) -> None:
    found = items(
        codebook,
        {"quote": "Laesie pons van 5 mm", "old": False, "age": 3},
        {"quote": "Laesie thalamus", "old": True, "age": 3},
        {"quote": "Laesie thalamus", "old": False, "age": -3},
    )
    assert [item["age"].status for item in found.value] == [
        Status.NOT_APPLICABLE,
        Status.STATED,
        Status.NOT_APPLICABLE,
    ]


def test_an_item_without_a_quote_that_is_there(codebook: Codebook) -> None:
    found = items(codebook, {"quote": "hersenstam", "site": "thalamus", "width": "44 mm"})
    assert statuses(found)[0]["site"] is Status.STATED  # its own words are there
    assert statuses(found)[0]["width"] is Status.INFERRED
    assert found.status is Status.STATED
    found = items(codebook, {"site": "hersenstam"})
    assert (found.status, found.evidence) == (Status.INFERRED, None)


def test_empty_items_and_items_that_failed(codebook: Codebook) -> None:
    empty = {"quote": "Laesie", "site": None, "width": None, "old": None, "age": None}
    assert items(codebook, empty) == Answer(Status.NOT_MENTIONED)
    found = items(codebook, {**empty, "width": "500 mm"})
    assert found == Answer(Status.FAILED, notes=("no item has a valid value",))
    assert len(items(codebook, {**empty, "width": "500 mm"}, {**empty, "site": "pons"}).value) == 2


def test_a_part_that_a_variable_outside_rules_out(codebook_of: Any) -> None:
    codebook = codebook_of(
        {"name": "infarct", "kind": "boolean"},
        {"name": "old", "kind": "boolean", "when": "infarct == true"},
        {
            "name": "lesions",
            "kind": "group",
            "variables": [
                {"name": "site", "kind": "text"},
                {"name": "width", "kind": "count", "when": "infarct == true"},
                {"name": "age", "kind": "count", "when": "old == true"},
            ],
        },
    )
    found = items(codebook, {"site": "pons", "width": 2, "age": 1}, infarct=Candidate(False, "infarct"))
    assert statuses(found) == [
        {"site": Status.STATED, "width": Status.NOT_APPLICABLE, "age": Status.NOT_APPLICABLE}
    ]


def test_notes_never_hold_the_reports_words(codebook: Codebook) -> None:
    secret = "Canarius"
    said = {
        "conclusion": Candidate(secret, secret),
        "drugs": Candidate([{"text": secret}]),
        "lesions": Candidate([{"quote": secret, "site": secret, "width": secret}]),
        "seen": Candidate("2020", secret),
    }
    for answer in answers(codebook, **said).values():
        assert secret not in " ".join(answer.notes)


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("nl", {"value": 1.2, "unit": "ml"}, {"value": 1200.0, "unit": "ml", "written": "1.200 ml"}),
        ("en", {"value": 1.2, "unit": "ml"}, {"value": 1.2, "unit": "ml"}),
    ],
)
def test_thousands_are_read_in_the_reports_language(
    codebook_of: Any, language: str, said: dict[str, Any], expected: dict[str, Any]
) -> None:
    codebook = codebook_of({"name": "volume", "kind": "quantity", "unit": "ml"})
    found = settle(codebook, {"volume": Candidate(said, "1.200 ml")}, "Het volume is 1.200 ml.", language)
    assert found["volume"].value["value"] == expected["value"]
    assert found["volume"].value.get("written") in (expected.get("written"), "1.200 ml")


def test_the_reports_way_of_writing_is_kept(codebook_of: Any) -> None:
    codebook = codebook_of({"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm"]})
    said = {"value": 25.0, "unit": "mm", "written": "2.5 cm"}
    found = settle(codebook, {"size": Candidate(said, "2,5 cm")}, "Laesie van 2,5 cm.", "nl")
    assert found["size"].value == {"value": 25.0, "unit": "mm", "written": "2,5 cm"}
