"""The engine compiled for the machine, beyond what every engine promises."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Message, Request
from epicrisis.errors import (
    ContextOverflowError,
    EngineCancelledError,
    EngineError,
    EngineTimeoutError,
    ModelError,
    OptionError,
)

pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
from epicrisis.engines import native_prompts  # after the check: they need numpy, as llama_cpp does
from epicrisis.engines.llamacpp import LlamaCppEngine
from epicrisis.engines.native import NativeEngine
from epicrisis.engines.native_library import CHUNK

SCHEMA = {
    "type": "object",
    "properties": {"a": {"enum": ["x", "y"]}},
    "required": ["a"],
    "additionalProperties": False,
}
WIDE = {
    "type": "object",
    "properties": {
        "side": {"enum": ["left", "right", "both", None]},
        "count": {"type": "integer", "minimum": 0, "maximum": 99},
        "quote": {"type": "string", "pattern": "^[a-z ]{0,30}$"},
    },
    "required": ["side", "count", "quote"],
    "additionalProperties": False,
}
ASK = Request(
    [Message("system", "You read reports."), Message("user", "Left breast, mass of 3 cm.")], schema=WIDE
)


@pytest.fixture(scope="module")
def engine(tiny_gguf: Path) -> Iterator[NativeEngine]:
    with NativeEngine(tiny_gguf, name="tiny", digest="sha256:0", context=4096, threads=1) as found:
        yield found


@pytest.fixture(scope="module")
def other(tiny_gguf: Path) -> Iterator[LlamaCppEngine]:
    with LlamaCppEngine(tiny_gguf, context=4096, threads=1) as found:
        yield found


def asking(*contents: str, **options: object) -> Request:
    messages = [Message("system", contents[0]), *(Message("user", content) for content in contents[1:])]
    return Request(messages, **{"schema": SCHEMA, **options})  # type: ignore[arg-type]


def test_it_describes_itself(engine: NativeEngine) -> None:
    info = engine.info
    assert (info.kind, info.model, info.digest, info.parallel) == ("native", "tiny", "sha256:0", 1)
    assert info.context_length == 4096
    assert info.logprobs
    assert info.settings["threads"] == 1
    assert info.settings["llama-cpp-python"]


def test_json_is_one_line_with_natural_separators(engine: NativeEngine) -> None:
    schema = {**SCHEMA, "properties": {"a": {"enum": ["x"]}, "b": {"const": [1, 2]}}, "required": ["a", "b"]}
    assert engine.complete(Request([Message("user", "?")], schema=schema)).text == '{"a": "x", "b": [1, 2]}'


def test_it_answers_as_the_other_embedded_engine_does(engine: NativeEngine, other: LlamaCppEngine) -> None:
    # The same weights, prompt and choices, and so the same probabilities; only the last digits may differ.
    # (Two tokens that spell a separator are not: LLGuidance rules out one that reaches over its borders.)
    schema = {"type": "string", "pattern": "^[a-z]{20}$"}
    request = dataclasses.replace(ASK, schema=schema, top_logprobs=5)
    mine, theirs = engine.complete(request), other.complete(request)
    assert mine.text == theirs.text
    assert mine.prompt_tokens == theirs.prompt_tokens
    assert mine.logprobs is not None
    assert theirs.logprobs is not None
    for one, two in zip(mine.logprobs, theirs.logprobs, strict=False):  # theirs can end in an end token
        assert one.token == two.token
        assert one.logprob == pytest.approx(two.logprob, abs=1e-3)
        assert [value for _, value in one.top] == pytest.approx([value for _, value in two.top], abs=1e-3)


def test_log_probabilities_do_not_change_the_answer(engine: NativeEngine) -> None:
    assert engine.complete(ASK).text == engine.complete(dataclasses.replace(ASK, top_logprobs=20)).text


def test_numbers_and_constants_end_too(engine: NativeEngine) -> None:
    for schema, texts in (
        ({"type": "integer", "minimum": 1, "maximum": 30}, {str(n) for n in range(1, 31)}),
        ({"enum": [None, True]}, {"null", "true"}),
        ({"const": "x"}, {'"x"'}),
    ):
        reply = engine.complete(Request([Message("user", "?")], schema=schema))
        assert reply.text in texts
        assert reply.finish == "stop"


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_stop_text_ends_the_answer_before_it(engine: NativeEngine, temperature: float) -> None:
    free = Request([Message("user", "?")], max_tokens=60, temperature=temperature, top_logprobs=1)
    whole = engine.complete(free).text
    stop = whole[20:23]
    reply = engine.complete(dataclasses.replace(free, stop=("nowhere in it", stop)))
    assert reply.text == whole[: whole.index(stop)]
    assert reply.finish == "stop"
    assert reply.logprobs is not None
    assert "".join(token.token for token in reply.logprobs) == reply.text


def test_a_shared_beginning_is_not_evaluated_again(engine: NativeEngine) -> None:
    shared = "The same instructions and definitions for every report. " * 10
    first = engine.complete(asking(shared, "first"))
    second = engine.complete(asking(shared, "other"))
    again = engine.complete(asking(shared, "other"))
    assert first.cached_tokens < first.prompt_tokens / 4
    assert second.cached_tokens > second.prompt_tokens - 30
    assert again.cached_tokens == again.prompt_tokens - 1


def test_requests_that_take_turns_find_their_own_beginning(tiny_gguf: Path) -> None:
    ones, twos = "One kind of instructions. " * 20, "And quite another kind. " * 20
    with NativeEngine(tiny_gguf, context=4096, threads=1) as engine:
        alone = {name: engine.complete(asking(name, "b", schema=WIDE)).text for name in (ones, twos)}
    with NativeEngine(tiny_gguf, context=4096, threads=1) as engine:
        for turn, report in enumerate(("a", "b", "c")):
            for name in (ones, twos):
                reply = engine.complete(asking(name, report, schema=WIDE))
                assert (reply.cached_tokens > reply.prompt_tokens - 30) == (turn > 0)
                # What was put back gives the answer that evaluating it afresh gives.
                assert report != "b" or reply.text == alone[name]


def test_what_is_set_aside_is_bounded(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("epicrisis.engines.native.PROMPT_CACHE", 1)
    with NativeEngine(tiny_gguf, context=4096, threads=1) as engine:
        for n in range(12):
            engine.complete(asking(f"{n} begins otherwise. " * 90, "report"))
            kept = engine._prompts._kept
            assert sum(len(one.state) for one in kept) <= 2**20
        assert len(kept) > 1
        assert engine.complete(asking("11 begins otherwise. " * 90, "report")).cached_tokens > 1000


def test_shared() -> None:
    assert native_prompts.shared([1, 2, 3], [1, 2, 4, 5]) == 2
    assert native_prompts.shared([], [1]) == 0


@pytest.mark.parametrize("broken_off", ["cancelled", "late"])
def test_after_a_request_was_broken_off_the_next_is_answered_right(
    tiny_gguf: Path, broken_off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "A long report about many things. " * 60
    with NativeEngine(tiny_gguf, context=8192, threads=1) as engine:
        wanted = engine.complete(asking("Read.", text, schema=WIDE)).text
    with NativeEngine(tiny_gguf, context=8192, threads=1) as engine:
        cancel = threading.Event()
        evaluate = engine._model.evaluate
        seen = []

        def counting(tokens: list[int], start: int, **options: bool) -> None:
            evaluate(tokens, start, **options)
            seen.append(start)
            if len(seen) == 2 and broken_off == "cancelled":
                cancel.set()
            if len(seen) == 2 and broken_off == "late":
                monkeypatch.setattr("epicrisis.engines.native.time.monotonic", lambda: 1e12)

        monkeypatch.setattr(engine._model, "evaluate", counting)
        with pytest.raises((EngineCancelledError, EngineTimeoutError)):
            engine.complete(asking("Read.", text, schema=WIDE), cancel)
        monkeypatch.undo()
        assert seen == [0, CHUNK]  # in the middle of the prompt
        reply = engine.complete(asking("Read.", text, schema=WIDE))
        assert reply.text == wanted
        assert reply.cached_tokens == 2 * CHUNK


def test_a_failed_evaluation_is_an_error_and_leaves_it_usable(
    engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = engine.complete(ASK).text
    with monkeypatch.context() as patch:
        patch.setattr(engine._model._lib, "llama_decode", lambda context, batch: -3)
        with pytest.raises(EngineError, match="code -3") as caught:
            engine.complete(asking("CANARY", "CANARY"))
    assert "CANARY" not in str(caught.value)
    assert engine.complete(ASK).text == wanted


def test_a_context_that_is_full_to_the_last_token(tiny_gguf: Path) -> None:
    with NativeEngine(tiny_gguf, context=512, threads=1) as engine:
        prompt = engine.count_tokens([Message("user", "word " * 20)])
        room = (engine.info.context_length or 0) - prompt
        reply = engine.complete(Request([Message("user", "word " * 20)], max_tokens=room))
        assert (reply.finish, reply.completion_tokens) == ("length", room)
        with pytest.raises(ContextOverflowError):
            engine.complete(Request([Message("user", "word " * 20)], max_tokens=room + 1))


def test_a_schema_it_cannot_enforce_is_refused(engine: NativeEngine) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    with pytest.raises(EngineError, match=r"'uniqueItems' at #/properties/a"):
        engine.complete(Request([Message("user", "CANARY")], schema=schema))


def test_a_model_without_chat_template(tmp_path: Path, write_gguf: Callable[..., Path]) -> None:
    path = write_gguf(tmp_path / "base.gguf", template=None)
    messages = [Message("system", "s"), Message("user", "u")]
    with (
        NativeEngine(path, context=1024, threads=1) as mine,
        LlamaCppEngine(path, context=1024, threads=1) as other,
    ):
        assert mine.complete(Request(messages, schema=SCHEMA)).text in ('{"a": "x"}', '{"a": "y"}')
        assert mine.count_tokens(messages) == other.count_tokens(messages)


def test_a_template_that_cannot_be_used(tmp_path: Path, write_gguf: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match="template"):
        NativeEngine(write_gguf(tmp_path / "odd.gguf", template="{% if %}"), context=512, threads=1)


def test_a_file_cut_short_is_named_before_llama_cpp_sees_it(tiny_gguf: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_gguf.read_bytes()[:-1000])
    with pytest.raises(ModelError, match="cut short") as caught:
        NativeEngine(cut)
    assert str(cut) in str(caught.value)


def test_a_model_llama_cpp_does_not_know(tiny_gguf: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.gguf"
    strange.write_bytes(tiny_gguf.read_bytes().replace(b"llama", b"lambo"))
    with pytest.raises(ModelError, match="cannot load"):
        NativeEngine(strange, context=512, threads=1)


@pytest.mark.parametrize("option", ["context", "threads"])
def test_options_that_make_no_sense(tiny_gguf: Path, option: str) -> None:
    with pytest.raises(OptionError, match=option):
        NativeEngine(tiny_gguf, **{option: 0})


def test_a_closed_engine_says_so(tiny_gguf: Path) -> None:
    engine = NativeEngine(tiny_gguf, context=512, threads=1)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.complete(Request([Message("user", "hi")]))
    with pytest.raises(EngineError, match="closed"):
        engine.count_tokens([Message("user", "hi")])


def test_closing_ends_a_request_under_way(tiny_gguf: Path) -> None:
    engine = NativeEngine(tiny_gguf, context=131_072, threads=1)
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(engine.complete(Request([Message("user", "?")], max_tokens=100_000)))
        except EngineError as error:
            outcome.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    engine.close()
    asking.join(timeout=60)
    assert "closed" in str(outcome[0])


def test_it_is_opened_where_it_is_installed(tiny_gguf: Path) -> None:
    for address, kind in (
        (str(tiny_gguf), "native"),
        (f"native:{tiny_gguf}", "native"),
        (f"llamacpp:{tiny_gguf}", "llamacpp"),
    ):
        engine = open_engine(address, context=512, threads=1)
        assert (engine.info.kind, engine.info.model) == (kind, "tiny")
        engine.close()
