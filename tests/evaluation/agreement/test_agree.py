"""Raters in, agreement out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from epicrisis.errors import OptionError
from epicrisis.evaluation.agreement import VariableAgreement, agree
from epicrisis.evaluation.gold import GoldCell
from epicrisis.extraction.answer import Status

SIDES = ["left", "right", "both", None]


def of(codebook: Any, *golds: Any, draws: int = 200) -> VariableAgreement:
    """The agreement on the one variable that the raters have."""
    (found,) = agree(golds, codebook, draws=draws).variables
    return found


def values(found: VariableAgreement) -> dict[str, float | None]:
    return {name: estimate.value for name, estimate in found.measures.items()}


def test_what_two_raters_of_a_category_have(codebook: Any, rater: Any) -> None:
    one = ["left", "left", "right", "both", None, "right", "left", None]
    other = ["left", "right", "right", "both", None, "right", "left", "left"]
    found = of(codebook, rater("a", side=one), rater("b", side=other))
    assert list(found.measures) == ["percent_agreement", "kappa", "krippendorff_alpha_nominal", "gwet_ac1"]
    assert found.headline == ("percent_agreement", "kappa", "krippendorff_alpha_nominal", "gwet_ac1")
    assert found.measures["percent_agreement"].value == 6 / 8
    # Saying nothing is a category like the others.
    expected = cohen_kappa_score([str(value) for value in one], [str(value) for value in other])
    assert found.measures["kappa"].value == pytest.approx(expected)
    assert found.categories == ("left", "right", "both", "(none)")
    assert found.table is not None
    assert found.table.counts == ((2, 1, 0, 0), (0, 2, 0, 0), (0, 0, 1, 0), (1, 0, 0, 1))
    assert found.disagreements == ("r2", "r8")
    assert {estimate.n for estimate in found.measures.values()} == {8}
    assert found.measures["percent_agreement"].method == "Wilson"
    assert found.measures["kappa"].method == "BCa"
    assert found.measures["kappa"].low < found.measures["kappa"].value < found.measures["kappa"].high


def test_an_option_nobody_chose_counts_for_gwet(codebook: Any, rater: Any) -> None:
    one, other = ["left"] * 5 + ["right"] * 5, ["left"] * 4 + ["right"] * 6
    found = of(codebook, rater("a", side=one), rater("b", side=other))
    chance = 2 * 0.45 * 0.55 / (3 - 1)
    assert found.measures["gwet_ac1"].value == pytest.approx((0.9 - chance) / (1 - chance))


def test_the_kappa_of_scales_takes_values_only(codebook: Any, rater: Any) -> None:
    one = [0, 0.5, 1, 3, None, 0, 0.5, 1, None]
    other = [0, 1, 1, 0.5, None, 0, 0.5, None, 3]
    found = of(codebook, rater("a", grade=one), rater("b", grade=other))
    place = {0: 0, 0.5: 1, 1: 2, 3: 3}
    pairs = [(place[x], place[y]) for x, y in zip(one, other, strict=True) if None not in (x, y)]
    for weights in ("linear", "quadratic"):
        expected = cohen_kappa_score(*zip(*pairs, strict=True), labels=range(4), weights=weights)
        estimate = found.measures[f"{weights}_kappa"]
        assert estimate.value == pytest.approx(expected)
        assert estimate.n == 6
    assert found.measures["kappa"].n == 9
    assert found.headline[1:] == ("quadratic_kappa", "krippendorff_alpha_ordinal", "gwet_ac2")


def test_intervals_are_those_of_the_options_if_they_are_numbers(codebook: Any, rater: Any) -> None:
    import krippendorff

    numbers = [0, 0.5, 1, 3, 3, 1], [0, 1, 1, 3, 0.5, 1]
    found = of(codebook, *(rater(name, grade=row) for name, row in zip("ab", numbers, strict=True)))
    expected = krippendorff.alpha(np.array(numbers), level_of_measurement="interval")
    assert found.measures["krippendorff_alpha_interval"].value == pytest.approx(expected)
    words = [["none", "mild", "severe"][min(2, int(2 * value))] for value in numbers[0]]
    places = [min(2, int(2 * value)) for value in numbers[0]]
    other = list(reversed(words))
    found = of(codebook, rater("a", degree=words), rater("b", degree=other))
    expected = krippendorff.alpha(np.array([places, places[::-1]]), level_of_measurement="interval")
    assert found.measures["krippendorff_alpha_interval"].value == pytest.approx(expected)


def test_amounts_are_compared_in_one_unit(codebook: Any, rater: Any) -> None:
    one = [{"value": 12.0, "unit": "mm"}, {"value": 3.0, "unit": "cm"}, {"value": 5.0, "unit": "mm"}, None]
    other = [{"value": 1.2, "unit": "cm"}, {"value": 30.0, "unit": "mm"}, {"value": 7.0, "unit": "mm"}, None]
    found = of(codebook, rater("a", size=one), rater("b", size=other))
    assert list(found.measures) == ["percent_agreement", "krippendorff_alpha_interval"]
    assert found.measures["percent_agreement"].value == 3 / 4
    assert found.measures["krippendorff_alpha_interval"].n == 3
    assert found.measures["krippendorff_alpha_interval"].value == pytest.approx(0.99, abs=0.01)


def test_dates_without_a_day_are_on_no_scale(codebook: Any, rater: Any) -> None:
    one = ["2020-01-01", "2020-02", "2021", "2020-03-01", "2020-04-01"]
    other = ["2020-01-01", "2020-02", "2020", "2020-03-02", "2020-04-01"]
    found = of(codebook, rater("a", day=one), rater("b", day=other))
    assert found.measures["percent_agreement"].value == 3 / 5
    assert found.measures["krippendorff_alpha_interval"].n == 3
    assert found.measures["krippendorff_alpha_interval"].value > 0.99


def test_texts_share_words(codebook: Any, rater: Any) -> None:
    one = ["oud infarct", "geen afwijkingen", None, "tumor", None, "<"]
    other = ["oud infarct links", "geen afwijkingen", None, None, "cyste", "<"]
    found = of(codebook, rater("a", conclusion=one), rater("b", conclusion=other))
    assert found.measures["token_f1"].value == pytest.approx((0.8 + 1 + 0 + 0 + 1) / 5)
    assert found.measures["token_f1"].n == 5
    assert found.headline == ("percent_agreement", "token_f1")


def mention(text: str, kind: str, start: int | None = None) -> dict[str, Any]:
    end = None if start is None else start + len(text)
    return {"text": text, "type": kind, "start": start, "end": end}


def test_mentions_match_one_to_one(codebook: Any, rater: Any) -> None:
    one = [[mention("ascal", "drug", 10), mention("80 mg", "dose", 16)], None, [mention("zo", "drug")]]
    other = [[mention("ascal 80 mg", "drug", 10)], [mention("ascal", "drug", 3)], [mention("Zo", "drug")]]
    found = of(codebook, rater("a", drugs=one), rater("b", drugs=other))
    assert found.measures["strict_f1"].value == pytest.approx(2 * 1 / 6)
    assert found.measures["overlap_f1"].value == pytest.approx(2 * 2 / 6)
    assert found.headline == ("percent_agreement", "strict_f1")


def test_items_match_on_their_keys(codebook: Any, rater: Any) -> None:
    def lesion(place: str, size: float) -> dict[str, Any]:
        return {"place": place, "size": {"value": size, "unit": "mm"}}

    one = [[lesion("links frontaal", 3), lesion("rechts", 4)], None]
    other = [[lesion("rechts", 5), lesion("cerebellair", 9), lesion("links frontaal", 3)], None]
    found = of(codebook, rater("a", lesions=one), rater("b", lesions=other))
    assert found.measures["item_f1"].value == pytest.approx(2 * 2 / 5)


def test_three_raters_and_missing_ratings(codebook: Any, rater: Any) -> None:
    import krippendorff

    rows = {
        "a": ["left", "left", "right", "both", ..., "right", "left"],
        "b": ["left", "right", "right", ..., ..., "right", "left"],
        "c": ["left", "right", ..., "both", "left", "right", "right"],
    }
    found = of(codebook, *(rater(name, side=row) for name, row in rows.items()))
    number = {"left": 0, "right": 1, "both": 2, ...: np.nan}
    data = np.array([[number[value] for value in row] for row in rows.values()])
    expected = krippendorff.alpha(data, level_of_measurement="nominal", value_domain=[0, 1, 2])
    assert found.measures["krippendorff_alpha_nominal"].value == pytest.approx(expected)
    assert found.reports == 6
    assert found.ratings == (6, 5, 6)
    pairs = []
    for one, other in ((0, 1), (0, 2), (1, 2)):
        both = np.isfinite(data[[one, other]]).all(axis=0)
        pairs.append(cohen_kappa_score(data[one][both].astype(int), data[other][both].astype(int)))
    assert found.measures["kappa"].value == pytest.approx(np.mean(pairs))
    assert str(found.measures["kappa"].note).startswith("mean of 3 pairs of raters")
    assert "fleiss_kappa" in found.measures
    assert found.measures["percent_agreement"].value == pytest.approx((1 + 1 / 3 + 1 + 1 + 1 + 1 / 3) / 6)
    assert found.table is None


def test_pairs_without_a_report_in_common_are_left_out_of_the_mean(codebook: Any, rater: Any) -> None:
    nobody = [...] * 6
    found = of(
        codebook,
        rater("a", seen=[True, False, True, False, True, True, *nobody]),
        rater("b", seen=[True, False, False, False, True, True, True, False, True, False, True, False]),
        rater("c", seen=[*nobody, True, False, True, False, True, True]),
    )
    assert found.measures["kappa"].note == "mean of 2 pairs of raters; not defined for 1 more"
    assert found.measures["kappa"].n == 12


def test_only_one_category(codebook: Any, rater: Any) -> None:
    found = of(codebook, *(rater(name, seen=[True] * 10) for name in "ab"))
    assert found.measures["kappa"].value is None
    assert "one and the same" in str(found.measures["kappa"].note)
    assert found.measures["krippendorff_alpha_nominal"].value is None
    assert found.measures["gwet_ac1"].value == 1
    assert found.measures["percent_agreement"].value == 1
    # All of ten is not the same as always.
    assert found.measures["percent_agreement"].low == pytest.approx(0.722, abs=1e-3)


def test_too_few_reports_have_no_interval(codebook: Any, rater: Any) -> None:
    found = of(
        codebook, rater("a", seen=[True, False, True, False]), rater("b", seen=[True, True, True, False])
    )
    assert found.measures["kappa"].value == pytest.approx(0.5)
    for estimate in found.measures.values():
        assert (estimate.low, estimate.high) == (None, None)
        assert "4 of at least 5" in str(estimate.note)


def test_the_reports_that_count_are_those_with_two_ratings(codebook: Any, rater: Any) -> None:
    found = of(codebook, rater("a", seen=[True, False] * 10), rater("b", seen=[True, True, True, False]))
    assert found.reports == 4
    assert found.measures["kappa"].low is None
    assert found.measures["kappa"].n == 4


def test_a_variable_that_no_two_raters_rated(codebook: Any, rater: Any) -> None:
    found = agree(
        [rater("a", seen=[True] * 3, grade=[0, ..., ...]), rater("b", seen=[True] * 3, grade=[..., 1, ...])],
        codebook,
        draws=50,
    )
    grade = found.variables[1]
    assert (grade.reports, grade.disagreements) == (0, ())
    assert set(values(grade).values()) == {None}
    assert all("no report has two ratings" in str(one.note) for one in grade.measures.values())


def test_a_variable_that_nobody_rated_at_all(codebook: Any, rater: Any) -> None:
    names = ["grade", "side", "day", "size", "conclusion", "drugs", "lesions"]
    nothing = {name: [...] for name in names}
    found = agree([rater("a", seen=[True], **nothing), rater("b", seen=[True], **nothing)], codebook)
    for variable in found.variables[1:]:
        assert set(values(variable).values()) == {None}


def test_failed_answers_are_no_ratings(codebook: Any, rater: Any) -> None:
    failed = GoldCell(Status.FAILED)
    found = of(codebook, rater("a", seen=[True, False, failed]), rater("b", seen=[True, False, True]))
    assert found.reports == 2
    assert found.measures["percent_agreement"].value == 1
    assert found.notes == ("failed answers left out: 1",)


def test_what_only_some_have_is_said(codebook: Any, rater: Any) -> None:
    found = agree(
        [rater("a", seen=[True] * 8, side=["left"] * 8), rater("b", seen=[True] * 6, grade=[1] * 6)],
        codebook,
        draws=50,
    )
    assert [variable.name for variable in found.variables] == ["seen"]
    assert "Left out, because not every rater has them: side, grade." in found.notes
    assert "Rated by one rater only: 2 of 8 reports." in found.notes
    assert found.reports == 6
    assert [(one.name, one.reports) for one in found.raters] == [("a", 8), ("b", 6)]


def test_raters_of_one_name_are_told_apart(codebook: Any, rater: Any) -> None:
    golds = [rater("gold.csv", seen=[True, False]) for _ in range(3)]
    found = agree(golds, codebook, draws=50)
    assert [one.name for one in found.raters] == ["gold.csv", "gold.csv (2)", "gold.csv (3)"]


def test_what_cannot_be_measured_is_refused(codebook: Any, rater: Any) -> None:
    a, b, c = rater("a", seen=[True]), rater("b", side=["left"]), rater("c", seen=[..., True])
    with pytest.raises(OptionError, match="two raters"):
        agree([a], codebook)
    with pytest.raises(OptionError, match="no variable"):
        agree([a, b], codebook)
    with pytest.raises(OptionError, match="ids written alike"):
        agree([a, c], codebook)


def test_the_document_is_json(codebook: Any, rater: Any) -> None:
    found = agree([rater(name, seen=[True, False, True]) for name in "ab"], codebook, draws=50)
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert document["variables"][0]["measures"]["kappa"]["value"] == 1
    assert document["variables"][0]["label"] == "Whether it is seen"
    assert document["settings"] == {"draws": 50, "seed": 0, "level": 0.95, "blank": "not-mentioned"}


def test_the_seed_fixes_the_intervals(codebook: Any, rater: Any) -> None:
    golds = [rater("a", seen=[True, False] * 10), rater("b", seen=[True, True, False, False] * 5)]
    first, again, other = (agree(golds, codebook, draws=100, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.variables[0].measures["kappa"].low != other.variables[0].measures["kappa"].low


ratings = st.lists(st.lists(st.sampled_from([*SIDES, ...]), min_size=3, max_size=3), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ratings, st.permutations(range(3)), st.randoms(use_true_random=False))
def test_neither_the_order_of_raters_nor_of_reports_matters(
    codebook: Any, rater: Any, rows: Any, order: Any, random: Any
) -> None:
    mixed = [[row[place] for place in order] for row in rows]
    random.shuffle(mixed)

    def found(rows: Any) -> Any:
        golds = [rater(f"{place}", side=[row[place] for row in rows]) for place in range(3)]
        try:
            return values(of(codebook, *golds, draws=1))
        except OptionError:
            return None

    one, other = found(rows), found(mixed)
    assert (one is None) is (other is None)
    for name, value in (one or {}).items():
        assert other[name] == (None if value is None else pytest.approx(value)), name
        assert value is None or value <= 1 + 1e-9
