"""The embedded engine beyond what every engine promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from epicrisis.engines.engine import Message, Request
from epicrisis.engines.llamacpp import LlamaCppEngine
from epicrisis.errors import EngineError, ModelError, OptionError

SCHEMA = {
    "type": "object",
    "properties": {"a": {"enum": ["x", "y"]}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def engine(tiny_gguf: Path) -> Iterator[LlamaCppEngine]:
    with LlamaCppEngine(
        tiny_gguf, name="tiny", digest="sha256:0", context=2048, threads=1, parallel=2
    ) as found:
        yield found


def test_it_describes_itself(engine: LlamaCppEngine) -> None:
    info = engine.info
    assert (info.kind, info.model, info.digest, info.parallel) == ("llamacpp", "tiny", "sha256:0", 2)
    assert info.context_length == 2048
    assert info.settings["threads"] == 1


def test_json_is_one_line_with_natural_separators(engine: LlamaCppEngine) -> None:
    schema = {**SCHEMA, "properties": {"a": {"enum": ["x"]}, "b": {"const": [1, 2]}}, "required": ["a", "b"]}
    assert engine.complete(Request([Message("user", "?")], schema=schema)).text == '{"a": "x", "b": [1, 2]}'
    compact = Request([Message("user", "?")], schema=schema, compact=True)
    assert engine.complete(compact).text == '{"a": "x","b": [1,2]}'


def test_a_shared_beginning_is_not_evaluated_again(engine: LlamaCppEngine) -> None:
    shared = Message("system", "The same instructions and definitions for every report. " * 10)
    first = engine.complete(Request([shared, Message("user", "first")], schema=SCHEMA))
    second = engine.complete(Request([shared, Message("user", "other")], schema=SCHEMA))
    assert (
        first.cached_tokens < first.prompt_tokens / 4
    )  # the check of the schema is not mistaken for a cache
    assert second.cached_tokens > second.prompt_tokens - 30


def test_a_schema_with_an_unknown_keyword_is_refused(engine: LlamaCppEngine) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    with pytest.raises(EngineError, match=r"'uniqueItems' at #/properties/a"):
        engine.complete(Request([Message("user", "CANARY")], schema=schema))


@pytest.mark.parametrize(
    "part",
    [
        {"type": "integer", "minimum": 5, "maximum": 2},
        {"type": "string", "pattern": "^(?=a)a$"},
        {"enum": []},
        {"oneOf": [{"type": "integer", "maximum": 9}, {"type": "number", "maximum": 5}]},
    ],
)
def test_a_schema_that_has_no_grammar_is_refused(engine: LlamaCppEngine, part: dict[str, object]) -> None:
    # llama.cpp itself goes on without the grammar, silently.
    schema = {"type": "object", "properties": {"a": part}, "required": ["a"], "additionalProperties": False}
    with pytest.raises(EngineError, match="grammar") as caught:
        engine.complete(Request([Message("user", "CANARY")], schema=schema, top_logprobs=2))
    assert "CANARY" not in str(caught.value)


def test_nobody_else_can_use_it_or_look_in(engine: LlamaCppEngine) -> None:
    url = engine._transport.base_url.removesuffix("/v1")
    assert "127.0.0.1" in url
    with httpx2.Client(trust_env=False, base_url=url) as stranger:
        body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
        assert stranger.post("/v1/chat/completions", json=body).status_code == 401
        for path in ("/props", "/slots", "/metrics", "/v1/models"):
            assert stranger.get(path).status_code == 401
        assert stranger.get("/").status_code == 404
        asked = stranger.options("/v1/chat/completions", headers={"Origin": "http://elsewhere.example"})
        assert asked.headers.get("access-control-allow-origin", "") == ""


def test_a_model_without_chat_template(tmp_path: Path, write_gguf: object) -> None:
    path = write_gguf(tmp_path / "base.gguf", template=None)  # type: ignore[operator]
    with LlamaCppEngine(path, context=1024, threads=1) as engine:
        reply = engine.complete(Request([Message("system", "s"), Message("user", "u")], schema=SCHEMA))
        assert reply.text in ('{"a": "x"}', '{"a": "y"}')
        assert reply.prompt_tokens == engine.count_tokens([Message("system", "s"), Message("user", "u")])


def test_a_file_cut_short_is_named_before_llama_cpp_sees_it(tiny_gguf: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_gguf.read_bytes()[:-1000])
    with pytest.raises(ModelError, match="cut short") as caught:
        LlamaCppEngine(cut)
    assert str(cut) in str(caught.value)


def test_a_model_llama_cpp_does_not_know(tiny_gguf: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.gguf"
    strange.write_bytes(tiny_gguf.read_bytes().replace(b"llama", b"lambo"))
    with pytest.raises(ModelError, match="cannot load"):
        LlamaCppEngine(strange, context=512, threads=1)


@pytest.mark.parametrize("option", ["context", "threads", "parallel"])
def test_options_that_make_no_sense(tiny_gguf: Path, option: str) -> None:
    with pytest.raises(OptionError, match=option):
        LlamaCppEngine(tiny_gguf, **{option: 0})  # type: ignore[arg-type]


def test_a_context_beyond_the_training(tiny_gguf: Path) -> None:
    with pytest.raises(OptionError, match="131072"):
        LlamaCppEngine(tiny_gguf, context=200_000)


def test_a_closed_engine_says_so(tiny_gguf: Path) -> None:
    engine = LlamaCppEngine(tiny_gguf, context=512, threads=1)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.complete(Request([Message("user", "hi")]))
