"""What can be written after --engine."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.engines.address import embedded_engine, open_engine, parse
from epicrisis.engines.catalogue import DEFAULT_MODEL, HubFile
from epicrisis.engines.engine import Message, Request
from epicrisis.errors import EngineError, EngineUnreachableError, ModelError, OptionError


def test_a_name() -> None:
    found = parse(DEFAULT_MODEL.upper())
    assert found.kind == "catalogue"
    assert found.entry is not None
    assert found.entry.name == DEFAULT_MODEL


def test_a_path(tmp_path: Path) -> None:
    assert parse("models/x.gguf").path == Path("models/x.gguf")
    odd = tmp_path / "weights"
    odd.write_bytes(b"")
    assert parse(str(odd)).kind == "file"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("hf:Qwen/Q-GGUF/q4.gguf", HubFile("Qwen/Q-GGUF", "q4.gguf")),
        ("hf:o/r/sub/q4.gguf", HubFile("o/r", "sub/q4.gguf")),
        ("hf:o/r@v1.0/q4.gguf", HubFile("o/r", "q4.gguf", "v1.0")),
    ],
)
def test_a_file_on_the_hub(text: str, reference: HubFile) -> None:
    found = parse(text)
    assert found.hub == reference
    assert str(reference) == text


@pytest.mark.parametrize(
    ("text", "url", "model"),
    [
        ("http://127.0.0.1:8000/v1#qwen/q-7b", "http://127.0.0.1:8000/v1", "qwen/q-7b"),
        ("http://localhost:8000", "http://localhost:8000/v1", None),
        ("https://llm.hospital.example/api/v1/", "https://llm.hospital.example/api/v1", None),
        ("http://h:1/v1/chat/completions#m", "http://h:1/v1", "m"),
    ],
)
def test_a_server(text: str, url: str, model: str | None) -> None:
    found = parse(text)
    assert (found.kind, found.url, found.model) == ("server", url, model)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("qwen2.5-coder-1.5b", "Did you mean qwen2.5-coder-1.5b-instruct"),
        ("smolm2-135m-instruct", "Did you mean smollm2-135m-instruct"),
        ("0.5b", "Did you mean qwen2.5-coder-0.5b-instruct"),
        ("gpt", "Known by name"),
        ("", "Known by name"),
        ("localhost:8000/v1#m", "Did you mean http://localhost:8000/v1#m"),
        ("hf:owner/repo", "hf:owner/repo/file.gguf"),
        ("http://", "An engine is"),
        ("http://h:port/v1", "An engine is"),
        ("https://user:secret@host/v1", "EPICRISIS_API_KEY"),
    ],
)
def test_what_means_nothing_gets_a_hint(text: str, hint: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse(text)
    assert hint in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_an_error_to_read(text: str) -> None:
    with contextlib.suppress(OptionError):
        assert parse(text).text == text.strip()


@pytest.mark.parametrize("prefix", ["native", "llamacpp", "Native"])
def test_a_model_for_one_of_the_embedded_engines(prefix: str) -> None:
    for model in ("models/x.gguf", DEFAULT_MODEL, "hf:o/r/q4.gguf"):
        found, plain = parse(f"{prefix}:{model}"), parse(model)
        assert (found.kind, found.path, found.entry, found.hub) == (
            plain.kind,
            plain.path,
            plain.entry,
            plain.hub,
        )
        assert found.embedded == prefix.lower()
        assert plain.embedded is None
        assert embedded_engine(found) == prefix.lower()


@pytest.mark.parametrize("model", ["http://h:1/v1", "scripted:x.jsonl", "llamacpp:x.gguf", "", "qwn"])
def test_what_is_no_model_has_no_embedded_engine(model: str) -> None:
    with pytest.raises(OptionError):
        parse(f"native:{model}")


@pytest.mark.parametrize(
    ("installed", "parallel", "wanted", "found"),
    [
        (False, None, "", "llamacpp"),
        (True, None, "", "native"),
        (True, 1, "", "native"),
        (True, 4, "", "llamacpp"),
        (True, None, "llamacpp", "llamacpp"),
        (False, None, " Native ", "native"),
    ],
)
def test_the_embedded_engine_that_is_chosen(
    monkeypatch: pytest.MonkeyPatch, installed: bool, parallel: int | None, wanted: str, found: str
) -> None:
    monkeypatch.setattr("epicrisis.engines.native_library.installed", lambda: installed)
    monkeypatch.setenv("EPICRISIS_EMBEDDED", wanted)
    assert embedded_engine(parse("x.gguf"), parallel) == found
    assert embedded_engine(parse("llamacpp:x.gguf"), parallel) == "llamacpp"


def test_a_choice_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICRISIS_EMBEDDED", "cuda")
    with pytest.raises(OptionError, match="EPICRISIS_EMBEDDED"):
        embedded_engine(parse("x.gguf"))


def test_the_native_engine_takes_one_request_at_a_time(tiny_gguf: Path) -> None:
    with pytest.raises(OptionError, match="one request at a time") as caught:
        open_engine(f"native:{tiny_gguf}", parallel=2)
    assert "llamacpp:" in (caught.value.hint or "")


def test_the_native_engine_where_it_is_not_installed(
    tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("llama_cpp", "numpy", "jinja2", "epicrisis.engines.native"):
        monkeypatch.setitem(sys.modules, name, None)
    for model in (str(tiny_gguf), DEFAULT_MODEL):
        with pytest.raises(EngineError, match="native engine cannot be loaded") as caught:
            open_engine(f"native:{model}", context=512, threads=1)
        assert "epicrisis[native]" in (caught.value.hint or "")


def test_opening_a_file(tiny_gguf: Path) -> None:
    engine = open_engine(str(tiny_gguf), context=512, threads=1, parallel=2)
    try:
        assert (engine.info.model, engine.info.context_length, engine.info.parallel) == ("tiny", 512, 2)
        assert (engine.info.digest or "").startswith("sha256:")
    finally:
        engine.close()


def test_opening_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        open_engine(str(tmp_path / "none.gguf"))
    with pytest.raises(ModelError, match="models pull"):
        open_engine(DEFAULT_MODEL, fetch=False)
    with pytest.raises(EngineUnreachableError):
        open_engine("http://127.0.0.1:9/v1#m", timeout=0.2)


def test_opening_a_script(tmp_path: Path) -> None:
    script = tmp_path / "answers.jsonl"
    lines = [{"report_id": "1", "reply": {"a": 1}}, {"report_id": "1", "reply": "second"}, {"reply": "other"}]
    script.write_text("\n".join(json.dumps(line) for line in lines))
    engine = open_engine(f"scripted:{script}")
    ask = [engine.complete(Request([Message("user", "?")], report_id=name)).text for name in ("1", "1", "2")]
    assert ask == ['{"a": 1}', "second", "other"]


def test_a_script_that_is_none(tmp_path: Path) -> None:
    script = tmp_path / "answers.jsonl"
    script.write_text('{"reply": 1}\n{"answer": 1}\n')
    with pytest.raises(OptionError, match=r"answers\.jsonl:2"):
        open_engine(f"scripted:{script}")
    with pytest.raises(OptionError, match="cannot be read"):
        open_engine(f"scripted:{tmp_path / 'none'}")
