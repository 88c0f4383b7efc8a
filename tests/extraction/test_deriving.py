"""Derived variables: computed from the answers, with their status, confidence and notes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Status
from epicrisis.extraction.codec import dump_answers, load_answers
from epicrisis.extraction.deriving import Deriving, derive

VARIABLES: list[dict[str, Any]] = [
    {"name": "psa", "kind": "quantity", "unit": "ng/ml", "units": ["bottles"]},
    {"name": "volume", "kind": "quantity", "unit": "ml"},
    {"name": "total", "kind": "count"},
    {"name": "t", "kind": "category", "options": ["T1", "T2", "T3"]},
    {"name": "n", "kind": "category", "options": ["N0", "N1"]},
    {"name": "m", "kind": "category", "options": ["M0", "M1"]},
    {"name": "height", "kind": "quantity", "unit": "cm"},
    {"name": "weight", "kind": "quantity", "unit": "kg"},
    {"name": "born", "kind": "date"},
    {"name": "seen", "kind": "date"},
    {
        "name": "lesions",
        "kind": "group",
        "variables": [
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "old", "kind": "boolean"},
        ],
    },
]
STAGE = {
    "columns": ["t", "n", "m"],
    "rows": [
        ["*", "*", "M1", "IV"],
        [["T1", "T2"], "N0", "M0", "I"],
        ["T3", "N0", "M0", "II"],
        ["*", "N1", "M0", "III"],
    ],
}
NOTTINGHAM = [{"when": "total <= 5", "value": 1}, {"when": "total <= 7", "value": 2}, {"value": 3}]


def of(derived: dict[str, Any] | list[dict[str, Any]], **answers: Any) -> Answer:
    """The answer to the last derived variable; values become stated answers."""
    several = derived if isinstance(derived, list) else [derived]
    codebook = Codebook.model_validate({"name": "x", "variables": VARIABLES, "derive": several})
    given = {
        name: answer if isinstance(answer, Answer) else stated(answer) for name, answer in answers.items()
    }
    everything = {name: Answer(Status.NOT_MENTIONED) for name in (one["name"] for one in VARIABLES)} | given
    found = derive(codebook, everything)
    assert list(found) == [one["name"] for one in several]
    assert load_answers(dump_answers(found)) == found
    return list(found.values())[-1]


def stated(value: Any, confidence: float | None = None, status: Status = Status.STATED) -> Answer:
    if value is None:
        return Answer(Status.NOT_MENTIONED, confidence=confidence)
    return Answer(status, value, None, confidence)


def amount(number: float, unit: str) -> dict[str, Any]:
    return {"value": number, "unit": unit}


DENSITY = {"name": "density", "kind": "quantity", "unit": "ng/ml/cm3", "formula": "psa / volume"}
GRADE = {"name": "grade", "kind": "ordinal", "options": [1, 2, 3], "cases": NOTTINGHAM}
TNM = {"name": "stage", "kind": "ordinal", "options": ["I", "II", "III", "IV"], "table": STAGE}


def test_a_formula_comes_out_in_its_own_unit() -> None:
    found = of(DENSITY, psa=amount(6.0, "ng/ml"), volume=amount(30.0, "ml"))
    assert found == Answer(
        Status.INFERRED, {"value": 0.2, "unit": "ng/ml/cm3"}, None, None, ("derived: psa / volume",)
    )
    bmi = {"name": "bmi", "kind": "quantity", "unit": "kg/m2", "formula": "weight / (height * height)"}
    found = of(bmi, weight=amount(80.0, "kg"), height=amount(200.0, "cm"))
    assert found.value == amount(20.0, "kg/m2")
    found = of(bmi, weight=amount(80.0, "kg"), height=amount(2.0, "m"))  # not in the table's unit
    assert found.value == amount(20.0, "kg/m2")


def test_the_ellipsoid_of_three_lengths() -> None:
    ellipsoid = {"name": "v", "kind": "quantity", "unit": "ml", "formula": "0.52 * height * height * height"}
    assert of(ellipsoid, height=amount(4.0, "cm")).value == amount(33.28, "ml")


@pytest.mark.parametrize(("total", "grade"), [(3, 1), (5, 1), (6, 2), (7, 2), (8, 3), (9, 3)])
def test_cases_go_from_first_to_last(total: int, grade: int) -> None:
    found = of(GRADE, total=total)
    assert found.value == grade
    assert found.notes == ("derived: by cases",)


@pytest.mark.parametrize(
    ("t", "n", "m", "stage"),
    [
        ("T1", "N0", "M0", "I"),
        ("T2", "N0", "M0", "I"),
        ("T3", "N0", "M0", "II"),
        ("T3", "N1", "M0", "III"),
        ("T1", "N1", "M1", "IV"),
        (None, None, "M1", "IV"),
        (None, "N1", "M0", "III"),
        (None, "N0", "M0", None),
        ("T1", "N0", None, None),  # M1 may be the right row
        ("T1", None, "M0", None),
    ],
)
def test_a_table_is_looked_up_as_far_as_the_answers_tell(
    t: str | None, n: str | None, m: str | None, stage: str | None
) -> None:
    found = of(TNM, t=t, n=n, m=m)
    assert found.value == stage
    assert found.status is (Status.NOT_MENTIONED if stage is None else Status.INFERRED)


def test_cells_of_a_table_may_be_limits_lists_and_nothing() -> None:
    table = {
        "columns": ["psa", "t"],
        "rows": [
            [">= 10", "*", "high"],
            ["< 4", ["T1", "T2"], "low"],
            [None, "*", "unknown"],
            ["*", "*", "mid"],
        ],
    }
    risk = {"name": "risk", "kind": "text", "table": table}
    assert of(risk, psa=amount(12, "ng/ml"), t="T1").value == "high"
    assert of(risk, psa=amount(3, "ng/ml"), t="T2").value == "low"
    assert of(risk, psa=amount(3, "ng/ml"), t="T3").value == "mid"
    assert of(risk, psa=amount(5, "ng/ml")).value == "mid"
    assert of(risk, t="T3").value is None  # 10 or more, for all we know


def test_the_value_of_every_kind() -> None:
    assert of({"name": "d", "kind": "boolean", "formula": "total > 3"}, total=4).value is True
    old = {"name": "d", "kind": "count", "formula": "years_between(born, seen)"}
    assert of(old, born="1950-06-01", seen="2020-05-31").value == 69
    assert of({"name": "d", "kind": "date", "formula": "seen"}, seen="2020-05").value == "2020-05"
    assert of({"name": "d", "kind": "text", "formula": "lower(t)"}, t="T1").value == "t1"
    same = {"name": "d", "kind": "category", "options": ["T1", "T2"], "formula": "t"}
    assert of(same, t="T2").value == "T2"


class TestGroups:
    LARGEST = {"name": "largest", "kind": "quantity", "unit": "cm", "formula": "max(lesions.size)"}  # noqa: RUF012

    def item(self, size: float | None) -> dict[str, Answer]:
        return {"size": stated(None if size is None else amount(size, "mm")), "old": stated(True)}

    def test_items_are_gathered(self) -> None:
        found = of(self.LARGEST, lesions=[self.item(12.0), self.item(None), self.item(30.0)])
        assert found.value == amount(3.0, "cm")

    def test_items_that_do_not_say_give_no_value(self) -> None:
        found = of(self.LARGEST, lesions=[self.item(None)])
        assert found == Answer(Status.NOT_MENTIONED, notes=("derived: not stated for lesions",))

    def test_no_items_give_no_value(self) -> None:
        assert of(self.LARGEST).notes == ("derived: needs lesions",)


class TestStatus:
    def test_uncertain_if_what_it_rests_on_is(self) -> None:
        psa = stated(amount(6, "ng/ml"), status=Status.UNCERTAIN)
        assert of(DENSITY, psa=psa, volume=amount(30, "ml")).status is Status.UNCERTAIN

    def test_missing_if_what_it_needs_is(self) -> None:
        found = of(DENSITY, psa=amount(6, "ng/ml"))
        assert found == Answer(Status.NOT_MENTIONED, notes=("derived: needs volume",))
        out = Answer(Status.NOT_APPLICABLE)
        assert of(DENSITY, psa=amount(6, "ng/ml"), volume=out).status is Status.NOT_APPLICABLE
        assert of(DENSITY, volume=out).status is Status.NOT_MENTIONED

    def test_failed_if_what_it_needs_failed(self) -> None:
        found = of(DENSITY, psa=Answer(Status.FAILED), volume=amount(30, "ml"))
        assert found == Answer(Status.FAILED, notes=("derived: psa failed",))

    def test_what_failed_does_not_matter_where_the_rest_decides(self) -> None:
        assert of(TNM, m="M1", t=Answer(Status.FAILED), n="N0").value == "IV"

    def test_not_applicable_where_the_case_has_no_value(self) -> None:
        cases = [{"when": "total > 5", "value": 1}, {"value": None}]
        found = of({"name": "d", "kind": "count", "cases": cases}, total=3)
        assert found == Answer(Status.NOT_APPLICABLE, notes=("derived: by cases",))

    @pytest.mark.parametrize(
        ("derived", "answers", "note"),
        [
            (
                DENSITY,
                {"psa": 6, "volume": 0},
                "derived: psa / volume: cannot be computed from these answers",
            ),
            (
                {**DENSITY, "range": {"max": 0.1}},
                {"psa": 6, "volume": 30},
                "derived: psa / volume: 0.2 ng/ml/cm3 is out of range: at most 0.1 ng/ml/cm3",
            ),
            (
                {"name": "d", "kind": "count", "formula": "total / 2"},
                {"total": 3},
                "derived: total / 2: must be a whole number",
            ),
            (
                {"name": "d", "kind": "ordinal", "options": [1, 2], "formula": "total"},
                {"total": 3},
                "derived: total: must be one of: 1, 2",
            ),
            (
                {"name": "d", "kind": "count", "cases": [{"when": "total > 5", "value": 1}]},
                {"total": 3},
                "derived: by cases: nothing there fits",
            ),
        ],
    )
    def test_failed_with_the_reason_where_nothing_comes_out(
        self, derived: dict[str, Any], answers: dict[str, float], note: str
    ) -> None:
        units = {"psa": "ng/ml", "volume": "ml"}
        given = {
            name: amount(value, units[name]) if name in units else value for name, value in answers.items()
        }
        assert of(derived, **given) == Answer(Status.FAILED, notes=(note,))

    def test_an_amount_in_a_unit_that_cannot_be_converted(self) -> None:
        found = of(DENSITY, psa=amount(2, "bottles"), volume=amount(30, "ml"))
        assert found.status is Status.FAILED


class TestConfidence:
    def test_as_sure_as_all_it_rests_on_together(self) -> None:
        psa, volume = stated(amount(6, "ng/ml"), 0.9), stated(amount(30, "ml"), 0.8)
        assert of(DENSITY, psa=psa, volume=volume).confidence == pytest.approx(0.72)

    def test_none_if_one_has_none(self) -> None:
        assert of(DENSITY, psa=stated(amount(6, "ng/ml"), 0.9), volume=amount(30, "ml")).confidence is None

    def test_each_answer_counts_once_through_whatever_is_between(self) -> None:
        twice = [
            DENSITY,
            {"name": "high", "kind": "boolean", "formula": "density > 0.1 and psa > 4"},
        ]
        psa, volume = stated(amount(6, "ng/ml"), 0.9), stated(amount(30, "ml"), 0.8)
        found = of(twice, psa=psa, volume=volume)
        assert found.value is True
        assert found.confidence == pytest.approx(0.72)


def test_derived_variables_rest_on_others_in_any_order() -> None:
    chain = [
        {"name": "a", "kind": "count", "formula": "b + 1"},
        {"name": "b", "kind": "count", "formula": "c * 2"},
        {"name": "c", "kind": "count", "formula": "total"},
        {"name": "last", "kind": "count", "formula": "a"},
    ]
    assert of(chain, total=3).value == 7
    assert of(chain).notes == ("derived: needs total",)


def test_what_rests_on_itself_fails_and_takes_nothing_with_it() -> None:
    several = [
        {"name": "a", "kind": "count", "formula": "b"},
        {"name": "b", "kind": "count", "formula": "a"},
        {"name": "c", "kind": "count", "formula": "total"},
    ]
    codebook = Codebook.model_validate({"name": "x", "variables": VARIABLES, "derive": several})
    found = derive(codebook, {"total": Answer(Status.STATED, 2)})
    assert found["a"] == found["b"] == Answer(Status.FAILED, notes=("derived: it rests on itself",))
    assert found["c"].value == 2


def test_answers_that_are_not_there_have_failed() -> None:
    codebook = Codebook.model_validate({"name": "x", "variables": VARIABLES, "derive": [DENSITY]})
    assert derive(codebook, {})["density"] == Answer(Status.FAILED, notes=("derived: psa, volume failed",))


VALUES = st.one_of(
    st.none(),
    st.integers(-9, 9),
    st.floats(),
    st.sampled_from(["T1", "N0", "M1", "2020", "2020-05-31"]),
    st.builds(amount, st.floats(), st.sampled_from(["ng/ml", "cm", "kg", "bottles", "ml", "?"])),
    st.lists(
        st.dictionaries(st.sampled_from(["size", "old"]), st.floats() | st.text(max_size=3)), max_size=2
    ),
)
EVERYTHING = Codebook.model_validate(
    {
        "name": "x",
        "variables": VARIABLES,
        "derive": [
            DENSITY,
            GRADE,
            TNM,
            TestGroups.LARGEST,
            {"name": "age", "kind": "count", "formula": "years_between(born, seen)"},
            {"name": "odd", "kind": "boolean", "formula": "density * total / height > weight * 2 / total"},
        ],
    }
)


@given(
    st.dictionaries(
        st.sampled_from([one["name"] for one in VARIABLES]),
        st.builds(Answer, st.sampled_from(list(Status)), VALUES, st.none(), st.none() | st.floats(0, 1)),
    )
)
def test_no_answers_make_it_fail(answers: dict[str, Answer]) -> None:
    found = Deriving(EVERYTHING).answers(answers)
    assert list(found) == [variable.name for variable in EVERYTHING.derive]
    for answer in found.values():
        assert answer.notes
        assert (answer.value is not None) == answer.status.has_value
        assert answer.evidence is None
        assert answer.confidence is None or 0 <= answer.confidence <= 1
