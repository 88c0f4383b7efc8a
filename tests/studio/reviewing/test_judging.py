"""Only what the codebook allows gets in, for every kind, as people write it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import DateVariable
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.checking import InvalidValueError
from epicrisis.studio.reviewing.dates import read_date
from epicrisis.studio.reviewing.judging import Saying, accepted, checked

TEXT = "Een nodus links van 2,5 cm. Kreeg ascal 80 mg. 𝒳 einde"
DAY = DateVariable(name="day", kind="date")


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("malignant", True, True),
        ("malignant", "ja", True),
        ("malignant", "No", False),
        ("side", "left", "left"),
        ("side", "Rechts", "right"),
        ("side", "on the left", "left"),
        ("grade", "2", 2),
        ("grade", 3, 3),
        ("nodes", "12", 12),
        ("nodes", 12.0, 12),
        ("size", "2,5 cm", {"value": 25.0, "unit": "mm"}),
        ("size", "8", {"value": 8.0, "unit": "mm"}),
        ("size", {"value": 8, "unit": "mm"}, {"value": 8.0, "unit": "mm"}),
        ("taken", "3-2-2024", "2024-02-03"),
        ("taken", "2024-02-03T10:00:00", "2024-02-03"),
        ("conclusion", "  twee\n nodi ", "twee nodi"),
        ("lesions", [{"place": "long", "diameter": "1,2 cm"}, {"place": ""}],
         [{"place": "long", "diameter": {"value": 12.0, "unit": "mm"}}]),
    ],
)  # fmt: skip
def test_what_people_write_becomes_what_the_table_holds(
    codebook: Codebook, name: str, typed: Any, kept: Any
) -> None:
    found = checked(codebook[name], Saying(Status.STATED, typed), TEXT, "nl")
    assert (found.status, found.value) == (Status.STATED, kept)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("malignant", "perhaps"),
        ("side", "middle"),
        ("side", ["left"]),
        ("grade", 4),
        ("grade", True),
        ("nodes", 41),
        ("nodes", -1),
        ("nodes", 1.5),
        ("nodes", float("nan")),
        ("size", "80 kg"),
        ("size", "9 x 8 mm"),
        ("size", "900 mm"),
        ("size", {"value": "x"}),
        ("taken", "31-2-2024"),
        ("taken", "soon"),
        ("conclusion", ""),
        ("conclusion", {"a": 1}),
        ("drugs", "ascal"),
        ("drugs", [{"start": 34, "end": 39}]),
        ("drugs", [{"start": 34, "end": 39, "type": "sort"}]),
        ("drugs", [{"start": 34, "end": 3900, "type": "drug"}]),
        ("drugs", [{"start": "34", "end": 39, "type": "drug"}]),
        ("lesions", {"place": "long"}),
        ("lesions", [{"colour": "red"}]),
        ("lesions", [{"diameter": "80 kg"}]),
        ("lesions", [{"place": "a"}] * 4),
        ("lesions", [{"place": ["a"]}]),
        ("lesions", [{"place": {"a": {}}}]),
    ],
)
def test_what_the_codebook_does_not_allow_is_refused(codebook: Codebook, name: str, typed: Any) -> None:
    with pytest.raises(InvalidValueError):
        checked(codebook[name], Saying(Status.STATED, typed), TEXT, "nl")


def test_mentions_take_their_words_from_the_report(codebook: Codebook) -> None:
    dose, drug = TEXT.index("80 mg"), TEXT.index("ascal")
    typed = [
        {"start": dose, "end": dose + 6, "type": "dose", "text": "something else"},
        {"start": drug, "end": drug + 5, "type": "DRUG"},
        {"start": drug, "end": drug + 5, "type": "drug"},
    ]
    found = checked(codebook["drugs"], Saying(Status.STATED, typed), TEXT, "nl")
    assert found.value == [
        {"text": "ascal", "type": "drug", "start": drug, "end": drug + 5},
        {"text": "80 mg.", "type": "dose", "start": dose, "end": dose + 6},
    ]
    assert found.quote == "ascal"


def test_no_mentions_and_no_items_are_not_mentioned(codebook: Codebook) -> None:
    for name in ("drugs", "lesions"):
        assert checked(codebook[name], Saying(Status.STATED, []), TEXT, "nl").status is Status.NOT_MENTIONED


def test_evidence_is_quoted_by_us_without_the_space_around_it(codebook: Codebook) -> None:
    start = TEXT.index("𝒳")
    found = checked(codebook["side"], Saying(Status.STATED, "left", (start - 1, start + 2)), TEXT, "nl")
    assert (found.quote, found.start, found.end) == ("𝒳", start, start + 1)


@pytest.mark.parametrize("place", [(0, 900), (5, 5), (9, 3), (-1, 4), (3, 4)])
def test_evidence_that_is_not_words_of_the_report_is_refused(
    codebook: Codebook, place: tuple[int, int]
) -> None:
    with pytest.raises(InvalidValueError):
        checked(codebook["side"], Saying(Status.STATED, "left", place), TEXT, "nl")


def test_a_status_without_a_value_has_none(codebook: Codebook) -> None:
    found = checked(codebook["side"], Saying(Status.NOT_MENTIONED, "left"), TEXT, "nl")
    assert (found.status, found.value) == (Status.NOT_MENTIONED, None)
    with pytest.raises(InvalidValueError):
        checked(codebook["side"], Saying(Status.UNCERTAIN, None), TEXT, "nl")
    with pytest.raises(InvalidValueError):
        checked(codebook["side"], Saying(Status.FAILED), TEXT, "nl")


def test_statuses_are_those_of_the_codebook(codebook: Codebook) -> None:
    strict = codebook["side"].model_copy(update={"statuses": ["stated"]})
    with pytest.raises(InvalidValueError, match="allows stated"):
        checked(strict, Saying(Status.NOT_MENTIONED), TEXT, "nl")


def test_the_models_answer_is_accepted_as_gold_holds_it(codebook: Codebook) -> None:
    answer = Answer(
        Status.STATED,
        {"value": 25.0, "unit": "mm", "written": "2,5 cm"},
        Evidence("2,5 cm", 20, 26, Grade.EXACT),
    )
    found = accepted(codebook["size"], answer, TEXT)
    assert (found.value, found.quote) == ({"value": 25.0, "unit": "mm"}, "2,5 cm")
    items = Answer(Status.STATED, [{"place": Answer(Status.STATED, "long")}])
    assert accepted(codebook["lesions"], items, TEXT).value == [{"place": "long", "diameter": None}]
    with pytest.raises(InvalidValueError):
        accepted(codebook["size"], Answer(Status.FAILED), TEXT)


@pytest.mark.parametrize(
    ("written", "language", "date"),
    [
        ("2024", "en", "2024"),
        ("2024-2", "en", "2024-02"),
        ("2024/02/03", "en", "2024-02-03"),
        ("3-2-2024", "nl", "2024-02-03"),
        ("3.2.2024", "de", "2024-02-03"),
        ("13/2/2024", "en", "2024-02-13"),
        ("2/13/2024", "en", "2024-02-13"),
        ("2/2/2024", "en", "2024-02-02"),
        ("02-2024", "nl", "2024-02"),
        ("3 feb 2024", "nl", "2024-02-03"),
        ("3. März 2024", "de", "2024-03-03"),
        ("3rd of", "en", None),
        ("Feb 3, 2024", "en", "2024-02-03"),
        ("3 maart 2024", "nl", "2024-03-03"),
        ("okt. 2023", "nl", "2023-10"),
        ("3/2/2024", "en", None),
        ("31-2-2024", "nl", None),
        ("1-13-2024", "nl", None),
        ("3 foo 2024", "en", None),
        ("", "en", None),
    ],
)
def test_dates_as_people_write_them(written: str, language: str, date: str | None) -> None:
    if date is None:
        with pytest.raises(InvalidValueError):
            read_date(DAY, written, language)
    else:
        assert read_date(DAY, written, language) == date


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "unit", "text", "start", "end", "type", "place", "x"]), inner
        )
    ),
    max_leaves=6,
)


@given(typed=_json, name=st.integers(0, 8), place=st.none() | st.tuples(st.integers(), st.integers()))
def test_whatever_is_sent_is_kept_or_refused(typed: Any, name: int, place: tuple[int, int] | None) -> None:
    variables = [
        {"name": "v", "kind": "boolean"},
        {"name": "v", "kind": "category", "options": ["a", "b"]},
        {"name": "v", "kind": "ordinal", "options": [1, 2]},
        {"name": "v", "kind": "count"},
        {"name": "v", "kind": "quantity", "unit": "mm"},
        {"name": "v", "kind": "date"},
        {"name": "v", "kind": "text"},
        {"name": "v", "kind": "spans", "options": ["a"]},
        {"name": "v", "kind": "group", "variables": [{"name": "place", "kind": "text"}]},
    ]
    variable = Codebook.model_validate({"name": "c", "variables": [variables[name]]})["v"]
    try:
        found = checked(variable, Saying(Status.STATED, typed, place), TEXT, "nl")
    except InvalidValueError:
        return
    if found.start is not None and found.end is not None:
        assert found.quote == TEXT[found.start : found.end]
