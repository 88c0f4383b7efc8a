"""One answer out of those of several parts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.long.merging import codebook_for_parts, merge
from epicrisis.extraction.long.part import Part
from epicrisis.report import Span

#: Four parts of one sentence each: what was asked, what was found, more of that, what was concluded.
TEXT = "Vraagstelling: A een?\nVerslag: B twee, D vier.\nC drie, E vijf.\nConclusie: F zes."
BORDERS = [0, TEXT.index("Verslag"), TEXT.index("C drie"), TEXT.index("Conclusie:"), len(TEXT)]
PARTS = [Part(start, end) for start, end in pairwise(BORDERS)]
WORDS = ("A een", "B twee", "C drie", "F zes")
SILENT = Answer(Status.NOT_MENTIONED)


def one(codebook_of: Any, **variable: Any) -> Codebook:
    found: Codebook = codebook_of({"name": "x", **variable})
    return found


def said(
    part: int,
    value: Any,
    status: Status = Status.STATED,
    *,
    confidence: float | None = None,
    notes: tuple[str, ...] = (),
) -> Answer:
    """An answer from a part, its evidence the part's words, in the part's own offsets."""
    if status is Status.INFERRED:
        return Answer(status, value, None, confidence, notes)
    words = WORDS[part]
    start = TEXT.index(words) - PARTS[part].start
    return Answer(status, value, Evidence(words, start, start + len(words), Grade.EXACT), confidence, notes)


def merged(codebook: Codebook, *answers: Answer) -> Answer:
    return merge(codebook, [{"x": answer} for answer in answers], PARTS[: len(answers)], TEXT)["x"]


@pytest.fixture(scope="module")
def variable(codebook_of: Callable[..., Codebook]) -> Callable[..., Codebook]:
    return lambda kind, **more: one(codebook_of, kind=kind, **more)


def test_offsets_are_those_of_the_report(variable: Callable[..., Codebook]) -> None:
    found = merged(variable("boolean"), SILENT, SILENT, said(2, True))
    assert found.evidence is not None
    assert TEXT[found.evidence.start : found.evidence.end] == found.evidence.quote == "C drie"


def test_evidence_in_a_heading_that_was_put_above_the_part(variable: Callable[..., Codebook]) -> None:
    verslag = TEXT.index("Verslag:")
    part = Part(PARTS[2].start, PARTS[2].end, (Span(verslag, verslag + 8),))
    asked = part.text(TEXT)
    quote = "Verslag:\nC drie"
    answer = Answer(Status.STATED, True, Evidence(quote, 0, len(quote), Grade.EXACT))
    assert asked.startswith(quote)
    found = merge(variable("boolean"), [{"x": SILENT}, {"x": answer}], [PARTS[0], part], TEXT)["x"]
    assert found.evidence is not None
    assert found.evidence.quote == TEXT[found.evidence.start : found.evidence.end] == "C drie"


@pytest.mark.parametrize(
    ("kind", "policy", "values", "expected"),
    [
        ("boolean", None, (None, False, True, False), True),
        ("boolean", None, (None, False, None, False), False),
        ("boolean", "first", (None, False, True, True), False),
        ("boolean", "last", (None, False, True, False), False),
        ("boolean", "conclusion", (None, True, True, False), False),
        ("category", None, (None, "a", "b", "c"), "c"),
        ("category", None, (None, "a", "b", None), "a"),
        ("category", None, ("c", "a", "b", None), "a"),  # the question comes last
        ("category", None, ("c", None, None, None), "c"),
        ("category", "first", ("c", "a", "b", "a"), "c"),
        ("category", "last", ("c", "a", "b", None), "b"),
        ("ordinal", None, (None, 1, 3, 2), 2),
        ("ordinal", "maximum", (None, 1, 3, 2), 3),
        ("count", None, (None, 1, 3, 2), 3),
        ("count", "conclusion", (None, 1, 3, 2), 2),
        ("count", "first", (None, 1, 3, 2), 1),
        ("date", None, (None, "2020", "2023-01-02", "2021"), "2021"),
        ("date", "maximum", (None, "2020", "2023-01-02", "2021"), "2023-01-02"),
        ("text", None, (None, "milt", "lever", "nier"), "nier"),
        ("text", "last", (None, "milt", "lever", None), "lever"),
    ],
)
def test_policies(
    variable: Callable[..., Codebook], kind: str, policy: str | None, values: Any, expected: Any
) -> None:
    more: dict[str, Any] = {"merge": policy} if policy else {}
    if kind == "category":
        more["options"] = ["a", "b", "c"]
    if kind == "ordinal":
        more["options"] = [1, 2, 3]
    answers = [SILENT if value is None else said(part, value) for part, value in enumerate(values)]
    found = merged(variable(kind, **more), *answers)
    assert found.value == expected
    assert found.status is Status.STATED


def test_the_largest_amount_in_one_unit(variable: Callable[..., Codebook]) -> None:
    codebook = variable("quantity", unit="mm", merge="maximum")
    small, large = {"value": 30.0, "unit": "mm"}, {"value": 4.0, "unit": "cm"}
    assert merged(codebook, SILENT, said(1, small), said(2, large)).value == large


def test_equal_amounts_are_no_conflict(variable: Callable[..., Codebook]) -> None:
    codebook = variable("quantity", unit="mm")
    same, other = {"value": 40.0, "unit": "mm"}, {"value": 4.0, "unit": "cm"}
    assert merged(codebook, SILENT, said(1, same), said(2, other)).notes == ()


@pytest.mark.parametrize("policy", ["any_true", "first", "last"])
def test_what_is_stated_outweighs_what_is_hedged_or_inferred(
    variable: Callable[..., Codebook], policy: str
) -> None:
    codebook = variable("boolean", merge=policy)
    hedged, inferred = said(0, True, Status.UNCERTAIN), said(2, True, Status.INFERRED)
    assert merged(codebook, hedged, said(1, False), inferred).value is False
    assert merged(codebook, inferred, hedged).status is Status.UNCERTAIN
    assert merged(codebook, SILENT, inferred).status is Status.INFERRED


def test_a_conclusion_that_hedges_wins_but_not_one_without_evidence(
    variable: Callable[..., Codebook],
) -> None:
    codebook = variable("category", options=["a", "b"])
    silent = [SILENT, SILENT]
    assert merged(codebook, *silent, said(2, "a"), said(3, "b", Status.UNCERTAIN)).value == "b"
    assert merged(codebook, *silent, said(2, "a"), said(3, "b", Status.INFERRED)).value == "a"


def test_an_addendum_corrects_the_conclusion(codebook_of: Callable[..., Codebook]) -> None:
    text = "CONCLUSIE: graad een.\nADDENDUM: graad twee."
    middle = text.index("ADDENDUM")
    codebook = one(codebook_of, kind="ordinal", options=[1, 2])
    answers = []
    for value, part in ((1, Part(0, middle)), (2, Part(middle, len(text)))):
        start = part.text(text).index("graad")
        answers.append({"x": Answer(Status.STATED, value, Evidence("graad", start, start + 5, Grade.EXACT))})
    assert merge(codebook, answers, [Part(0, middle), Part(middle, len(text))], text)["x"].value == 2


def test_conflicts_are_noted(variable: Callable[..., Codebook]) -> None:
    place = TEXT.index("B twee")
    found = merged(variable("boolean"), SILENT, said(1, False), said(2, True, notes=("as before",)))
    assert found.notes == ("as before", f"another part says: false, at characters {place} to {place + 6}")
    found = merged(
        variable("category", options=["a", "b"]), SILENT, said(1, "a"), said(2, "b", Status.INFERRED)
    )
    assert found.notes == ("another part says: b, without evidence",)


def test_notes_never_hold_the_words_of_the_report(variable: Callable[..., Codebook]) -> None:
    place = TEXT.index("C drie")
    for codebook, one_value, other in (
        (variable("text"), "twee", "drie"),
        (variable("count"), 12, 11),
        (variable("quantity", unit="mm"), {"value": 12.0, "unit": "mm"}, {"value": 11.0, "unit": "mm"}),
        (variable("date"), "2020-01-12", "2020-01-11"),
    ):
        found = merged(codebook, SILENT, said(1, one_value), said(2, other))
        assert found.value == one_value
        assert found.notes == (f"another part gives another value, at characters {place} to {place + 6}",)


def test_many_conflicts_are_counted(codebook_of: Callable[..., Codebook]) -> None:
    text = "\n".join(f"Regel {number}." for number in range(6))
    cuts = [text.index(f"Regel {number}") for number in range(6)] + [len(text)]
    parts = [Part(start, end) for start, end in pairwise(cuts)]
    answers = [
        {"x": Answer(Status.STATED, number, Evidence("Regel", 0, 5, Grade.EXACT))} for number in range(6)
    ]
    found = merge(one(codebook_of, kind="count"), answers, parts, text)["x"]
    assert found.value == 5
    assert len(found.notes) == 4
    assert found.notes[-1] == "2 further values in other parts"


def test_the_confidence_is_that_of_the_answer_chosen(variable: Callable[..., Codebook]) -> None:
    found = merged(variable("boolean"), SILENT, said(1, False, confidence=0.9), said(2, True, confidence=0.6))
    assert (found.confidence, found.votes) == (0.6, None)


def test_silence_is_as_sure_as_the_least_sure_part(variable: Callable[..., Codebook]) -> None:
    silences = [
        Answer(Status.NOT_MENTIONED, confidence=sure, votes=votes)
        for sure, votes in ((0.9, 1.0), (0.5, 0.6), (None, 0.2))
    ]
    assert merged(variable("boolean"), *silences) == Answer(Status.NOT_MENTIONED, confidence=0.5, votes=0.6)


def test_a_failed_part(variable: Callable[..., Codebook]) -> None:
    failed = Answer(Status.FAILED, notes=("must be true or false",))
    found = merged(variable("boolean"), failed, said(1, True), failed)
    assert (found.status, found.value) == (Status.STATED, True)
    assert found.notes == ("failed in parts 1, 3 of 3: must be true or false",)
    found = merged(variable("boolean"), SILENT, failed)
    assert found == Answer(Status.FAILED, notes=("must be true or false", "failed in part 2 of 2"))


def test_when_is_decided_by_the_whole(codebook_of: Callable[..., Codebook]) -> None:
    codebook = codebook_of(
        {"name": "x", "kind": "boolean"},
        {"name": "count", "kind": "count", "when": "x == true"},
        {"name": "large", "kind": "boolean", "when": "count >= 2"},
    )
    out = Answer(Status.NOT_APPLICABLE)
    denied = {"x": said(1, False), "count": out, "large": out}
    found = {"x": said(2, True), "count": said(2, 2), "large": SILENT}
    both = merge(codebook, [denied, found], PARTS[1:3], TEXT)
    assert [both[name].value for name in codebook.names] == [True, 2, None]
    assert both["large"].status is Status.NOT_MENTIONED

    first = codebook.model_copy(
        update={"variables": [codebook["x"].model_copy(update={"merge": "first"}), *codebook.variables[1:]]}
    )
    overruled = merge(first, [denied, found], PARTS[1:3], TEXT)
    assert overruled["count"] == Answer(Status.NOT_APPLICABLE, notes=("ignored: needs x == true",))
    assert overruled["large"].status is Status.NOT_APPLICABLE


def test_what_is_ruled_out_need_not_have_been_answered(codebook_of: Callable[..., Codebook]) -> None:
    codebook = codebook_of(
        {"name": "x", "kind": "boolean"},
        {"name": "count", "kind": "count", "when": "x == true", "statuses": ["stated", "inferred"]},
    )
    failed = Answer(Status.FAILED, notes=("must have a value",))
    found = merge(
        codebook, [{"x": said(1, False), "count": failed}, {"x": SILENT, "count": failed}], PARTS[1:3], TEXT
    )
    assert found["count"].status is Status.NOT_MENTIONED


def test_a_report_must_mention_what_its_parts_need_not(variable: Callable[..., Codebook]) -> None:
    codebook = variable("boolean", statuses=["stated", "inferred"])
    asked = codebook_for_parts(codebook)
    assert asked["x"].allows("not_mentioned")
    assert not asked["x"].allows("uncertain")
    assert merged(codebook, SILENT, said(1, True)).value is True
    assert merged(codebook, SILENT, SILENT) == Answer(Status.FAILED, notes=("must have a value",))


def test_the_codebook_for_parts_is_the_codebook_where_nothing_is_demanded(codebook: Codebook) -> None:
    assert codebook_for_parts(codebook) == codebook


def test_parts_may_be_asked_about_some_variables_only(codebook_of: Callable[..., Codebook]) -> None:
    codebook = codebook_of({"name": "x", "kind": "boolean"}, {"name": "y", "kind": "boolean"})
    assert list(merge(codebook, [{"x": SILENT}, {}], PARTS[:2], TEXT)) == ["x"]


def test_as_many_answers_as_parts(variable: Callable[..., Codebook]) -> None:
    with pytest.raises(ValueError):
        merge(variable("boolean"), [{"x": SILENT}], PARTS[:2], TEXT)


STATUSES = st.sampled_from([Status.STATED, Status.UNCERTAIN, Status.INFERRED])
POLICIES = {
    "boolean": ["any_true", "conclusion", "first", "last"],
    "category": ["conclusion", "first", "last"],
    "count": ["maximum", "conclusion", "first", "last"],
}


@st.composite
def four(draw: st.DrawFn) -> tuple[dict[str, Any], list[Answer]]:
    """A variable and what four parts say of it."""
    kind = draw(st.sampled_from(sorted(POLICIES)))
    variable: dict[str, Any] = {"name": "x", "kind": kind, "merge": draw(st.sampled_from(POLICIES[kind]))}
    values: st.SearchStrategy[Any] = {"boolean": st.booleans(), "count": st.integers(0, 3)}.get(
        kind, st.sampled_from(["a", "b", "c"])
    )
    if kind == "category":
        variable["options"] = ["a", "b", "c"]
    answers = []
    for part in range(4):
        if draw(st.booleans()):
            sure = draw(st.none() | st.floats(0, 1))
            answers.append(said(part, draw(values), draw(STATUSES), confidence=sure))
        else:
            answers.append(draw(st.sampled_from([SILENT, Answer(Status.FAILED, notes=("why",))])))
    return variable, answers


@given(four(), st.permutations(range(4)))
def test_the_order_in_which_parts_are_given_does_not_matter(
    drawn: tuple[dict[str, Any], list[Answer]], order: list[int]
) -> None:
    codebook = Codebook.model_validate({"name": "test", "variables": [drawn[0]]})
    rows = [{"x": answer} for answer in drawn[1]]
    shuffled = merge(codebook, [rows[one] for one in order], [PARTS[one] for one in order], TEXT)
    assert shuffled == merge(codebook, rows, PARTS, TEXT)


@given(four())
def test_what_is_merged_is_what_a_part_said(drawn: tuple[dict[str, Any], list[Answer]]) -> None:
    codebook = Codebook.model_validate({"name": "test", "variables": [drawn[0]]})
    found = merge(codebook, [{"x": answer} for answer in drawn[1]], PARTS, TEXT)["x"]
    valued = [answer for answer in drawn[1] if answer.status.has_value]
    if valued:
        assert any(
            (answer.value, answer.status, answer.confidence) == (found.value, found.status, found.confidence)
            for answer in valued
        )
    else:
        assert not found.status.has_value
    if found.evidence is not None:
        assert TEXT[found.evidence.start : found.evidence.end] == found.evidence.quote


@given(four())
def test_one_part_changes_nothing(drawn: tuple[dict[str, Any], list[Answer]]) -> None:
    codebook = Codebook.model_validate({"name": "test", "variables": [drawn[0]]})
    whole = Part(0, len(TEXT))
    answer = drawn[1][0]
    assert merge(codebook, [{"x": answer}], [whole], TEXT) == {"x": answer}
    twice = merge(codebook, [{"x": answer}, {"x": answer}], [whole, whole], TEXT)["x"]
    assert (twice.status, twice.value, twice.evidence, twice.confidence) == (
        answer.status,
        answer.value,
        answer.evidence,
        answer.confidence,
    )
