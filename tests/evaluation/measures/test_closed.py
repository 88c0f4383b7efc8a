from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn import metrics as judge

from epicrisis.evaluation.measures.closed import measure_category, measure_ordinal
from epicrisis.evaluation.resampling import Resampler

Cells = list[tuple[Any, Any]]


def columns(make: Any, options: list[Any]) -> st.SearchStrategy[Cells]:
    gold = st.sampled_from([*options, None])
    return st.lists(st.tuples(gold, st.sampled_from([*options, None, make.FAILED])), min_size=1, max_size=25)


def value(metrics: Any, name: str) -> Any:
    return np.nan if metrics[name].value is None else metrics[name].value


@settings(deadline=None)
@given(data=st.data())
def test_a_category_agrees_with_scikit_learn(make: Any, data: st.DataObject) -> None:
    variable = make.variable("category")
    cells = data.draw(columns(make, ["a", "b", "c"]))
    found = measure_category(variable, make.column(variable, cells), Resampler(len(cells), draws=5)).metrics
    true = [str(gold) for gold, _ in cells]
    said = ["failed" if answer is make.FAILED else str(answer) for _, answer in cells]
    present = sorted({*true, *said} - {"failed"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kappa = judge.cohen_kappa_score(true, said)
        balanced = judge.balanced_accuracy_score(true, said)
    assert value(found, "accuracy") == pytest.approx(judge.accuracy_score(true, said))
    assert value(found, "balanced_accuracy") == pytest.approx(balanced)
    assert value(found, "kappa") == pytest.approx(kappa, nan_ok=True)
    macro = judge.f1_score(true, said, labels=present, average="macro", zero_division=0)
    weighted = judge.f1_score(true, said, labels=present, average="weighted", zero_division=0)
    assert value(found, "macro_f1") == pytest.approx(macro)
    assert value(found, "weighted_f1") == pytest.approx(weighted)


@settings(deadline=None)
@given(data=st.data())
@example(data=None)
def test_an_ordinal_agrees_with_scikit_learn(make: Any, data: Any) -> None:
    options = [0, 0.5, 1, 3]
    variable = make.variable("ordinal", options=options)
    cells = [(0, 0)] * 5 if data is None else data.draw(columns(make, options))
    found = measure_ordinal(variable, make.column(variable, cells), Resampler(len(cells), draws=5)).metrics
    both = [(gold, answer) for gold, answer in cells if gold is not None and answer in options]
    for name in ("quadratic_kappa", "linear_kappa", "mae", "mae_steps"):
        assert found[name].n == len(both)
        if not both:
            assert found[name].value is None
    if not both:
        return
    steps = [[options.index(one) for one in side] for side in zip(*both, strict=True)]
    for name in ("quadratic", "linear"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = judge.cohen_kappa_score(*steps, weights=name, labels=range(4))
        assert value(found, f"{name}_kappa") == pytest.approx(expected, nan_ok=True, abs=1e-12)
    assert value(found, "mae_steps") == pytest.approx(judge.mean_absolute_error(*steps))
    assert value(found, "mae") == pytest.approx(judge.mean_absolute_error(*zip(*both, strict=True)))
    with_gold = [pair for pair in cells if pair[0] is not None]
    near = sum(abs(one - other) <= 1 for one, other in zip(*steps, strict=True))
    assert value(found, "within_one_step") == pytest.approx(near / len(with_gold))
    assert value(found, "exact") == value(found, "value_recall")
    assert found["within_one_step"].n == found["exact"].n == len(with_gold)


@settings(deadline=None)
@given(data=st.data())
def test_kappa_does_not_care_who_is_gold(make: Any, data: st.DataObject) -> None:
    for kind, options, measured, names in (
        ("category", ["a", "b", "c"], measure_category, ["kappa"]),
        ("ordinal", [0, 1, 2, 3], measure_ordinal, ["linear_kappa", "quadratic_kappa", "mae"]),
    ):
        some = st.sampled_from([*options, None])
        cells = data.draw(st.lists(st.tuples(some, some), min_size=1, max_size=20))
        variable = make.variable(kind)
        sides = (cells, [(answer, gold) for gold, answer in cells])
        one, other = (
            measured(variable, make.column(variable, side), Resampler(len(cells), draws=5)).metrics  # type: ignore[operator]
            for side in sides
        )
        for name in names:
            assert value(one, name) == pytest.approx(value(other, name), nan_ok=True, abs=1e-12)


def test_one_class_has_no_kappa_and_says_so(make: Any) -> None:
    for kind, name in (("category", "kappa"), ("ordinal", "quadratic_kappa")):
        variable = make.variable(kind)
        one = variable.values[0]
        measured = measure_category if kind == "category" else measure_ordinal
        found = measured(variable, make.column(variable, [(one, one)] * 8), Resampler(8, draws=20)).metrics
        assert (found[name].value, found[name].note) == (None, "gold and answers are all of one class")


def test_a_scale_of_words_has_steps_but_no_numbers(make: Any) -> None:
    variable = make.variable("ordinal", options=["none", "mild", "severe"])
    found = measure_ordinal(
        variable, make.column(variable, [("none", "severe"), ("mild", "mild")]), Resampler(2)
    ).metrics
    assert found["mae_steps"].value == 1
    assert "mae" not in found


def test_silence_is_a_class_and_failure_a_column(make: Any) -> None:
    variable = make.variable("category")
    cells = [("a", "a"), ("a", "b"), (None, "a"), (None, None), ("b", make.FAILED)]
    found = measure_category(variable, make.column(variable, cells), Resampler(5, draws=20))
    assert found.confusion is not None
    assert found.confusion.rows == ("a", "b", "c", "(none)")
    assert found.confusion.columns == ("a", "b", "c", "(none)", "(failed)")
    assert found.confusion.counts == ((1, 1, 0, 0, 0), (0, 0, 0, 0, 1), (0, 0, 0, 0, 0), (1, 0, 0, 1, 0))
    assert found.metrics["balanced_accuracy"].value == pytest.approx((1 / 2 + 0 + 1 / 2) / 3)


def test_a_value_that_is_no_option_is_never_right(make: Any) -> None:
    variable = make.variable("category")
    cells = [("a", "gone"), ("a", "a")]
    confusion = measure_category(variable, make.column(variable, cells), Resampler(2)).confusion
    assert confusion is not None
    assert confusion.columns[-1] == "(failed)"
    assert confusion.counts[0][-1] == 1
