"""The identity of engines, known without loading them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from epicrisis.engines.address import parse
from epicrisis.engines.catalogue import DEFAULT_MODEL, get
from epicrisis.engines.engine import EngineInfo
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import ModelError, OptionError
from epicrisis.runs.deferred import DeferredEngine
from epicrisis.runs.identify import identify
from epicrisis.runs.identity import EngineIdentity


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))


def never() -> EngineInfo:
    raise AssertionError("the engine was opened")


def of(address: str, **options: Any) -> EngineIdentity:
    return identify(parse(address), **{"connect": never, **options})


def test_a_model_of_the_catalogue_is_its_digest_wherever_it_is() -> None:
    assert of(DEFAULT_MODEL).digest == get(DEFAULT_MODEL).digest


def test_a_file_is_its_content(tiny_gguf: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gguf"
    shutil.copy(tiny_gguf, copy)
    first, second = of(str(tiny_gguf)), of(str(copy))
    assert first.sameness() == second.sameness()
    with copy.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    assert of(str(copy)).sameness() != first.sameness()
    with pytest.raises(ModelError):
        of(str(tmp_path / "missing.gguf"))


def test_the_two_embedded_engines_are_not_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    native, prebuilt = of(f"native:{DEFAULT_MODEL}"), of(f"llamacpp:{DEFAULT_MODEL}")
    assert (native.kind, prebuilt.kind) == ("native", "llamacpp")
    assert native.sameness() != prebuilt.sameness()
    monkeypatch.setattr("epicrisis.engines.native_library.installed", lambda: True)
    assert of(DEFAULT_MODEL).sameness() == native.sameness()
    assert of(DEFAULT_MODEL, parallel=4).sameness() == prebuilt.sameness()


def test_a_server_with_a_named_model_is_not_asked() -> None:
    named = of("http://127.0.0.1:9/v1#m")
    assert (named.kind, named.model, named.settings) == ("openai", "m", {"url": "http://127.0.0.1:9/v1"})
    assert named.sameness() != of("http://127.0.0.1:8/v1#m").sameness()


def test_a_server_without_a_named_model_is_asked_which_it_has() -> None:
    found = of("http://127.0.0.1:9/v1", connect=lambda: EngineInfo("openai", "m"))
    assert found == of("http://127.0.0.1:9/v1#m")


def test_the_context_counts_and_the_threads_do_not() -> None:
    assert of(DEFAULT_MODEL, context=4096).sameness() != of(DEFAULT_MODEL).sameness()

    class Engine(ScriptedEngine):
        def __init__(self, **settings: Any) -> None:
            super().__init__()
            self._info = EngineInfo("k", "m", settings=settings)

    assert EngineIdentity.of(Engine(threads=1)) == EngineIdentity.of(Engine(threads=2))
    assert EngineIdentity.of(Engine(grammar=1)) != EngineIdentity.of(Engine(grammar=2))


def test_a_script_is_its_content(tmp_path: Path) -> None:
    script = tmp_path / "s.jsonl"
    with pytest.raises(OptionError):
        of(f"scripted:{script}")
    script.write_text('{"reply": 1}')
    first = of(f"scripted:{script}")
    script.write_text('{"reply": 2}')
    assert of(f"scripted:{script}").sameness() != first.sameness()


def test_a_deferred_engine_opens_once_and_opens_again_after_closing() -> None:
    opened: list[ScriptedEngine] = []

    def open_engine() -> ScriptedEngine:
        opened.append(ScriptedEngine())
        return opened[-1]

    engine = DeferredEngine(open_engine)
    engine.close()
    assert opened == []
    assert engine.info.kind == "scripted"
    assert engine.count_tokens([]) == 0
    assert len(opened) == 1
    engine.close()
    assert engine.info.kind == "scripted"
    assert len(opened) == 2
