"""Answers in pieces: from servers that stream well, badly, or not at all."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from epicrisis.engines.engine import Message, Reply, Request, TokenLogprob
from epicrisis.engines.openai import OpenAIEngine
from epicrisis.engines.retry import Backoff
from epicrisis.engines.telling import Telling
from epicrisis.errors import (
    ContextOverflowError,
    EngineBusyError,
    EngineError,
    EngineProtocolError,
    EngineTimeoutError,
    EngineUnreachableError,
)

ASK = Request([Message("user", "?")], schema={"type": "object"}, max_tokens=50)


def delta(content: str | None = None, *, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One event of a stream."""
    said = {} if content is None else {"content": content}
    logprobs = more.pop("logprobs", None)
    choice = {"index": 0, "delta": {**said, **more}, "finish_reason": finish}
    return {"choices": [choice | ({"logprobs": logprobs} if logprobs else {})]}


USAGE = {
    "choices": [],
    "usage": {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 8}},
}


def stream(*events: Any, done: bool = True, end: str = "\n\n") -> tuple[int, str, dict[str, str]]:
    """What a server sends: events as JSON, texts as they are."""
    lines = [
        one if isinstance(one, str) else f"data: {json.dumps(one, ensure_ascii=False)}" for one in events
    ]
    if done:
        lines.append("data: [DONE]")
    return 200, "".join(line + end for line in lines), {"Content-Type": "text/event-stream; charset=utf-8"}


@pytest.fixture
def engine(server: Any) -> Iterator[OpenAIEngine]:
    with OpenAIEngine(server.url, backoff=Backoff(3, seed=1, pause=lambda seconds, cancel: None)) as found:
        yield found


@pytest.fixture
def ask(engine: OpenAIEngine, server: Any) -> Callable[..., tuple[Reply, list[str]]]:
    """Ask a server that answers with the given entries of its script."""

    def ask(*script: Any, **changed: Any) -> tuple[Reply, list[str]]:
        server.script = list(script)
        pieces: list[str] = []
        return engine.complete(dataclasses.replace(ASK, on_text=pieces.append, **changed)), pieces

    return ask


Ask = Callable[..., tuple[Reply, list[str]]]


def test_a_stream_is_put_together(ask: Ask, server: Any) -> None:
    token = {"token": "{", "logprob": -0.5, "bytes": [123], "top_logprobs": [{"token": "{", "logprob": -0.5}]}
    rest = {"token": '"é": 1}', "logprob": -0.1, "bytes": list('"é": 1}'.encode()), "top_logprobs": []}
    reply, pieces = ask(
        stream(
            delta("", role="assistant"),
            delta("{", logprobs={"content": [token]}),
            delta('"é": 1}', logprobs={"content": [rest]}),
            delta(finish="stop"),
            USAGE,
        ),
        top_logprobs=2,
    )
    assert pieces == ["{", '"é": 1}']
    assert (reply.text, reply.finish) == ('{"é": 1}', "stop")
    assert (reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens) == (12, 8, 5)
    assert reply.logprobs == (TokenLogprob("{", -0.5, (("{", -0.5),)), TokenLogprob('"é": 1}', -0.1))
    body = server.posts()[-1]
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_nobody_listens_nothing_is_streamed(engine: OpenAIEngine, server: Any) -> None:
    engine.complete(ASK)
    assert server.posts()[-1]["stream"] is False
    assert "stream_options" not in server.posts()[-1]


def test_characters_that_end_lines_elsewhere(ask: Ask) -> None:
    text = '{"a": "x\u2028y\x85z\x0b"}'
    assert ask(stream(delta(text), delta(finish="stop"), end="\r\n\r\n"))[0].text == text


def test_what_is_not_of_the_protocol_is_passed_over(ask: Ask) -> None:
    reply, pieces = ask(
        stream(
            ": a comment",
            "event: message",
            "data: not json",
            "data: [1]",
            {"choices": None},
            {"choices": [3, {"index": 1, "delta": {"content": "other"}}, {"delta": 4, "logprobs": 5}]},
            delta("{}"),
            delta(finish="stop"),
        )
    )
    assert (reply.text, pieces) == ("{}", ["{}"])


def test_a_server_that_answers_in_one_piece(ask: Ask, answer: Any) -> None:
    reply, pieces = ask(answer('{"a": 1}'))
    assert pieces == [reply.text] == ['{"a": 1}']


def test_a_server_that_refuses_to_stream_is_asked_without(ask: Ask, server: Any, answer: Any) -> None:
    refusal: Any = (400, {"error": {"message": "no streaming here"}}, {})
    reply, pieces = ask(refusal, answer())
    assert pieces == [reply.text]
    assert [body["stream"] for body in server.posts()] == [True, False]
    ask(answer())
    assert server.posts()[-1]["stream"] is False


def test_a_server_that_refuses_anything_is_not_blamed_on_streaming(
    ask: Ask, server: Any, engine: OpenAIEngine
) -> None:
    with pytest.raises(EngineError, match="HTTP 422"):
        ask((422, {"error": {"message": "no"}}, {}))
    ask(stream(delta("{}"), delta(finish="stop")))
    assert server.posts()[-1]["stream"] is True


def test_an_overflow_is_final(ask: Ask, server: Any) -> None:
    error = {"error": {"message": "context length is 100", "code": "context_length_exceeded"}}
    with pytest.raises(ContextOverflowError):
        ask((400, error, {}))
    assert len(server.posts()) == 1


def test_an_error_in_the_middle_is_tried_again_and_goes_on_where_it_was(ask: Ask) -> None:
    reply, pieces = ask(
        stream(delta('{"a"'), {"error": {"code": 503, "message": "CANARY"}}, done=False),
        stream(delta('{"a": '), delta("1}"), delta(finish="stop")),
    )
    assert pieces == ['{"a"', ": ", "1}"]
    assert reply.text == '{"a": 1}'


def test_another_answer_after_a_lost_connection_is_not_told(ask: Ask) -> None:
    reply, pieces = ask(stream(delta('{"a": 1'), done=False), stream(delta('{"b": 2}'), delta(finish="stop")))
    assert reply.text == '{"b": 2}'
    assert pieces == ['{"a": 1']


def test_a_stream_that_breaks_off_for_good(ask: Ask) -> None:
    with pytest.raises(EngineUnreachableError, match="broke off"):
        ask(stream(delta('{"a": 1'), done=False))


@pytest.mark.parametrize("code", ["overloaded", None, 7])
def test_an_error_without_a_status(ask: Ask, code: Any) -> None:
    event = f"error: {json.dumps({'code': code, 'message': 'CANARY'})}"
    with pytest.raises(EngineBusyError) as caught:
        ask(stream(event, done=False))
    assert "CANARY" not in str(caught.value)


def test_an_end_that_is_none(ask: Ask) -> None:
    with pytest.raises(EngineProtocolError):
        ask(stream(delta("{}"), delta(finish="exploded")))


def test_reasoning_is_kept_apart(ask: Ask) -> None:
    reply, pieces = ask(
        stream(
            delta(reasoning_content="Hm. "),
            delta(reasoning_content="Yes."),
            delta("{}"),
            delta(finish="stop"),
        )
    )
    assert (reply.reasoning, reply.text, pieces) == ("Hm. Yes.", "{}", ["{}"])
    reply, pieces = ask(
        stream(
            *(delta(one) for one in ["<th", "ink>Hm", ".</think>", "\n\n", '{"a"', ": 1}\n"]),
            delta(finish="stop"),
        )
    )
    assert (reply.reasoning, reply.text, pieces) == ("Hm.", '{"a": 1}', ['{"a"', ": 1}"])


def test_a_refusal(ask: Ask) -> None:
    assert (
        ask(stream(delta(refusal="I will "), delta(refusal="not."), delta(finish="stop")))[0].finish
        == "refusal"
    )


def test_the_time_limit_and_closing(ask: Ask, engine: OpenAIEngine) -> None:
    ask(stream(delta("{}"), delta(finish="stop")))
    with pytest.raises(EngineTimeoutError):
        ask("hang", timeout=0.1)
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        ask(stream())


def test_stop_words_are_held_back() -> None:
    heard: list[str] = []
    telling = Telling(dataclasses.replace(ASK, stop=("END", "E!"), on_text=heard.append))
    for text in ("a", "aE", "aEN", "aENx", "aENxE"):
        telling.grown(text)
    telling.finished("aENxE")
    assert heard == ["a", "ENx", "E"]


def test_cancelling_before_and_while_it_comes(ask: Ask, engine: OpenAIEngine) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(EngineError, match="cancelled"):
        engine.complete(dataclasses.replace(ASK, on_text=print), cancel)
