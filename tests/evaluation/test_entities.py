"""Entity-level scores, and the wording of lists, against numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.evaluation.entities import ALL, Entities, measure_entities
from epicrisis.evaluation.resampling import Resampler
from epicrisis.evaluation.wording import as_text, measure_wording


def mention(text: str, start: int) -> dict[str, Any]:
    return {"text": text, "type": None, "start": start, "end": start + len(text)}


HIP, OLD_HIP = mention("hip pain", 10), mention("old hip pain", 6)
FEVER, COUGH = mention("fever", 30), mention("cough", 40)


def values(found: dict[str, Any]) -> dict[str, Any]:
    return {name: one.value if one.value is None else round(one.value, 4) for name, one in found.items()}


@pytest.fixture
def paired(make: Any) -> Any:
    """Signs: 4 in gold; 5 answered: 2 exact, 1 more overlaps, 2 invented. Age: 3 in gold, 3 answered, 2
    right, 1 invented. Without the last two reports, of which gold says nothing: 4 and 2 answered."""
    variables = [make.variable("spans", "signs"), make.variable("quantity", "age", unit="year")]
    return make.paired(
        variables,
        [
            {"signs": ([HIP, FEVER], [OLD_HIP, FEVER]), "age": (61.0, 61.0)},
            {"signs": ([COUGH], [COUGH, FEVER]), "age": (40.0, make.FAILED)},
            {"signs": ([FEVER], None), "age": (7.0, 7.0)},
            {"signs": (None, [COUGH]), "age": (None, None)},
            {"signs": (None, None), "age": (None, 50.0)},
        ],
    )


def lenient(paired: Any, make: Any) -> Any:
    return make.paired(
        list(paired.codebook.variables),
        [
            {
                name: (pair.gold.value, make.FAILED if pair.answer.status == "failed" else pair.answer.value)
                for name, pair in report.pairs.items()
            }
            for report in paired.reports[:3]
        ],
    )


def test_what_is_invented_where_gold_is_silent_costs_precision(paired: Any) -> None:
    found = measure_entities(paired, Resampler(5, draws=20))
    assert values(found["signs"]) == {
        "exact_f1": round(4 / 9, 4),
        "exact_precision": 0.4,
        "exact_recall": 0.5,
        "relaxed_f1": round(6 / 9, 4),
        "relaxed_precision": 0.6,
        "relaxed_recall": 0.75,
    }
    age = values(found["age"])
    assert age["exact_precision"] == age["exact_recall"] == age["relaxed_f1"] == round(2 / 3, 4)
    together = values(found[ALL])
    assert together["exact_precision"] == round(4 / 8, 4)
    assert together["exact_recall"] == round(4 / 7, 4)
    assert together["relaxed_f1"] == round(2 * 5 / 15, 4)
    assert found[ALL]["exact_f1"].n == 15
    assert found[ALL]["exact_f1"].low is not None


def test_without_those_cells_it_does_not(paired: Any, make: Any) -> None:
    found = measure_entities(lenient(paired, make), Resampler(3, draws=20))
    assert values(found["signs"])["exact_precision"] == 0.5
    assert values(found["signs"])["relaxed_precision"] == 0.75
    assert values(found["signs"])["relaxed_recall"] == 0.75
    assert values(found["age"])["exact_precision"] == 1
    assert values(found["age"])["exact_recall"] == round(2 / 3, 4)
    assert values(found[ALL])["exact_f1"] == round(2 * 4 / (6 + 7), 4)


def test_a_variable_that_is_nowhere_scored_is_left_out(make: Any) -> None:
    variables = [make.variable("boolean", "seen"), make.variable("boolean", "other")]
    paired = make.paired(variables, [{"seen": (True, True), "other": (make.UNSCORED, True)}])
    assert [*measure_entities(paired, Resampler(1, draws=5))] == ["seen", ALL]
    assert [*measure_wording(paired, Resampler(1, draws=5))] == ["seen", ALL]


def test_texts_and_items_are_entities_too(make: Any) -> None:
    text = make.variable("text")
    column = make.column(text, [("old left infarct", "old  left infarct"), ("old left infarct", "old left")])
    found = Entities.of(text, column)
    assert (found.exact.right.sum(), found.relaxed.right.sum(), found.exact.gold.sum()) == (1, 2, 2)
    group = make.variable(
        "group",
        keys=["side"],
        variables=[
            {"name": "side", "kind": "category", "options": ["left", "right"]},
            {"name": "large", "kind": "boolean"},
        ],
    )
    gold = [{"side": "left", "large": True}, {"side": "right", "large": False}]
    answer = [{"side": "right", "large": False}, {"side": "left", "large": False}]
    found = Entities.of(group, make.column(group, [(gold, answer)]))
    assert (found.exact.right.sum(), found.relaxed.right.sum(), found.relaxed.answered.sum()) == (1, 2, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ([FEVER, HIP], "hip pain; fever"),
        ([{"text": "fever", "type": "sign", "start": None, "end": None}], "fever"),
        ({"value": 14.0, "unit": "month"}, "14 month"),
        (61.5, "61.5"),
        ("left", "left"),
        (True, "True"),
        ([{"side": "left", "size": {"value": 3, "unit": "mm"}, "seen": None}], "left 3 mm"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_wording_by_hand(paired: Any, make: Any) -> None:
    """Signs: "hip pain fever" against "old hip pain fever": 2*3/7 words, 2*2/5 pairs of words; "cough"
    against "cough fever" 2/3 and no pair of words in gold; "fever" missed 0; "cough" invented 0."""
    resampler = Resampler(5, draws=20)
    found = measure_wording(paired, resampler)
    assert values(found["signs"]) == {
        "rouge_1": round((6 / 7 + 2 / 3) / 4, 4),
        "rouge_2": 0.8,
        "rouge_l": round((6 / 7 + 2 / 3) / 4, 4),
    }
    assert [one.n for one in found["signs"].values()] == [4, 1, 4]
    assert values(found["age"])["rouge_1"] == 0.5  # two right, one failed, one invented
    assert values(found[ALL])["rouge_1"] == round((6 / 7 + 2 / 3 + 2) / 8, 4)
    found = measure_wording(lenient(paired, make), Resampler(3, draws=20))
    assert values(found["signs"])["rouge_1"] == round((6 / 7 + 2 / 3) / 3, 4)
    assert values(found["age"])["rouge_1"] == round(2 / 3, 4)


def test_bertscore_goes_by_the_same_cells(paired: Any) -> None:
    from epicrisis.evaluation.bertscore import BertScore

    class Half:
        def score(self, references: Any, texts: Any) -> list[BertScore]:
            assert all(references)
            assert all(texts)
            return [BertScore(0.5, 0.5, 0.5) for _ in references]

    found = measure_wording(paired, Resampler(5, draws=20), Half())  # type: ignore[arg-type]
    assert found["signs"]["bertscore_f1"].value == pytest.approx(2 * 0.5 / 4)
    assert found["age"]["bertscore_recall"].value == pytest.approx(2 * 0.5 / 4)
    assert found[ALL]["bertscore_f1"].n == 8
