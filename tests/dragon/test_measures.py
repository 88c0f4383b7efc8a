"""The metrics against scikit-learn and seqeval, and what missing predictions do to them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from epicrisis.dragon.measures import auc, kappa, macro_f1, mean_auc, rsmape, weighted_f1


def point(statistic: Any, cases: int) -> float:
    return float(statistic(np.ones((1, cases)))[0, 0])


scores = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
binary_cases = st.lists(
    st.tuples(st.lists(st.booleans(), min_size=2, max_size=2), st.lists(scores, min_size=2, max_size=2)),
    min_size=1,
    max_size=20,
)
classes = st.sampled_from(["0", "1", "2", "none"])
class_cases = st.lists(st.tuples(classes, classes), min_size=1, max_size=30)
tag = st.sampled_from(["O", "O", "B-x", "I-x", "B-y", "I-y"])
tagged = st.lists(st.lists(st.tuples(tag, tag), min_size=1, max_size=12), min_size=1, max_size=6)


@given(binary_cases)
def test_auc_is_that_of_scikit_learn(cases: list[tuple[list[bool], list[float]]]) -> None:
    gold, predicted = [list(part) for part in zip(*cases, strict=True)]
    ours = point(auc(gold, predicted), len(gold))
    flat = [label for labels in gold for label in labels]
    if len(set(flat)) < 2:
        assert math.isnan(ours)
    else:
        assert ours == pytest.approx(roc_auc_score(flat, [one for some in predicted for one in some]))


def test_auc_by_label_is_the_mean_of_each() -> None:
    gold = [[True, False], [False, True], [True, True], [False, False]]
    predicted = [[0.9, 0.2], [0.1, 0.1], [0.8, 0.9], [0.95, 0.3]]
    assert point(mean_auc(gold, predicted), 4) == pytest.approx((0.5 + 0.5) / 2)
    assert point(auc(gold, predicted), 4) != pytest.approx(0.5)


def test_a_missing_probability_ranks_worst() -> None:
    gold = [[True], [True], [False], [False]]
    assert point(auc(gold, [[0.9], [0.8], [0.1], [0.2]]), 4) == 1
    assert point(auc(gold, [[0.9], [None], [0.1], [0.2]]), 4) == 0.5
    assert point(auc(gold, [[0.9], [0.8], [None], [0.2]]), 4) == 0.5
    assert point(auc(gold, [[None]] * 4), 4) == 0


@pytest.mark.parametrize("linear", [False, True])
@given(cases=class_cases)
def test_kappa_is_that_of_scikit_learn(linear: bool, cases: list[tuple[str, str]]) -> None:
    gold, predicted = [list(part) for part in zip(*cases, strict=True)]
    ours = point(kappa([[one] for one in gold], [[one] for one in predicted], linear=linear), len(gold))
    if len({*gold, *predicted}) < 2:
        assert math.isnan(ours)
    else:
        theirs = cohen_kappa_score(gold, predicted, weights="linear" if linear else None)
        assert ours == pytest.approx(theirs, abs=1e-12)


@given(class_cases, st.integers(0, 100))
def test_a_missing_class_is_never_better_than_the_right_one(cases: list[tuple[str, str]], at: int) -> None:
    gold = [[one] for one, _ in cases]
    right: list[list[str | None]] = [[one] for one, _ in cases]
    place = at % len(cases)
    for linear in (False, True):
        whole = point(kappa(gold, right, linear=linear), len(cases))
        missing = point(kappa(gold, [*right[:place], [None], *right[place + 1 :]], linear=linear), len(cases))
        assert math.isnan(missing) or math.isnan(whole) or missing < whole


def test_a_missing_class_counts_as_the_farthest() -> None:
    gold = [["0"], ["1"], ["2"], ["3"]]
    missing = point(kappa(gold, [["0"], ["1"], ["2"], [None]], linear=True), 4)
    assert missing == pytest.approx(point(kappa(gold, [["0"], ["1"], ["2"], ["0"]], linear=True), 4))


def test_rsmape_by_hand() -> None:
    gold = [[10.0, None], [20.0, 4.0]]
    errors = [2 / (10 + 12 + 4), 0.0, 4 / (4 + 0 + 4)]
    given_ = [[12.0, 99.0], [20.0, 0.0]]
    assert point(rsmape(gold, given_, 4), 2) == pytest.approx(1 - sum(errors) / 3)
    with_missing = [[12.0, None], [None, 0.0]]
    assert point(rsmape(gold, with_missing, 4), 2) == pytest.approx(1 - (errors[0] + 1 + errors[2]) / 3)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1, max_size=20))
def test_rsmape_is_symmetric_and_bounded(pairs: list[tuple[float, float]]) -> None:
    gold = [[one] for one, _ in pairs]
    predicted = [[one] for _, one in pairs]
    score = point(rsmape(gold, predicted, 0.4), len(pairs))
    assert 0 <= score <= 1
    assert score == pytest.approx(point(rsmape(predicted, gold, 0.4), len(pairs)))
    assert point(rsmape(gold, gold, 0.4), len(pairs)) == 1


def seqeval(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], average: str) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(f1_score(gold, predicted, average=average))


@given(tagged)
def test_macro_f1_is_that_of_seqeval(cases: list[list[tuple[str, str]]]) -> None:
    gold = [[one for one, _ in case] for case in cases]
    predicted = [[one for _, one in case] for case in cases]
    ours = point(macro_f1(gold, predicted), len(cases))
    if all(one == "O" for case in [*gold, *predicted] for one in case):
        assert math.isnan(ours)
    else:
        assert ours == pytest.approx(seqeval(gold, predicted, "macro"))


@given(tagged)
def test_weighted_f1_of_one_tag_per_token_is_that_of_seqeval(cases: list[list[tuple[str, str]]]) -> None:
    gold = [[one for one, _ in case] for case in cases]
    predicted = [[one for _, one in case] for case in cases]
    ours = point(
        weighted_f1(
            [[[one] for one in case] for case in gold], [[[one] for one in case] for case in predicted]
        ),
        len(cases),
    )
    if all(one == "O" for case in gold for one in case):
        assert math.isnan(ours)
    else:
        assert ours == pytest.approx(seqeval(gold, predicted, "weighted"))


def test_tags_of_several_numbers_are_scored_each_on_its_own() -> None:
    gold = [[["B-0-x", "B-1-x"], ["I-0-x", "I-1-x"], ["O"], ["B-2-x"]]]
    assert point(weighted_f1(gold, gold), 1) == 1
    half = [[["B-0-x"], ["I-0-x"], ["O"], ["O"]]]
    assert point(weighted_f1(gold, half), 1) == pytest.approx(1 / 3)
    assert point(weighted_f1(gold, [None]), 1) == 0


def test_missing_tags_are_no_entities() -> None:
    gold = [["B-A", "I-A", "O"], ["O", "B-A", "O"]]
    assert point(macro_f1(gold, [gold[0], None]), 2) == pytest.approx(2 / 3)


def test_weights_stand_for_repeated_cases() -> None:
    gold = [["B-A", "O"], ["B-B", "O"]]
    predicted: list[Sequence[str] | None] = [["B-A", "O"], ["O", "B-B"]]
    weighted = macro_f1(gold, predicted)(np.array([[3.0, 1.0], [1.0, 0.0]]))
    repeated = point(macro_f1([gold[0]] * 3 + [gold[1]], [predicted[0]] * 3 + [predicted[1]]), 4)
    assert weighted[:, 0].tolist() == pytest.approx([repeated, 1.0])
