"""What the model said of one variable."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.candidate import IS_MISSING, MISSING, Candidate, candidate
from epicrisis.prompting import Form

QUOTED = [form for form in Form if form.quotes]
BARE = [form for form in Form if not form.quotes]


@pytest.mark.parametrize("form", QUOTED)
def test_value_and_quote(codebook: Codebook, form: Form) -> None:
    raw = {"quote": "MTA 2", "value": 2}
    assert candidate(codebook["mta"], raw, form, None) == Candidate(2, "MTA 2")
    assert candidate(codebook["mta"], {"quote": " ", "value": 2}, form, None) == Candidate(2)
    assert candidate(codebook["mta"], {"quote": 7, "value": 2}, form, None) == Candidate(2)
    assert candidate(codebook["mta"], 2, form, None) == Candidate(
        2
    )  # a server that does not hold to the schema


@pytest.mark.parametrize("form", QUOTED)
def test_silence(codebook: Codebook, form: Form) -> None:
    for raw in (None, {"quote": None, "value": None}, {"quote": "MTA", "value": None}):
        assert candidate(codebook["mta"], raw, form, None).empty
    for raw in ("not stated", {"quote": None, "value": "not stated"}):
        assert candidate(codebook["mta"], raw, form, "not stated").empty
    assert candidate(codebook["mta"], "not stated", form, None).problem == "must be one of: 0, 1, 2, 2.5"


@pytest.mark.parametrize("form", BARE)
def test_bare_values(codebook: Codebook, form: Form) -> None:
    assert candidate(codebook["mta"], 2, form, None) == Candidate(2)
    assert candidate(codebook["size"], "30 mm", form, None) == Candidate({"value": 30.0, "unit": "mm"})
    assert candidate(codebook["mta"], None, form, None).empty
    assert candidate(codebook["infarct"], False, form, None) == Candidate(False)


def test_blank_text_is_silence(codebook: Codebook) -> None:
    assert candidate(codebook["conclusion"], " \n", Form.VALUE, None).empty
    assert candidate(codebook["conclusion"], {"quote": None, "value": ""}, Form.QUOTE_VALUE, None).empty


def test_a_problem_keeps_the_quote(codebook: Codebook) -> None:
    found = candidate(codebook["mta"], {"quote": "MTA 7", "value": 7}, Form.QUOTE_VALUE, None)
    assert found == Candidate(None, "MTA 7", "must be one of: 0, 1, 2, 2.5")
    assert not found.empty


def test_missing(codebook: Codebook) -> None:
    for name in codebook.names:
        assert candidate(codebook[name], MISSING, Form.VALUE, None).problem == IS_MISSING


def test_a_variable_that_must_have_a_value(codebook_of: Any) -> None:
    codebook = codebook_of({"name": "sex", "kind": "category", "options": ["m", "f"], "statuses": ["stated"]})
    assert candidate(codebook["sex"], None, Form.VALUE, None).problem == "must have a value"


def test_lists(codebook: Codebook) -> None:
    drugs = codebook["drugs"]
    items = [{"text": str(number), "type": "drug"} for number in range(7)]
    assert candidate(drugs, items, Form.VALUE, None).value == items[:5]
    assert candidate(drugs, [items[0], "x", None], Form.VALUE, None).value == items[:1]
    for nothing in ([], None):
        assert candidate(drugs, nothing, Form.VALUE, None).empty
    assert candidate(drugs, "none", Form.VALUE, "none").empty
    assert candidate(drugs, "ascal", Form.VALUE, None).problem == "must be a list"
    assert candidate(drugs, ["ascal"], Form.VALUE, None).problem == "must be a list of objects"


def test_parts_of_a_group(codebook: Codebook) -> None:
    item = {"quote": "x", "site": "not stated", "width": "300 mm", "old": "not stated", "age": "not stated"}
    found = candidate(codebook["lesions"], [{"site": "thalamus"}, item], Form.VALUE, "not stated")
    assert found.value == [{"site": "thalamus"}, {**item, "site": None, "old": None, "age": None}]
    assert found.problem is None
    assert found.complaint == "item 2, width: 300 mm is out of range: at most 100 mm"


def test_a_part_that_another_rules_out_need_not_be_valid(codebook: Codebook) -> None:
    found = candidate(codebook["lesions"], [{"old": False, "age": -5}], Form.VALUE, None)
    assert found.complaint is None
