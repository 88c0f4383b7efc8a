"""Servers as they are: down, slow, busy, not what they claim to be."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from epicrisis.engines.engine import Message, Request
from epicrisis.engines.openai import OpenAIEngine
from epicrisis.engines.retry import Backoff
from epicrisis.errors import (
    ContextOverflowError,
    EngineBusyError,
    EngineCancelledError,
    EngineError,
    EngineProtocolError,
    EngineTimeoutError,
    EngineUnreachableError,
    EpicrisisError,
    ModelError,
    OptionError,
)

CANARY = "CANARY-7f3a"
ASK = Request([Message("user", f"Report about {CANARY}.")], schema={"type": "object"}, max_tokens=50)


class Pauses(list[float]):
    """A pause that takes no time and remembers what was asked."""

    def __call__(self, seconds: float, cancel: threading.Event | None) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def engine(server: Any, pauses: Pauses) -> Iterator[OpenAIEngine]:
    with OpenAIEngine(server.url, backoff=Backoff(4, seed=1, pause=pauses)) as found:
        yield found


def refused(engine: OpenAIEngine, kind: type[EpicrisisError]) -> EpicrisisError:
    """The error of asking; it holds nothing of the prompt."""
    with pytest.raises(kind) as caught:
        engine.complete(ASK)
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value)
    return caught.value


def test_it_sends_the_schema_and_the_options(engine: OpenAIEngine, server: Any) -> None:
    engine.complete(
        Request(ASK.messages, schema={"type": "object"}, max_tokens=7, seed=3, stop=("x",), top_logprobs=2)
    )
    body = server.posts()[-1]
    assert body["model"] == "m1"
    assert body["messages"] == [{"role": "user", "content": f"Report about {CANARY}."}]
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert body["response_format"]["json_schema"]["strict"] is True
    assert (body["max_tokens"], body["seed"], body["stop"], body["temperature"]) == (7, 3, ["x"], 0.0)
    assert (body["logprobs"], body["top_logprobs"]) == (True, 2)


def test_it_reads_the_reply(engine: OpenAIEngine, server: Any, answer: Any) -> None:
    content = answer('{"a": "é"}')
    content["usage"]["prompt_tokens_details"] = {"cached_tokens": 8}
    server.script = [content]
    reply = engine.complete(ASK)
    assert (reply.text, reply.finish) == ('{"a": "é"}', "stop")
    assert (reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens) == (12, 8, 5)


def test_a_length_finish_and_a_refusal_are_told_apart(engine: OpenAIEngine, server: Any, answer: Any) -> None:
    server.script = [
        answer("{", finish="length"),
        answer("", finish="content_filter"),
        answer(None, refusal="I will not."),
    ]
    assert [engine.complete(ASK).finish for _ in range(3)] == ["length", "refusal", "refusal"]


def test_the_key_comes_from_the_environment(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    monkeypatch.setenv("EPICRISIS_API_KEY", "secret")
    with OpenAIEngine(server.url) as engine:
        engine.complete(ASK)
        assert "secret" not in repr(engine.info)
    assert {headers["Authorization"] for _, headers, _ in server.seen} == {"Bearer secret"}


def test_without_a_key_none_is_sent(engine: OpenAIEngine, server: Any) -> None:
    engine.complete(ASK)
    assert all("Authorization" not in headers for _, headers, _ in server.seen)


def test_proxy_settings_do_not_count_on_loopback(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with OpenAIEngine(server.url) as engine:
        assert engine.complete(ASK).finish == "stop"


def test_busy_servers_are_asked_again(engine: OpenAIEngine, server: Any, pauses: Pauses, answer: Any) -> None:
    server.script = [(429, {}, {"Retry-After": "7"}), (503, {}, {}), answer()]
    assert engine.complete(ASK).finish == "stop"
    assert pauses[0] == 7.0
    assert 0 <= pauses[1] <= 2.0
    assert len(server.posts()) == 3


def test_lost_connections_are_tried_again(engine: OpenAIEngine, server: Any, answer: Any) -> None:
    server.script = ["drop", "drop", answer()]
    assert engine.complete(ASK).finish == "stop"


def test_it_gives_up_in_the_end(engine: OpenAIEngine, server: Any) -> None:
    server.script = [(500, {"error": {"message": CANARY}}, {})]
    error = refused(engine, EngineBusyError)
    assert error.retryable
    assert "500" in error.message
    assert len(server.posts()) == 4


def test_a_server_that_dies_in_the_middle(engine: OpenAIEngine, server: Any, answer: Any) -> None:
    server.script = [answer(), "drop"]
    engine.complete(ASK)
    assert "broke off" in refused(engine, EngineUnreachableError).message


def test_other_refusals_are_final(engine: OpenAIEngine, server: Any, pauses: Pauses) -> None:
    server.script = [(400, {"error": {"message": CANARY, "type": "invalid_request_error"}}, {})]
    error = refused(engine, EngineError)
    assert "HTTP 400, invalid_request_error" in error.message
    assert not pauses
    assert not error.retryable


def test_a_wrong_key_says_so(server: Any) -> None:
    server.models = (401, {"error": {"message": "no"}}, {})
    with OpenAIEngine(server.url) as engine, pytest.raises(EngineError, match="EPICRISIS_API_KEY"):
        engine.connect()


@pytest.mark.parametrize("text", [f"<html>{CANARY}</html>", f'{{"choices": "{CANARY}', ""])
def test_answers_that_are_not_json(engine: OpenAIEngine, server: Any, text: str) -> None:
    server.script = [(200, text, {"Content-Type": "text/html; charset=utf-8"})]
    error = refused(engine, EngineProtocolError)
    assert "HTTP 200" in error.message
    assert "text/html" in error.message


@pytest.mark.parametrize("content", [{"choices": []}, {"hello": "world"}, {"choices": [{"message": None}]}])
def test_json_that_is_no_completion(engine: OpenAIEngine, server: Any, content: Any) -> None:
    server.script = [content]
    assert "not a chat completion" in refused(engine, EngineProtocolError).message


def test_a_login_page_instead_of_a_server(server: Any) -> None:
    server.models = (200, "<html>log in</html>", {"Content-Type": "text/html"})
    with OpenAIEngine(server.url) as engine, pytest.raises(EngineProtocolError, match="text/html"):
        engine.connect()


def test_a_server_that_never_answers(engine: OpenAIEngine, server: Any) -> None:
    server.script = ["hang"]
    with pytest.raises(EngineTimeoutError, match=r"0\.1 seconds"):
        engine.complete(Request(ASK.messages, timeout=0.1))


def test_a_pause_can_be_cancelled(server: Any) -> None:
    cancel = threading.Event()
    server.script = [(503, {}, {})]
    backoff = Backoff(4, pause=lambda seconds, event: cancel.set())
    with OpenAIEngine(server.url, backoff=backoff) as engine, pytest.raises(EngineCancelledError):
        engine.complete(ASK, cancel)
    assert len(server.posts()) == 1


def test_a_server_that_is_down(pauses: Pauses) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with OpenAIEngine(url, "m", backoff=Backoff(3, pause=pauses)) as engine:
        error = refused(engine, EngineUnreachableError)
    assert url in error.message
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("message", "needed", "available"),
    [
        (
            "This model's maximum context length is 4096 tokens. However, you requested 5020 tokens (5000 in "
            "the messages, 20 in the completion).",
            5020,
            4096,
        ),
        (
            "'max_tokens' is too large: 20. This model's maximum context length is 4096 tokens and your "
            "request has 4090 input tokens.",
            4090,
            4096,
        ),
    ],
)
def test_the_servers_own_overflow_is_ours(
    engine: OpenAIEngine, server: Any, message: str, needed: int, available: int
) -> None:
    server.script = [(400, {"error": {"message": message, "type": "BadRequestError", "code": 400}}, {})]
    error = refused(engine, ContextOverflowError)
    assert isinstance(error, ContextOverflowError)
    assert (error.needed, error.available) == (needed, available)


def test_a_context_stated_by_the_user_is_used(server: Any) -> None:
    with OpenAIEngine(server.url, context=1234) as engine:
        assert engine.info.context_length == 1234


def test_a_prompt_cut_without_a_word_is_noticed(engine: OpenAIEngine, server: Any, answer: Any) -> None:
    long = Request([Message("user", f"{CANARY} " * 200)], max_tokens=10)
    server.script = [answer()]  # claims to have read 12 tokens
    with pytest.raises(ContextOverflowError, match="cut the prompt") as caught:
        engine.complete(long)
    assert CANARY not in str(caught.value)


def test_log_probabilities_are_learnt_from_the_first_reply(
    engine: OpenAIEngine, server: Any, answer: Any
) -> None:
    asking = Request(ASK.messages, top_logprobs=2)
    content = answer("ab")
    content["choices"][0]["logprobs"] = {
        "content": [
            {"token": "a", "logprob": -0.1, "top_logprobs": [{"token": "a", "logprob": -0.1}]},
            {"token": "b", "logprob": -0.2, "top_logprobs": []},
        ]
    }
    server.script = [content]
    assert not engine.info.logprobs
    reply = engine.complete(asking)
    assert reply.logprobs is not None
    assert [token.token for token in reply.logprobs] == ["a", "b"]
    assert reply.logprobs[0].top == (("a", -0.1),)
    assert engine.info.logprobs


def test_a_server_that_refuses_log_probabilities_is_asked_without(
    engine: OpenAIEngine, server: Any, answer: Any
) -> None:
    server.script = [(400, {"error": {"message": "logprobs"}}, {}), answer(), answer()]
    asking = Request(ASK.messages, top_logprobs=2)
    assert engine.complete(asking).logprobs is None
    assert engine.complete(asking).logprobs is None
    assert ["logprobs" in body for body in server.posts()] == [True, False, False]


def test_vllm_is_known_by_its_models(server: Any) -> None:
    server.models = {"data": [{"id": "qwen", "owned_by": "vllm", "max_model_len": 640}]}
    server.paths["/tokenize"] = {"count": 900, "max_model_len": 640, "tokens": []}
    with OpenAIEngine(server.url) as engine:
        assert engine.info.settings["software"] == "vllm"
        assert (engine.info.model, engine.info.context_length, engine.info.logprobs) == ("qwen", 640, True)
        with pytest.raises(ContextOverflowError) as caught:
            engine.complete(Request([Message("user", "word " * 700)], max_tokens=50))
    assert (caught.value.needed, caught.value.available) == (950, 640)
    assert not server.posts()


def test_ollama_tells_its_context_once_the_model_is_loaded(server: Any, answer: Any) -> None:
    server.models = {"object": "list", "data": [{"id": "llama3:latest", "owned_by": "library"}]}
    server.paths["/api/version"] = {"version": "0.12.0"}
    server.paths["/api/ps"] = {"models": []}
    with OpenAIEngine(server.url, "llama3") as engine:
        assert (engine.info.model, engine.info.context_length) == ("llama3:latest", None)
        server.paths["/api/ps"] = {"models": [{"name": "llama3:latest", "context_length": 12}]}
        with pytest.raises(ContextOverflowError) as caught:  # 12 tokens read of 12: it was filled to the brim
            engine.complete(ASK)
        assert caught.value.available == 12
        assert engine.info.context_length == 12
        assert engine.count_tokens(ASK.messages) is None


def test_a_model_the_server_lacks(server: Any) -> None:
    server.models = {"data": [{"id": "qwen2.5-7b", "owned_by": "vllm", "max_model_len": 640}]}
    with (
        OpenAIEngine(server.url, "qwen2.5-7") as engine,
        pytest.raises(ModelError, match=r"Did you mean qwen2\.5-7b"),
    ):
        engine.connect()


def test_several_models_and_none_named(server: Any) -> None:
    server.models = {"data": [{"id": "one"}, {"id": "two"}]}
    with OpenAIEngine(server.url) as engine, pytest.raises(OptionError, match="one, two"):
        engine.connect()


def test_a_gateway_without_a_list_of_models(server: Any) -> None:
    server.models = (404, {"detail": "Not Found"}, {})
    with OpenAIEngine(server.url, "whatever") as engine:
        assert engine.complete(ASK).finish == "stop"
        assert engine.info.model == "whatever"


def test_at_most_so_many_requests_at_once(server: Any) -> None:
    together: list[int] = []
    gate = threading.Semaphore(0)
    with OpenAIEngine(server.url, parallel=2) as engine:
        engine.connect()
        running = 0
        lock = threading.Lock()
        ask = engine._ask

        def counted(*arguments: Any) -> Any:
            nonlocal running
            with lock:
                running += 1
                together.append(running)
            gate.acquire(timeout=10)
            try:
                return ask(*arguments)
            finally:
                with lock:
                    running -= 1

        engine._ask = counted  # type: ignore[method-assign]
        threads = [threading.Thread(target=engine.complete, args=(ASK,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        gate.release(6)
        for thread in threads:
            thread.join(timeout=30)
    assert len(together) == 6
    assert max(together) <= 2


def test_closed_means_closed(engine: OpenAIEngine) -> None:
    engine.complete(ASK)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.complete(ASK)
