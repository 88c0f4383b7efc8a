"""Confidence from token probabilities: constructed cases, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from epicrisis.engines.engine import Reply, TokenLogprob
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor, Status
from epicrisis.extraction.confidence import confidences
from epicrisis.prompting import Form
from epicrisis.report import Report

STAGE = {"name": "x", "kind": "category", "options": ["t1", "t1a", "t1b", "t2"]}
YES = {"name": "x", "kind": "boolean"}
COUNT = {"name": "x", "kind": "count"}
TEXT = {"name": "x", "kind": "text"}
SIZE = {"name": "x", "kind": "quantity", "unit": "mm"}
HALVES = {"name": "x", "kind": "ordinal", "options": [0, 0.5, 1]}


def reply(*tokens: tuple[str, float] | tuple[str, float, dict[str, float]]) -> Reply:
    """Tokens with their probability and the alternatives' (the token itself is among the reported ones)."""
    told = []
    for token, probability, *others in tokens:
        top = {token: probability, **(others[0] if others else {})}
        told.append(
            TokenLogprob(token, math.log(probability), tuple((t, math.log(p)) for t, p in top.items()))
        )
    text = "".join(token for token, *_ in tokens)
    return Reply(text, "stop", 1, len(told), logprobs=tuple(told))


def sure(
    codebook_of: Any, variable: dict[str, Any], answer: Reply, form: Form = Form.VALUE, absent: Any = None
) -> float:
    (found,) = confidences(answer, codebook_of(variable).variables, form, absent).values()
    return found


HEAD = ('{"x', 0.9), ('":', 0.9)


def test_a_boolean_is_the_share_of_its_token(codebook_of: Any) -> None:
    answer = reply(*HEAD, (" true", 0.3, {" false": 0.1, " null": 0.1, " maybe": 0.5}), ("}", 1.0))
    assert sure(codebook_of, YES, answer) == pytest.approx(0.3 / 0.5)


def test_null_against_a_value(codebook_of: Any) -> None:
    answer = reply(*HEAD, (" null", 0.6, {" true": 0.1, " false": 0.1}), ("}", 1.0))
    assert sure(codebook_of, YES, answer) == pytest.approx(0.6 / 0.8)
    answer = reply(*HEAD, (" null", 0.6, {' "': 0.2, " {": 0.1}), ("}", 1.0))
    assert sure(codebook_of, TEXT, answer) == pytest.approx(0.6 / 0.9)


def test_values_that_share_prefixes(codebook_of: Any) -> None:
    # "t" parts t1, t1a, t1b, t2 from null; "1" parts t1* from t2; 'a' parts t1a from t1b and t1.
    answer = reply(
        *HEAD,
        (' "', 0.8, {" null": 0.2}),
        ("t", 0.9, {"n": 0.1}),
        ("1", 0.6, {"2": 0.2, "3": 0.2}),
        ("a", 0.5, {"b": 0.2, '"': 0.1, '"}': 0.1, "c": 0.1}),
        ('"}', 1.0),
    )
    expected = (0.8 / 1.0) * (0.6 / 0.8) * (0.5 / 0.9)
    assert sure(codebook_of, STAGE, answer) == pytest.approx(expected)


def test_the_shortest_of_values_that_share_prefixes(codebook_of: Any) -> None:
    answer = reply(*HEAD, (' "', 1.0), ("t1", 0.6, {"t2": 0.3, "t": 0.1}), ('"}', 0.4, {"a": 0.3, "b": 0.3}))
    # "t" alone leaves everything open: it is shared out among the four values.
    assert sure(codebook_of, STAGE, answer) == pytest.approx((0.6 + 0.075) / 1.0 * 0.4, rel=1e-9)


def test_numbers_of_a_scale_that_begin_alike(codebook_of: Any) -> None:
    answer = reply(*HEAD, (" ", 1.0), ("0", 0.7, {"1": 0.3}), (".", 0.2, {"}": 0.6}), ("5", 1.0), ("}", 1.0))
    assert sure(codebook_of, HALVES, answer) == pytest.approx(0.7 * 0.2 / 0.8)


def test_a_number_that_another_one_begins_with(codebook_of: Any) -> None:
    answer = reply(*HEAD, (" ", 1.0), ("0", 0.7, {"1": 0.3}), ("}", 0.6, {".": 0.2}))
    assert sure(codebook_of, HALVES, answer) == pytest.approx(0.7 * 0.6 / 0.8)


def test_a_token_that_spans_the_value_and_what_is_around_it(codebook_of: Any) -> None:
    answer = reply(('{"x":', 1.0), (" true}", 0.4, {" false}": 0.4, " null}": 0.2}))
    assert sure(codebook_of, YES, answer) == pytest.approx(0.4)


def test_free_values_are_the_mean_of_their_tokens(codebook_of: Any) -> None:
    answer = reply(*HEAD, (" ", 1.0, {" null": 0.0001}), ("1", 0.5), ("2", 0.8), ("}", 1.0))
    assert sure(codebook_of, COUNT, answer) == pytest.approx(math.sqrt(0.5 * 0.8))
    answer = reply(*HEAD, (' "', 0.6, {" null": 0.2}), ("3", 0.5), (' mm"', 0.9), ("}", 1.0))
    mean = (0.6 * 0.5 * 0.9) ** (1 / 3)
    assert sure(codebook_of, SIZE, answer) == pytest.approx(0.6 / 0.8 * mean)


def test_what_the_grammar_forced_is_no_certainty(codebook_of: Any) -> None:
    forced = TokenLogprob(" true", math.log(0.001), ((" yes", math.log(0.9)), (" no", math.log(0.05))))
    head = [TokenLogprob(token, 0.0, ((token, 0.0),)) for token in ('{"x', '":')]
    answer = Reply('{"x": true}', "stop", 1, 4, logprobs=(*head, forced, TokenLogprob("}", 0.0)))
    # false and null were not reported: each may be as likely as true.
    assert sure(codebook_of, YES, answer) == pytest.approx(1 / 3)


def test_a_quote_before_the_value_is_part_of_the_answer(codebook_of: Any) -> None:
    answer = reply(
        ('{"x": {"quote":', 1.0),
        (' "', 0.75, {" null": 0.25}),
        ('links"', 0.1),
        (', "value":', 1.0),
        (" true", 0.8, {" false": 0.2}),
        ("}}", 1.0),
    )
    assert sure(codebook_of, YES, answer, Form.QUOTE_VALUE) == pytest.approx(0.75 * 0.8)
    after = reply(
        ('{"x": {"value":', 1.0), (" true", 0.8, {" false": 0.2}), (', "quote": "li"', 0.1), ("}}", 1.0)
    )
    assert sure(codebook_of, YES, after, Form.VALUE_QUOTE) == pytest.approx(0.8)


def test_a_word_for_absence(codebook_of: Any) -> None:
    answer = reply(*HEAD, (' "', 0.5, {" true": 0.25, " false": 0.25}), ('not stated"', 1.0), ("}", 1.0))
    assert sure(codebook_of, YES, answer, absent="not stated") == pytest.approx(0.5)


def test_a_reply_without_probabilities_says_nothing(codebook_of: Any) -> None:
    assert confidences(Reply('{"x": true}', "stop", 1, 1), codebook_of(YES).variables, Form.VALUE, None) == {}


def test_the_answer_carries_it(codebook_of: Any) -> None:
    answer = reply(*HEAD, (" true", 0.6, {" false": 0.2}), ("}", 1.0))
    engine = ScriptedEngine(default=answer, logprobs=True)
    extractor = Extractor(codebook_of(YES), engine, ExtractionOptions(form=Form.VALUE, repair=False))
    found = extractor.extract(Report("r", "X is present.")).answers["x"]
    assert found.value is True
    assert found.confidence == pytest.approx(0.75)
    assert engine.requests[0].top_logprobs > 0


def test_switched_off_it_is_not_asked_for(codebook_of: Any) -> None:
    engine = ScriptedEngine(default={"x": None}, logprobs=True)
    options = ExtractionOptions(form=Form.VALUE, confidence=False)
    found = Extractor(codebook_of(YES), engine, options).extract(Report("r", "Nothing.")).answers["x"]
    assert (found.status, found.confidence) == (Status.NOT_MENTIONED, None)
    assert engine.requests[0].top_logprobs == 0


def test_a_repaired_answer_has_the_confidence_of_its_repair(codebook_of: Any) -> None:
    wrong = reply(*HEAD, (" 99", 0.9), ("}", 1.0))
    right = reply(*HEAD, (" ", 1.0), ("2", 0.25), ("}", 1.0))
    engine = ScriptedEngine({"r": [wrong, right]}, logprobs=True)
    book = codebook_of({"name": "x", "kind": "count", "range": {"max": 5}})
    found = Extractor(book, engine, ExtractionOptions(form=Form.VALUE)).extract(Report("r", "X 2"))
    assert found.answers["x"].value == 2
    assert found.answers["x"].confidence == pytest.approx(0.25)
