"""What a run exports is gold with which the run agrees, in every form and format."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.codebook import Codebook
from epicrisis.evaluation.gold import Gold, gold_of_run, read_gold
from epicrisis.evaluation.pairing import pair
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status

CODEBOOK = Codebook.model_validate(
    {
        "name": "all",
        "variables": [
            {"name": "infarct", "kind": "boolean"},
            {"name": "side", "kind": "category", "options": ["left", "right", "NA", "not mentioned"]},
            {"name": "mta", "kind": "ordinal", "options": [0, 0.5, 1, 2]},
            {"name": "lesions", "kind": "count"},
            {"name": "size", "kind": "quantity", "unit": "mm"},
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
                ],
            },
        ],
    }
)
#: Words of a report. CSV and Excel write mentions with "; " between them and types in brackets.
words = st.text(st.sampled_from("abcé=+1,.'\"<µ漢\n "), min_size=1, max_size=12).map(str.strip).filter(bool)
#: Texts have no line ends: checking joins them.
texts = words.map(lambda text: " ".join(text.split()))
numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 4))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "infarct": st.booleans(),
    "side": st.sampled_from(["left", "right", "NA", "not mentioned"]),
    "mta": st.sampled_from([0, 0.5, 1, 2]),
    "lesions": st.integers(0, 10**9),
    "size": st.builds(lambda number: {"value": number, "unit": "mm"}, numbers),
    "glucose": st.builds(
        lambda number, unit: {"value": number, "unit": unit}, numbers, st.sampled_from(["mmol/L", "mg/dL"])
    ),
    "seen": st.one_of(st.dates().map(str), st.sampled_from(["2020", "2020-01"])),
    "conclusion": texts,
    "site": texts,
    "width": st.builds(lambda number: {"value": number, "unit": "mm"}, numbers),
    "malignant": st.booleans(),
}
with_value = st.sampled_from([Status.STATED, Status.INFERRED, Status.UNCERTAIN])
without = st.sampled_from([Status.NOT_MENTIONED, Status.NOT_APPLICABLE])
silent = st.builds(Answer, without)


def answered(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Answer]:
    evidence = st.one_of(st.none(), words.map(lambda quote: Evidence(quote, 0, len(quote), Grade.EXACT)))
    return st.one_of(silent, st.builds(Answer, with_value, values, evidence, st.none()))


def mentions(*types: str | None) -> st.SearchStrategy[list[dict[str, Any]]]:
    def made(found: list[tuple[str, str | None]]) -> list[dict[str, Any]]:
        return [
            {"text": text, "type": kind, "start": 20 * place, "end": 20 * place + len(text)}
            for place, (text, kind) in enumerate(found)
        ]

    return st.lists(st.tuples(words, st.sampled_from(types)), min_size=1, max_size=3).map(made)


ITEM = st.fixed_dictionaries({name: answered(VALUES[name]) for name in ("site", "width", "malignant")})
ANSWERS = st.fixed_dictionaries(
    {
        **{name: answered(values) for name, values in VALUES.items() if name in CODEBOOK},
        "drugs": answered(mentions("drug", "dose given")),
        "names": answered(mentions(None)),
        "specimens": answered(
            st.lists(ITEM.filter(lambda item: any(map(said, item.values()))), min_size=1, max_size=3)
        ),
    }
)


def said(answer: Answer) -> bool:
    return answer.status.has_value


def disagreements(run: Any, gold: Gold) -> list[tuple[str, str, Any, Any]]:
    return [
        (report.id, name, one.gold, one.answer)
        for report in pair(run, gold, exclude={}).reports
        for name, one in report.pairs.items()
        if not one.outcome.agrees
    ]


@pytest.mark.parametrize("form", ["wide", "long"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
@settings(max_examples=15, deadline=None)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=3), status=st.booleans())
def test_a_run_agrees_with_what_it_exports(
    new_shelf: Callable[[], Any],
    ending: str,
    form: Literal["wide", "long"],
    answers: list[dict[str, Answer]],
    status: bool,
) -> None:
    shelf = new_shelf()
    run = shelf.run(CODEBOOK, {f"00{number}": given for number, given in enumerate(answers)})
    path = shelf.store.with_name(f"gold.{ending}")
    run.write(path, form=form, include=["status", "evidence"] if status and form == "wide" else [])
    gold = read_gold(path, CODEBOOK)
    assert gold.variables == tuple(CODEBOOK.names)
    assert set(gold.cells) == {extraction.report_id for extraction in run}
    assert all(len(cells) == len(CODEBOOK.names) for cells in gold.cells.values())
    assert disagreements(run, gold) == []
    if status or form == "long":
        for (report, name), answer in all_answers(answers):
            assert gold.cells[report][name].status == answer.status


@settings(max_examples=15, deadline=None)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=3))
def test_a_run_agrees_with_itself(new_shelf: Callable[[], Any], answers: list[dict[str, Answer]]) -> None:
    run = new_shelf().run(CODEBOOK, {f"00{number}": given for number, given in enumerate(answers)})
    for gold in (gold_of_run(run), gold_of_run(run, CODEBOOK)):
        assert disagreements(run, gold) == []
        for (report, name), answer in all_answers(answers):
            assert gold.cells[report][name].status == answer.status


def all_answers(answers: list[dict[str, Answer]]) -> list[tuple[tuple[str, str], Answer]]:
    return list(
        itertools.chain.from_iterable(
            [((f"00{number}", name), answer) for name, answer in given.items()]
            for number, given in enumerate(answers)
        )
    )
