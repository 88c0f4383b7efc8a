"""Who listens hears the answer as it is written, and gets the same reply as who does not."""

from __future__ import annotations

import dataclasses
import json
import threading

import pytest

from epicrisis.engines.engine import Engine, Message, Reply, Request
from epicrisis.errors import ContextOverflowError, EngineCancelledError, EngineTimeoutError

SCHEMA = {
    "type": "object",
    "properties": {
        "side": {"enum": ["left", "right", None]},
        "quote": {"type": "string", "pattern": "^[a-zéö ]{1,40}$"},
        "marks": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "maxItems": 3},
    },
    "required": ["side", "quote", "marks"],
    "additionalProperties": False,
}
MESSAGES = (Message("system", "You read reports."), Message("user", "Left breast, mass of 3 cm. Side?"))
ASK = Request(MESSAGES, schema=SCHEMA, max_tokens=400, report_id="r1")
MANY = {
    "type": "object",
    "properties": {"marks": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 900}},
    "required": ["marks"],
    "additionalProperties": False,
}


def listened(engine: Engine, request: Request) -> tuple[Reply, list[str]]:
    pieces: list[str] = []
    reply = engine.complete(dataclasses.replace(request, on_text=pieces.append))
    assert "".join(pieces) == reply.text
    assert "" not in pieces
    return reply, pieces


def same(reply: Reply, other: Reply) -> bool:
    """Whether two replies are the same but for how long they took."""
    return dataclasses.replace(reply, seconds=0.0, cached_tokens=0) == dataclasses.replace(
        other, seconds=0.0, cached_tokens=0
    )


@pytest.mark.parametrize(
    "asked",
    [
        ASK,
        dataclasses.replace(ASK, temperature=1.0, seed=4),
        dataclasses.replace(ASK, top_logprobs=4),
        dataclasses.replace(ASK, max_tokens=9),
        dataclasses.replace(ASK, max_tokens=9, top_logprobs=2),
        Request(MESSAGES, max_tokens=30),
    ],
    ids=["plain", "warm", "logprobs", "cut", "cut with logprobs", "prose"],
)
def test_the_pieces_make_the_reply_that_comes_without_listening(engine: Engine, asked: Request) -> None:
    before = engine.complete(asked)
    reply, _ = listened(engine, asked)
    assert same(reply, before)
    assert reply.cached_tokens <= reply.prompt_tokens


def test_it_comes_while_it_is_written(engine: Engine) -> None:
    reply, pieces = listened(engine, ASK)
    assert len(pieces) > 4
    json.loads(reply.text)


def test_what_a_stop_word_cuts_off_is_not_told(engine: Engine) -> None:
    whole = engine.complete(ASK).text
    reply, _ = listened(engine, dataclasses.replace(ASK, stop=(whole[6:9], "never said")))
    assert whole.startswith(reply.text)


def test_listening_does_not_make_another_request() -> None:
    assert dataclasses.replace(ASK, on_text=print) == ASK
    assert "on_text" not in repr(dataclasses.replace(ASK, on_text=print))


def test_the_error_of_a_listener_is_the_callers(engine: Engine) -> None:
    def fail(piece: str) -> None:
        raise LookupError(piece[:1])

    for _ in range(2):
        with pytest.raises(LookupError):
            engine.complete(dataclasses.replace(ASK, on_text=fail))
    before = engine.complete(ASK)
    assert before.finish == "stop"
    assert same(listened(engine, ASK)[0], before)


def test_a_listener_may_cancel(slow_engine: Engine) -> None:
    cancel = threading.Event()
    asked = Request(MESSAGES, schema=MANY, max_tokens=20_000, on_text=lambda piece: cancel.set())
    if slow_engine.info.kind == "scripted":
        # It would be an hour before the first piece.
        cancel.set()
    with pytest.raises(EngineCancelledError):
        slow_engine.complete(asked, cancel)
    if slow_engine.info.kind != "scripted":
        assert slow_engine.complete(dataclasses.replace(ASK, timeout=60.0)).finish == "stop"


def test_the_time_limit_holds(slow_engine: Engine) -> None:
    asked = Request(MESSAGES, max_tokens=100_000, timeout=0.2, on_text=lambda piece: None)
    with pytest.raises(EngineTimeoutError, match=r"0\.2 seconds"):
        slow_engine.complete(asked)


def test_overflow_is_reported_before_anything_is_told(engine: Engine) -> None:
    pieces: list[str] = []
    asked = Request(
        [Message("user", "word " * (engine.info.context_length or 0))], max_tokens=100, on_text=pieces.append
    )
    with pytest.raises(ContextOverflowError):
        engine.complete(asked)
    assert pieces == []


def test_several_may_listen_at_once(engine: Engine) -> None:
    heard: list[tuple[Reply, list[str]]] = []
    threads = [threading.Thread(target=lambda: heard.append(listened(engine, ASK))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(heard) == 4
