from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as judge

from epicrisis.evaluation.measures.boolean import measure_boolean, score
from epicrisis.evaluation.resampling import Resampler

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")


def both_classes(cells: list[tuple[Any, Any, float]]) -> bool:
    return len({gold is True for gold, _, _ in cells}) == 2


def columns(make: Any) -> st.SearchStrategy[list[tuple[Any, Any, float]]]:
    gold = st.sampled_from([True, False, None])
    answer = st.sampled_from([True, False, None, make.FAILED])
    confidence = st.sampled_from([0.5, 0.6, 0.75, 0.9, 1.0])
    return st.lists(st.tuples(gold, answer, confidence), min_size=1, max_size=20)


@settings(deadline=None)
@given(data=st.data())
def test_it_agrees_with_scikit_learn(make: Any, data: st.DataObject) -> None:
    cells = data.draw(columns(make))
    column = make.column(make.variable("boolean"), cells)
    found = measure_boolean(make.variable("boolean"), column, Resampler(len(cells), draws=10)).metrics
    true = [gold is True for gold, _, _ in cells]
    said = [
        (not t) if answer is make.FAILED else answer is True
        for t, (_, answer, _) in zip(true, cells, strict=True)
    ]
    for name, function in (
        ("precision", judge.precision_score),
        ("recall", judge.recall_score),
        ("f1", judge.f1_score),
    ):
        expected = function(true, said, zero_division=np.nan)
        value = found[name].value
        assert np.isnan(expected) if value is None else value == pytest.approx(expected)
    negatives = judge.recall_score(true, said, pos_label=False, zero_division=np.nan)
    assert found["specificity"].value is None or found["specificity"].value == pytest.approx(negatives)
    if both_classes(cells):
        assert found["balanced_accuracy"].value == pytest.approx(judge.balanced_accuracy_score(true, said))
    else:
        assert found["balanced_accuracy"].value is None
    failed = any(answer is make.FAILED for _, answer, _ in cells)
    if all(answer is make.FAILED for _, answer, _ in cells):
        assert found["auroc"].note == "no answer has a confidence"
        return
    scores = [score(pair) for pair in column]
    if both_classes(cells):
        assert found["auroc"].value == pytest.approx(judge.roc_auc_score(true, scores))
    if any(true):
        expected = judge.average_precision_score(true, scores)
        assert found["average_precision"].value == pytest.approx(expected)
    assert failed == (-1.0 in scores or 2.0 in scores)


def test_one_class_only_is_said_and_not_guessed(make: Any) -> None:
    variable = make.variable("boolean")
    for gold, note in ((True, "gold always says true"), (False, "gold never says true")):
        cells = [(gold, n % 2 == 0, 0.5 + n / 20) for n in range(10)]
        found = measure_boolean(variable, make.column(variable, cells), Resampler(10, draws=50)).metrics
        for name in ("auroc", "balanced_accuracy"):
            assert (found[name].value, found[name].note) == (None, note)
        assert (found["average_precision"].value is None) is (gold is False)
        assert (found["recall"].value is None) is (gold is False)
        assert (found["specificity"].value is None) is (gold is True)


def test_without_confidences_nothing_is_ranked(make: Any) -> None:
    variable = make.variable("boolean")
    cells = [(n % 2 == 0, n % 3 == 0) for n in range(10)]
    found = measure_boolean(variable, make.column(variable, cells), Resampler(10, draws=50))
    assert found.metrics["auroc"].value is None
    assert found.metrics["auroc"].note == "no answer has a confidence"
    some = [*cells, (True, True, 0.9), (False, True, 0.6), (False, make.FAILED)]
    found = measure_boolean(variable, make.column(variable, some), Resampler(13, draws=50))
    assert found.metrics["auroc"].n == 3
    assert found.metrics["auroc"].value == 0.5  # above the one, below the failed one
    assert found.notes == ("10 cells without a confidence are not ranked (AUROC, average precision).",)


def test_the_score_is_how_far_the_answer_says_true(make: Any) -> None:
    variable = make.variable("boolean")
    scores = [
        score(make.pair(variable, *cell))
        for cell in [
            (True, True, 0.9),
            (True, False, 0.9),
            (True, None, 0.8),
            (True, True),
            (True, make.FAILED),
            (False, make.FAILED),
            (None, make.FAILED),
        ]
    ]
    assert scores == [0.9, pytest.approx(0.1), pytest.approx(0.2), None, -1.0, 2.0, 2.0]


def test_the_confusion_matrix_has_what_occurs(make: Any) -> None:
    variable = make.variable("boolean")
    cells = [(True, True), (True, None), (False, True), (False, False)]
    confusion = measure_boolean(variable, make.column(variable, cells), Resampler(4)).confusion
    assert confusion is not None
    assert confusion.rows == ("true", "false")
    assert confusion.columns == ("true", "false", "(none)")
    assert confusion.counts == ((1, 0, 1), (1, 1, 0))
    confusion = measure_boolean(
        variable, make.column(variable, [*cells, (None, make.FAILED)]), Resampler(5)
    ).confusion
    assert confusion is not None
    assert confusion.rows == ("true", "false", "(none)")
    assert confusion.columns == ("true", "false", "(none)", "(failed)")
    assert confusion.counts[2] == (0, 0, 0, 1)
