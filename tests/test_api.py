"""The calls from Python: what they take, what they give, and what they raise."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

import epicrisis
from epicrisis import Codebook, EngineSettings, Report, ScriptedEngine, Status
from epicrisis.adapter import Adapter, file_digest
from epicrisis.api import prepare
from epicrisis.engines import catalogue
from epicrisis.errors import (
    CodebookError,
    EngineUnreachableError,
    ModelError,
    OptionError,
    ReadingError,
    RunStoppedError,
    SchemaNotEnforcedError,
    StoreError,
)
from epicrisis.extraction import ExtractionOptions
from epicrisis.prompting import Form

CODEBOOK = Codebook.model_validate(
    {
        "name": "kidney",
        "variables": [
            {"name": "side", "kind": "category", "definition": "The side.", "options": ["left", "right"]},
            {"name": "normal", "kind": "boolean", "definition": "Whether it is called normal."},
        ],
    }
)
TEXTS = ["The left kidney is normal.", "The right kidney shows a cyst."]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EPICRISIS_STORE", raising=False)
    return tmp_path


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine.from_schema()


def dictionaries() -> list[dict[str, str]]:
    return [{"id": str(n), "text": text, "ward": "A"} for n, text in enumerate(TEXTS, 1)]


def polars_frame() -> Any:
    import polars

    return polars.DataFrame(dictionaries())


def pandas_frame() -> Any:
    import pandas

    return pandas.DataFrame(dictionaries())


def path() -> Path:
    Path("reports.jsonl").write_text("".join(json.dumps(row) + "\n" for row in dictionaries()))
    return Path("reports.jsonl")


SOURCES: dict[str, Callable[[], Any]] = {
    "texts": lambda: TEXTS,
    "an iterator": lambda: iter(TEXTS),
    "dictionaries": dictionaries,
    "pairs": lambda: [("1", TEXTS[0]), ("2", TEXTS[1])],
    "reports": lambda: [Report("1", TEXTS[0]), Report("2", TEXTS[1])],
    "a polars frame": polars_frame,
    "a pandas frame": pandas_frame,
    "a path": path,
    "a path as text": lambda: str(path()),
}


@pytest.mark.parametrize("source", SOURCES)
def test_reports_come_in_many_ways(engine: ScriptedEngine, source: str) -> None:
    run = epicrisis.extract(SOURCES[source](), CODEBOOK, engine)
    extractions = list(run)
    assert [extraction.report_id for extraction in extractions] == ["1", "2"]
    assert all(set(extraction.answers) == {"side", "normal"} for extraction in extractions)
    assert run.status == "finished"
    assert run.text("1") == TEXTS[0]


class Kidney(BaseModel):
    side: Literal["left", "right"] | None
    normal: bool | None


def test_codebooks_come_in_many_ways(engine: ScriptedEngine) -> None:
    Path("c.yaml").write_text("name: kidney\nvariables: [{name: side, kind: text, definition: The side.}]\n")
    for codebook in (Path("c.yaml"), "c.yaml", Kidney, CODEBOOK):
        run = epicrisis.extract(TEXTS, codebook, engine)
        assert "side" in run.codebook.names
    assert len(epicrisis.extract(TEXTS, "brain-mri", engine).codebook.names) == 30


def test_a_codebook_that_is_none(engine: ScriptedEngine) -> None:
    with pytest.raises(CodebookError, match="brain-mri"):
        epicrisis.extract(TEXTS, "brain-mr", engine)
    with pytest.raises(CodebookError, match=r"missing\.yaml"):
        epicrisis.extract(TEXTS, "missing.yaml", engine)
    with pytest.raises(OptionError, match="int"):
        epicrisis.extract(TEXTS, 3, engine)  # type: ignore[arg-type]


def test_columns_can_be_named(engine: ScriptedEngine) -> None:
    rows = [{"nr": "007", "inhoud": TEXTS[0], "wie": "p1", "text": "not this"}]
    run = epicrisis.extract(rows, CODEBOOK, engine, columns={"text": "inhoud", "id": "nr", "patient": "wie"})
    (record,) = run.records()
    assert (record.report_id, record.patient, record.metadata) == ("007", "p1", {"text": "not this"})
    with pytest.raises(OptionError, match="tekst"):
        epicrisis.extract(rows, CODEBOOK, engine, columns={"tekst": "inhoud"})


def test_some_of_the_reports(engine: ScriptedEngine) -> None:
    assert len(epicrisis.extract(TEXTS, CODEBOOK, engine, limit=1)) == 1
    assert [e.report_id for e in epicrisis.extract(TEXTS, CODEBOOK, engine, ids=["2"])] == ["2"]


def test_tables(engine: ScriptedEngine) -> None:
    run = epicrisis.extract(dictionaries(), CODEBOOK, engine)
    wide = run.frame(include=["status"])
    assert wide.columns == ["id", "ward", "side", "side__status", "normal", "normal__status"]
    assert wide.height == 2
    assert run.frame(form="long").height == 4
    assert run.write("table.xlsx") == 2
    assert Path("table.xlsx").exists()


def test_the_same_call_again_asks_nothing(engine: ScriptedEngine) -> None:
    first = epicrisis.extract(TEXTS, CODEBOOK, engine)
    asked = len(engine.requests)
    again = epicrisis.extract(TEXTS, CODEBOOK, engine)
    assert (again.id, len(engine.requests)) == (first.id, asked)
    fresh = epicrisis.extract(TEXTS, CODEBOOK, engine, fresh=True)
    assert fresh.id != first.id
    assert len(engine.requests) == 2 * asked


def test_two_scripts_are_two_engines() -> None:
    def answering(side: str) -> ScriptedEngine:
        def answer(request: Any) -> str:
            text: str = ScriptedEngine.from_schema().complete(request).text
            return text.replace("left", side).replace("right", side)

        return ScriptedEngine(answer)

    left = answering("left")
    first = epicrisis.extract(TEXTS, CODEBOOK, left)
    assert epicrisis.extract(TEXTS, CODEBOOK, left).id == first.id
    assert epicrisis.extract(TEXTS, CODEBOOK, answering("right")).id != first.id


def test_an_engine_of_the_callers_stays_open(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(engine, "close", lambda: closed.append(True), raising=False)
    epicrisis.extract(TEXTS, CODEBOOK, engine)
    assert closed == []


def test_runs_are_opened_again(engine: ScriptedEngine) -> None:
    with pytest.raises(StoreError, match="no run store"):
        epicrisis.open_run()
    run = epicrisis.extract(TEXTS, CODEBOOK, engine, store="other/s.sqlite")
    assert epicrisis.open_run(store="other/s.sqlite").id == run.id
    assert list(epicrisis.open_run(run.id[:8], "other/s.sqlite")) == list(run)
    assert not Path(".epicrisis").exists()


def test_a_report_that_fails_is_in_the_run(engine: ScriptedEngine) -> None:
    run = epicrisis.extract(["", *TEXTS], CODEBOOK, engine)
    assert run.counts.failed == 1
    assert run["1"].failure == "empty"
    assert {answer.status for answer in run["1"].answers.values()} == {Status.FAILED}


def test_an_engine_that_is_down_raises_and_the_run_is_kept() -> None:
    down = ScriptedEngine(default=EngineUnreachableError("Connection refused."))
    with pytest.raises(RunStoppedError, match="Connection refused"):
        epicrisis.extract([f"report {n}" for n in range(20)], CODEBOOK, down)
    assert epicrisis.open_run().status == "interrupted"


def test_an_engine_that_ignores_schemas_is_not_used() -> None:
    class Chatty(ScriptedEngine):
        @property
        def info(self) -> Any:
            from dataclasses import replace

            return replace(super().info, kind="openai")

    with pytest.raises(SchemaNotEnforcedError):
        epicrisis.extract(TEXTS, CODEBOOK, Chatty(default="The sea is dark."))
    with pytest.raises(StoreError, match="no runs"):
        epicrisis.open_run()


def test_bad_reports_raise_before_anything_is_written(engine: ScriptedEngine) -> None:
    with pytest.raises(ReadingError, match="more than once"):
        epicrisis.extract([Report("a", "x"), Report("a", "y")], CODEBOOK, engine)
    assert not Path(".epicrisis").exists()


def test_texts_can_stay_out_of_the_store(engine: ScriptedEngine) -> None:
    run = epicrisis.extract(TEXTS, CODEBOOK, engine, keep_text=False)
    assert run.text("1") is None


def test_progress_can_be_heard(engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[int] = []

    class Listener:
        def begin(self, tally: Any) -> None:
            heard.append(tally.done)

        update = end = begin

    epicrisis.extract(TEXTS, CODEBOOK, engine, progress=Listener())
    assert heard[-1] == 2
    assert capsys.readouterr() == ("", "")
    epicrisis.extract(TEXTS, CODEBOOK, engine, progress=True)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["llamacpp", "native"])
def test_a_model_in_this_process_is_loaded_once_and_then_not_at_all(
    tiny_gguf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "native":
        pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    address = f"{kind}:{tiny_gguf}"
    monkeypatch.setenv("EPICRISIS_HOME", str(folder / "home"))
    settings = EngineSettings(context=2048, threads=1)
    run = epicrisis.extract(TEXTS, CODEBOOK, address, settings=settings)
    assert len(run) == 2
    info = run.manifest.engine.info
    assert info is not None
    assert (info["kind"], info["context_length"], info["settings"]["threads"]) == (kind, 2048, 1)
    assert run.manifest.engine.identity["digest"].startswith("sha256:")
    monkeypatch.setattr("epicrisis.engines.llamacpp.PrivateServer", None)
    monkeypatch.setattr("epicrisis.engines.native_library.library", None)
    again = epicrisis.extract(TEXTS, CODEBOOK, address, settings=settings)
    assert again.id == run.id


ASKED = {"form": "value", "examples": 0, "bare": True, "second_look": False, "prompt_version": "2"}


def card(**more: Any) -> dict[str, Any]:
    """What a card says of an adapter that was trained for the codebook of these tests."""
    return {
        "codebook": {"name": CODEBOOK.name, "version": CODEBOOK.version, "digest": CODEBOOK.digest},
        "asking": ASKED,
        "data": {"train": {"reports": ["7"], "texts": ["t"]}},
        **more,
    }


def test_an_adapter_answers_as_it_was_trained(write_adapter: Callable[..., Adapter], folder: Path) -> None:
    adapter = write_adapter(folder / "kidney-lora", more=card())
    engine = ScriptedEngine.from_schema(adapters=[adapter])
    run = epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=str(adapter.folder))
    assert {request.adapter for request in engine.requests} == {"kidney-lora"}
    assert engine.requests[0].messages[0].content == "Data sheet: kidney"
    options = run.manifest.options
    assert (options["form"], options["bare"], options["examples"]) == ("value", True, 0)
    assert options["adapter"] == adapter.record()
    assert (options["adapter"]["ids"], options["adapter"]["texts"]) == (["7"], ["t"])
    info = run.manifest.engine.info
    assert info is not None
    assert info["adapters"] == ["kidney-lora"]


def test_options_stay_as_they_were_chosen(write_adapter: Callable[..., Adapter], folder: Path) -> None:
    adapter = write_adapter(folder / "kidney-lora", more=card())
    engine = ScriptedEngine.from_schema(adapters=[adapter])
    options = ExtractionOptions(form=Form.VALUE_QUOTE, seed=3)
    run = epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=adapter, options=options)
    found = run.manifest.options
    assert (found["form"], found["seed"], found["bare"]) == ("value_quote", 3, True)
    (note,) = run.manifest.sessions[0].notes
    assert "form value, now value_quote" in note


def test_the_base_and_its_adapters_are_runs_of_their_own(
    write_adapter: Callable[..., Adapter], folder: Path
) -> None:
    ones, twos = (write_adapter(folder / name, seed=seed) for seed, name in enumerate(("one", "two")))
    engine = ScriptedEngine.from_schema(adapters=[ones, twos])
    runs = [epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=one) for one in (None, ones, twos)]
    asked = len(engine.requests)
    assert len({run.id for run in runs}) == 3
    again = [epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=one) for one in (None, ones, twos)]
    assert [run.id for run in again] == [run.id for run in runs]
    assert len(engine.requests) == asked


def test_an_open_engine_without_the_adapter(
    engine: ScriptedEngine, write_adapter: Callable[..., Adapter], folder: Path
) -> None:
    with pytest.raises(OptionError, match="opened without the adapter 'kidney-lora'"):
        epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=write_adapter(folder / "kidney-lora"))
    assert not (folder / ".epicrisis").exists()


def test_another_codebook_than_it_was_trained_for(
    write_adapter: Callable[..., Adapter], folder: Path
) -> None:
    other = {"name": "lung", "version": "2", "digest": "0"}
    adapter = write_adapter(folder / "lung-lora", more=card(codebook=other))
    engine = ScriptedEngine.from_schema(adapters=[adapter])
    with pytest.raises(OptionError, match=r"trained for the codebook lung \(version 2\)"):
        epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=adapter)
    told = write_adapter(folder / "lung-told", more=card(codebook=other, asking={"bare": False}))
    run = epicrisis.extract(TEXTS, CODEBOOK, ScriptedEngine.from_schema(adapters=[told]), adapter=told)
    (note,) = run.manifest.sessions[0].notes
    assert "trained for the codebook lung (version 2), not for kidney" in note


@pytest.mark.parametrize("kind", ["llamacpp", "native"])
def test_a_model_in_this_process_answers_with_an_adapter(
    tiny_gguf: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    write_adapter: Callable[..., Adapter],
    kind: str,
) -> None:
    if kind == "native":
        pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    monkeypatch.setenv("EPICRISIS_HOME", str(folder / "home"))
    adapter = write_adapter(folder / "kidney-lora", base=file_digest(tiny_gguf), more=card())
    settings = EngineSettings(context=2048, threads=1)
    runs = [
        epicrisis.extract(TEXTS, CODEBOOK, f"{kind}:{tiny_gguf}", settings=settings, adapter=one)
        for one in (None, adapter)
    ]
    assert all(len(run) == 2 for run in runs)
    digests = {run.manifest.engine.identity["digest"] for run in runs}
    assert digests == {file_digest(tiny_gguf)}  # the base stays the base


def test_another_base_is_refused_before_anything_is_loaded(
    tiny_gguf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, write_adapter: Callable[..., Adapter]
) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(folder / "home"))
    monkeypatch.setattr("epicrisis.engines.address.open_engine", None)
    adapter = write_adapter(folder / "kidney-lora", base="sha256:" + "0" * 64)
    with pytest.raises(ModelError, match="was trained on tiny"):
        epicrisis.extract(TEXTS, CODEBOOK, f"llamacpp:{tiny_gguf}", adapter=adapter)
    assert not (folder / ".epicrisis").exists()


def test_without_an_engine_it_is_the_base_of_the_adapter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, write_adapter: Callable[..., Adapter]
) -> None:
    small = catalogue.get("qwen2.5-coder-0.5b-instruct")
    adapter = write_adapter(folder / "kidney-lora", base=small.digest, more=card())
    opened: list[Any] = []

    def open_it(where: Any, **options: Any) -> ScriptedEngine:
        opened.append((where.entry, options["adapters"]))
        return ScriptedEngine.from_schema(adapters=options["adapters"])

    monkeypatch.setattr("epicrisis.engines.address.open_engine", open_it)
    run = epicrisis.extract(TEXTS, CODEBOOK, adapter=adapter)
    assert opened == [(small, (adapter,))]
    assert run.manifest.engine.identity["digest"] == small.digest
    (note,) = run.manifest.sessions[0].notes
    assert note == f"The engine is {small.name}, which the adapter 'kidney-lora' was trained on."


@pytest.mark.parametrize("digest", [None, "sha256:" + "0" * 64])
def test_a_base_that_nobody_knows_has_to_be_named(
    folder: Path, write_adapter: Callable[..., Adapter], digest: str | None
) -> None:
    adapter = write_adapter(folder / "kidney-lora", base=digest)
    with pytest.raises(OptionError, match="not known by name") as caught:
        epicrisis.extract(TEXTS, CODEBOOK, adapter=adapter)
    assert "--engine" in str(caught.value.hint)


def test_a_base_without_a_digest_cannot_be_told(
    tiny_gguf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, write_adapter: Callable[..., Adapter]
) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(folder / "home"))
    adapter = write_adapter(folder / "kidney-lora")
    task = prepare(TEXTS, CODEBOOK, str(tiny_gguf), adapter=adapter)
    (note,) = task.notes
    assert "cannot be told" in note


def test_a_folder_that_holds_no_adapter(engine: ScriptedEngine, folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no card\.json"):
        epicrisis.extract(TEXTS, CODEBOOK, engine, adapter=folder / "nothing")


def test_every_public_name_is_there() -> None:
    assert set(epicrisis.__all__) <= set(dir(epicrisis))
    for name in epicrisis.__all__:
        assert getattr(epicrisis, name) is not None
    with pytest.raises(AttributeError):
        _ = epicrisis.nothing_of_the_kind


def test_importing_the_package_loads_nothing_else() -> None:
    program = "import sys, epicrisis; print(sorted(m for m in sys.modules if m.startswith('epicrisis')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['epicrisis', 'epicrisis._version']"
