"""What every engine promises."""

from __future__ import annotations

import dataclasses
import json
import math
import threading

import jsonschema
import pytest

from epicrisis.engines.engine import Engine, Message, Reply, Request
from epicrisis.errors import ContextOverflowError, EngineCancelledError, EngineTimeoutError

SCHEMA = {
    "type": "object",
    "properties": {
        "side": {"enum": ["left", "right", None]},
        "count": {"type": "integer", "minimum": 0, "maximum": 99},
        "quote": {"type": "string", "pattern": "^[a-z]{1,5}$"},
        "marks": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
    },
    "required": ["side", "count", "quote", "marks"],
    "additionalProperties": False,
}
MESSAGES = (Message("system", "You read reports."), Message("user", "Left breast, mass of 3 cm. Side?"))
ASK = Request(MESSAGES, schema=SCHEMA, max_tokens=400, report_id="r1")
LONG = Request(MESSAGES, max_tokens=100_000)


def test_the_answer_is_valid_for_the_schema(engine: Engine) -> None:
    for seed in range(5):
        reply = engine.complete(dataclasses.replace(ASK, temperature=1.0, seed=seed))
        jsonschema.validate(json.loads(reply.text), SCHEMA)
        assert reply.finish == "stop"


def test_keys_come_in_the_order_of_the_schema(engine: Engine) -> None:
    assert list(json.loads(engine.complete(ASK).text)) == list(SCHEMA["properties"])


def test_a_seed_repeats_and_another_differs(engine: Engine) -> None:
    def said(seed: int) -> str:
        return engine.complete(dataclasses.replace(ASK, temperature=1.0, seed=seed)).text

    first = [said(seed) for seed in range(6)]
    assert [said(seed) for seed in range(6)] == first
    assert len(set(first)) > 1


def test_temperature_zero_repeats(engine: Engine) -> None:
    assert engine.complete(ASK).text == engine.complete(ASK).text


def test_a_spent_budget_is_a_length_finish(engine: Engine) -> None:
    reply = engine.complete(dataclasses.replace(ASK, max_tokens=3))
    assert reply.finish == "length"
    assert reply.completion_tokens == 3
    assert engine.complete(ASK).finish == "stop"


def test_tokens_are_counted(engine: Engine) -> None:
    reply = engine.complete(ASK)
    assert reply.prompt_tokens == engine.count_tokens(MESSAGES)
    assert 0 < reply.completion_tokens <= ASK.max_tokens
    assert 0 <= reply.cached_tokens <= reply.prompt_tokens
    assert reply.seconds >= 0


def test_a_longer_prompt_counts_more_tokens(engine: Engine) -> None:
    short, long = (
        engine.count_tokens(MESSAGES),
        engine.count_tokens([*MESSAGES, Message("user", "More text.")]),
    )
    assert short is not None
    assert long is not None
    assert long > short


def test_log_probabilities_are_given_or_declared_absent(engine: Engine) -> None:
    reply = engine.complete(dataclasses.replace(ASK, top_logprobs=4))
    if not engine.info.logprobs:
        assert reply.logprobs is None
        return
    assert reply.logprobs is not None
    assert "".join(token.token for token in reply.logprobs) == reply.text
    for token in reply.logprobs:
        assert token.logprob <= 0
        assert 0 < len(token.top) <= 4
        assert sum(math.exp(logprob) for _, logprob in token.top) <= 1.001


def test_no_log_probabilities_unless_asked(engine: Engine) -> None:
    assert engine.complete(ASK).logprobs is None


def test_overflow_is_reported_before_the_call_with_both_sizes(engine: Engine) -> None:
    length = engine.info.context_length
    assert length is not None
    messages = [Message("user", "word " * length)]
    prompt = engine.count_tokens(messages)
    assert prompt is not None
    with pytest.raises(ContextOverflowError) as caught:
        engine.complete(Request(messages, max_tokens=100))
    assert caught.value.needed == prompt + 100
    assert caught.value.available == length
    assert str(prompt + 100) in str(caught.value)
    assert str(length) in str(caught.value)


def test_the_answer_counts_towards_the_context(engine: Engine) -> None:
    length = engine.info.context_length or 0
    with pytest.raises(ContextOverflowError):
        engine.complete(dataclasses.replace(ASK, max_tokens=length))


def test_a_timeout_is_an_error_that_can_be_retried(slow_engine: Engine) -> None:
    with pytest.raises(EngineTimeoutError) as caught:
        slow_engine.complete(dataclasses.replace(LONG, timeout=0.2))
    assert caught.value.retryable
    assert "0.2 seconds" in str(caught.value)
    if slow_engine.info.kind != "scripted":
        # The only slot is free again: were the first request still running, this one would wait for it.
        assert slow_engine.complete(dataclasses.replace(ASK, timeout=30.0)).finish == "stop"


def test_a_cancelled_request_ends(slow_engine: Engine) -> None:
    cancel = threading.Event()
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(slow_engine.complete(LONG, cancel))
        except EngineCancelledError as error:
            outcome.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    cancel.set()
    asking.join(timeout=60)
    assert [type(one) for one in outcome] == [EngineCancelledError]


def test_cancelled_before_it_began(engine: Engine) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(EngineCancelledError):
        engine.complete(ASK, cancel)


def test_several_threads_may_ask_at_once(engine: Engine) -> None:
    replies: list[Reply] = []
    threads = [threading.Thread(target=lambda: replies.append(engine.complete(ASK))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [reply.finish for reply in replies] == ["stop"] * 6


def test_it_is_an_engine(engine: Engine) -> None:
    assert isinstance(engine, Engine)
    assert engine.info.parallel >= 1
