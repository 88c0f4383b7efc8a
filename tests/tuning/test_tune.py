"""A real, tiny adapter from end to end: gold in, trained, through llama.cpp, out as answers."""

from __future__ import annotations

import dataclasses
import itertools
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from transformers.models.llama.modeling_llama import LlamaMLP  # noqa: E402

from epicrisis.adapter import SEEN, open_adapter  # noqa: E402
from epicrisis.api import EngineSettings, extract  # noqa: E402
from epicrisis.errors import MissingExtraError, ModelError, OptionError, OutputError  # noqa: E402
from epicrisis.examples.example import Example, same_patient, same_text  # noqa: E402
from epicrisis.prompting import Form  # noqa: E402
from epicrisis.prompting.worked import WorkedExample  # noqa: E402
from epicrisis.tuning.agreement import QUANTISED  # noqa: E402
from epicrisis.tuning.base import find_base, load_model  # noqa: E402
from epicrisis.tuning.data import Parts  # noqa: E402
from epicrisis.tuning.events import read_history  # noqa: E402
from epicrisis.tuning.gather import Gathered, gather  # noqa: E402
from epicrisis.tuning.material import Material  # noqa: E402
from epicrisis.tuning.scoring import Scorer  # noqa: E402
from epicrisis.tuning.settings import ALL_LINEAR, PRESETS, Precision, Preset, TuningSettings  # noqa: E402
from epicrisis.tuning.training import Training  # noqa: E402
from epicrisis.tuning.tune import Tuning, asked_as  # noqa: E402

SETTINGS = TuningSettings(
    rank=4,
    alpha=8,
    learning_rate=2e-2,
    epochs=2,
    batch=4,
    patience=0,
    precision=Precision.FLOAT32,
    threads=1,
    validate=4,
)


@pytest.fixture(scope="module")
def gathered(toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path]) -> Gathered:
    reports, gold = liver_files
    return gather(toy_codebook(), reports, gold)


@pytest.fixture
def make(toy_codebook: Callable[..., Any], tiny_base: Path, tmp_path: Path) -> Callable[..., Tuning]:
    def made(settings: TuningSettings = SETTINGS, folder: str = "liver-1", **more: Any) -> Tuning:
        return Tuning(
            toy_codebook(),
            find_base(str(more.pop("base", tiny_base))),
            tmp_path / folder,
            settings=settings,
            options=asked_as(Form.VALUE, bare=True),
            **more,
        )

    return made


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def test_from_gold_to_answers(
    make: Callable[..., Tuning],
    gathered: Gathered,
    toy_codebook: Callable[..., Any],
    tmp_path: Path,
    tiny_base: Path,
) -> None:
    adapter = make().run(Material(gathered.parts), gold=gathered.gold, notes=gathered.notes)
    folder = tmp_path / "liver-1"
    assert {path.name for path in folder.iterdir()} == {
        "README.md", "adapter.gguf", "adapter_config.json", "adapter_model.safetensors", "card.json",
        "history.jsonl",
    }  # fmt: skip
    card = adapter.card
    adapter.check_files()
    assert card["base"]["digest"] == find_base(str(tiny_base)).digest
    assert (
        card["agreement"]["mean"]
        <= card["agreement"]["tolerance"]
        <= 1e-3
        < card["agreement"]["without_adapter"]
    )
    counts = [card["data"][part]["count"] for part in ("train", "validation", "test")]
    assert counts == [len(some) for _, some in gathered.parts.named()]
    assert adapter.reports_in("train", "validation") == {
        one.report.id for one in (*gathered.parts.train, *gathered.parts.validation)
    }
    # A model of random weights says nothing that is right; what it was tuned to say is JSON at least.
    metrics = card["metrics"]
    assert metrics["reports"] == counts[2]
    assert metrics["through"] == "llama.cpp"
    assert [one["name"] for one in metrics["variables"]][:2] == ["lesions", "enlarged"]
    assert len(card["training"]["history"]) == 2
    losses = [one["loss"] for one in card["training"]["history"]]
    assert losses[1] < losses[0]
    assert str(tmp_path) not in (folder / "card.json").read_text() + (folder / "README.md").read_text()
    assert "haarden" not in "".join(path.read_text() for path in folder.glob("*.json*"))
    events = [event["event"] for event in read_history(folder)]
    assert events[0] == "note" or events[0] == "stage"
    assert events[-1] == "end"
    assert events.count("validation") == 2

    run = extract(
        [one.report for one in gathered.parts.test],
        toy_codebook(),
        str(tiny_base),
        adapter=folder,
        settings=EngineSettings(threads=1),
        store=tmp_path / "store.sqlite",
    )
    assert run.counts.done == counts[2]
    assert run.manifest.options["adapter"]["digest"] == adapter.digest
    assert run.manifest.options["bare"] is True


def test_the_same_call_again_is_done_at_once(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path
) -> None:
    first = make().run(Material(gathered.parts), gold=gathered.gold, measure=False)
    events = read_history(tmp_path / "liver-1")
    again = make().run(Material(gathered.parts), gold=gathered.gold, measure=False)
    assert again.card == first.card
    assert read_history(tmp_path / "liver-1") == events
    measured = make().run(Material(gathered.parts), gold=gathered.gold)
    assert measured.digest == first.digest
    assert measured.card["metrics"]["reports"] == len(gathered.parts.test)
    assert {**measured.card, "metrics": None} == first.card
    assert sum(event["event"] == "start" for event in read_history(tmp_path / "liver-1")) == 1
    with pytest.raises(OptionError, match="holds another adapter"):
        make(SETTINGS.with_(rank=2)).run(Material(gathered.parts), gold=gathered.gold)
    anew = make(SETTINGS.with_(rank=2)).run(
        Material(gathered.parts), gold=gathered.gold, measure=False, fresh=True
    )
    assert anew.digest != first.digest


def test_another_test_part_is_measured_and_nothing_is_trained(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path
) -> None:
    parts = gathered.parts
    first = make().run(Material(parts), gold="gold.csv")
    fewer = dataclasses.replace(parts, test=parts.test[1:], dropped={"not in the split file": 1})
    again = make().run(Material(fewer), gold="mended.csv")
    assert again.digest == first.digest
    assert again.card["metrics"]["reports"] == len(parts.test) - 1
    assert again.card["data"]["test"]["reports"] == [one.report.id for one in parts.test[1:]]
    assert again.card["data"]["gold"] == "mended.csv"
    assert again.card["data"]["dropped"] == [{"why": "not in the split file", "count": 1}]
    assert again.card["training"] == first.card["training"]
    assert f"{len(parts.test) - 1} test reports" in (tmp_path / "liver-1" / "README.md").read_text()
    assert sum(event["event"] == "start" for event in read_history(tmp_path / "liver-1")) == 1
    # What was measured before says nothing of a part that was not asked about.
    unasked = make().run(Material(parts), gold="gold.csv", measure=False)
    assert unasked.card["metrics"] is None


@pytest.mark.parametrize("stop", [3, 7])
def test_killed_and_gone_on_with_gives_the_same_weights(
    make: Callable[..., Tuning],
    gathered: Gathered,
    tmp_path: Path,
    stop: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With dropout, so that the random generator's state counts too."""
    settings = SETTINGS.with_(dropout=0.2)
    monkeypatch.setattr("epicrisis.tuning.training._TELL_EVERY", 0.0)
    make(settings, "whole").run(Material(gathered.parts), gold=gathered.gold, measure=False)

    def interrupt(event: Mapping[str, Any]) -> None:
        if event["event"] == "step" and event["step"] == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(settings, "stopped", listener=interrupt).run(
            Material(gathered.parts), gold=gathered.gold, measure=False
        )
    assert read_history(tmp_path / "stopped")[-1] == {"event": "end", "status": "interrupted", "error": None}
    make(settings, "stopped").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    whole, stopped = weights(tmp_path / "whole"), weights(tmp_path / "stopped")
    assert whole.keys() == stopped.keys()
    assert all(torch.equal(whole[name], stopped[name]) for name in whole)
    steps = [event["step"] for event in read_history(tmp_path / "stopped") if event["event"] == "step"]
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("where", ["within a step", "after the optimizer", "while choosing"])
def test_ctrl_c_at_any_moment_gives_the_same_weights(
    make: Callable[..., Tuning],
    gathered: Gathered,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    """A real signal, where weights, optimizer and random generator are of different moments."""
    settings = SETTINGS.with_(dropout=0.2)
    make(settings, "whole").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    target, name = {
        "within a step": (Training, "_loss"),
        "after the optimizer": (torch.optim.AdamW, "step"),
        "while choosing": (Scorer, "__call__"),
    }[where]
    original = getattr(target, name)
    calls = itertools.count(1)
    stop = {"within a step": 3, "after the optimizer": 3, "while choosing": 1}[where]

    def interrupted(*args: Any, **more: Any) -> Any:
        found = original(*args, **more)
        if next(calls) == stop:
            signal.raise_signal(signal.SIGINT)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(target, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            make(settings, "stopped").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    assert list((tmp_path / "stopped").glob("checkpoint-*"))
    make(settings, "stopped").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    whole, stopped = weights(tmp_path / "whole"), weights(tmp_path / "stopped")
    assert all(torch.equal(whole[name], stopped[name]) for name in whole)
    first, second = (open_adapter(tmp_path / name).card["training"] for name in ("whole", "stopped"))
    assert first["history"] == second["history"]
    assert first["steps"] == second["steps"]


def test_a_second_ctrl_c_does_not_wait_and_breaks_nothing(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = torch.optim.AdamW.step
    calls = itertools.count(1)

    def twice(*args: Any, **more: Any) -> Any:
        if next(calls) == 3:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            pytest.fail("It waited.")
        return original(*args, **more)

    make(folder="whole").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    with monkeypatch.context() as patched:
        patched.setattr(torch.optim.AdamW, "step", twice)
        with pytest.raises(KeyboardInterrupt):
            make(folder="stopped").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    # What is of different moments is not kept.
    assert not list((tmp_path / "stopped").glob("checkpoint-*"))
    make(folder="stopped").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    whole, stopped = weights(tmp_path / "whole"), weights(tmp_path / "stopped")
    assert all(torch.equal(whole[name], stopped[name]) for name in whole)


def test_what_memory_did_not_suffice_for_goes_on_with_checkpointing(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the error advises, once there is a checkpoint."""

    def interrupt(event: Mapping[str, Any]) -> None:
        if event["event"] == "validation":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(listener=interrupt).run(Material(gathered.parts), gold=gathered.gold, measure=False)
    adapter = make(SETTINGS.with_(checkpointing=True)).run(
        Material(gathered.parts), gold=gathered.gold, measure=False
    )
    assert adapter.card["training"]["epochs"] == 2
    starts = [event["done"] for event in read_history(tmp_path / "liver-1") if event["event"] == "start"]
    assert starts[0] == 0
    assert starts[1] > 0


def test_memory_that_does_not_suffice_for_the_base_is_told_as_such(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr("transformers.AutoModelForCausalLM.from_pretrained", full)
    with pytest.raises(OptionError, match="not enough memory"):
        make().run(Material(gathered.parts), gold=gathered.gold)
    assert "not enough memory" in read_history(tmp_path / "liver-1")[-1]["error"]


def test_other_tokens_in_llama_cpp_are_told_before_anything_is_trained(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epicrisis.tuning.conversion.same_tokens", lambda *_: 0)
    with pytest.raises(ModelError, match="as other tokens than transformers"):
        make().run(Material(gathered.parts), gold=gathered.gold)
    assert "start" not in {event["event"] for event in read_history(tmp_path / "liver-1")}


def test_silver_is_in_the_card(make: Callable[..., Tuning], gathered: Gathered) -> None:
    """What it was trained on cannot test it, whoever said the answers."""
    text = "Lever: 2 haarden."
    silver = Example(WorkedExample(text, {}, "s1"), "p99")
    adapter = make(SETTINGS.with_(epochs=1)).run(
        Material(gathered.parts, [silver]), gold=gathered.gold, silver={"trained_on": 1}, measure=False
    )
    assert "s1" in adapter.reports_in(*SEEN)
    assert same_text(text) in adapter.texts_in(*SEEN)
    assert same_patient("p99") in adapter.patients_in(*SEEN)
    trained = {one.patient for one in gathered.parts.train}
    assert adapter.record()["patients"] == sorted(adapter.patients_in(*SEEN))
    assert len(adapter.patients_in("train")) == len(trained)


def test_the_best_epoch_is_kept_and_patience_ends_it(
    make: Callable[..., Tuning], gathered: Gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = itertools.chain([0.4, 0.6, 0.5, 0.5], itertools.repeat(0.9))
    monkeypatch.setattr("epicrisis.tuning.scoring.Scorer.__call__", lambda self, answered: next(scores))
    adapter = make(SETTINGS.with_(epochs=8, patience=2)).run(
        Material(gathered.parts), gold=gathered.gold, measure=False
    )
    training = adapter.card["training"]
    assert (training["best_epoch"], training["epochs"]) == (2, 4)


def test_what_is_left_counts_the_validations_to_come(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock on which only validations take time: 100 seconds each, and the training has three."""
    now = 0.0

    def score(_self: object, answered: Callable[[int, int], None]) -> float:
        nonlocal now
        for done in (1, 4):
            now += 25 if done == 1 else 75
            answered(done, 4)
        return 0.5

    monkeypatch.setattr("epicrisis.tuning.scoring.Scorer.__call__", score)
    monkeypatch.setattr("epicrisis.tuning.training.time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr("epicrisis.tuning.training._TELL_EVERY", 0.0)
    make(SETTINGS.with_(epochs=3), "timed").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    heard = [one for one in read_history(tmp_path / "timed") if one["event"] in ("step", "choosing")]
    steps = [
        [one["eta"] for one in group]
        for kind, group in itertools.groupby(heard, itemgetter("event"))
        if kind == "step"
    ]
    assert [set(one) for one in steps] == [{0.0}, {200.0}, {100.0}]
    chosen = [(one["done"], one["total"], one["eta"]) for one in heard if one["event"] == "choosing"]
    assert chosen == [(1, 4, 275.0), (4, 4, 200.0), (1, 4, 175.0), (4, 4, 100.0), (1, 4, 75.0), (4, 4, 0.0)]
    assert open_adapter(tmp_path / "timed").card["training"]["choosing_seconds"] == 300.0


def test_a_pause_goes_on_to_the_same_end(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path
) -> None:
    make(folder="whole").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    make(folder="paused").score(Material(gathered.parts), until=1)
    make(folder="paused").run(Material(gathered.parts), gold=gathered.gold, measure=False)
    whole, paused = weights(tmp_path / "whole"), weights(tmp_path / "paused")
    assert all(torch.equal(whole[name], paused[name]) for name in whole)


def test_checkpointing_saves_memory_and_changes_nothing(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = Counter[str]()
    forward = LlamaMLP.forward

    def counted(self: Any, states: Any) -> Any:
        passes[kind] += self.training
        return forward(self, states)

    monkeypatch.setattr(LlamaMLP, "forward", counted)
    for kind in ("kept", "computed again"):
        settings = SETTINGS.with_(epochs=1, checkpointing=kind == "computed again")
        make(settings, kind).run(Material(gathered.parts), gold=gathered.gold, measure=False)
    assert passes["computed again"] == 2 * passes["kept"] > 0
    kept, again = weights(tmp_path / "kept"), weights(tmp_path / "computed again")
    assert all(torch.allclose(kept[name], again[name], atol=1e-5) for name in kept)


def test_qwen2_too(make: Callable[..., Tuning], gathered: Gathered, tiny_qwen2: Path) -> None:
    adapter = make(SETTINGS.with_(epochs=1), base=tiny_qwen2).run(
        Material(gathered.parts), gold="gold", measure=False
    )
    assert adapter.card["agreement"]["mean"] < 1e-3
    assert adapter.card["base"]["architecture"] == "qwen2"


def test_an_adapter_on_the_wrong_base_is_refused(
    make: Callable[..., Tuning],
    gathered: Gathered,
    tiny_quantised: Path,
    toy_codebook: Callable[..., Any],
    tmp_path: Path,
) -> None:
    make(SETTINGS.with_(epochs=1)).run(Material(gathered.parts), gold=gathered.gold, measure=False)
    with pytest.raises(ModelError, match="was trained on tiny"):
        extract(
            ["Lever: 3 haarden."],
            toy_codebook(),
            str(tiny_quantised),
            adapter=tmp_path / "liver-1",
            store=tmp_path / "store.sqlite",
        )


def test_a_folder_as_base_is_measured_through_transformers(
    make: Callable[..., Tuning],
    gathered: Gathered,
    tiny_folder: Path,
    toy_codebook: Callable[..., Any],
    tmp_path: Path,
) -> None:
    settings = SETTINGS.with_(epochs=1)
    make(settings, base=tiny_folder).run(Material(gathered.parts), gold=gathered.gold, measure=False)
    adapter = make(settings, base=tiny_folder).run(Material(gathered.parts), gold=gathered.gold)
    assert adapter.card["base"]["kind"] == "folder"
    assert adapter.card["metrics"]["through"] == "transformers, without a grammar"
    assert adapter.card["agreement"] is None
    assert any("was not checked" in note for note in adapter.card["notes"])
    assert any("licence of base is not known" in note for note in adapter.card["notes"])
    # The same model as a GGUF file: that it is the same nobody can tell, but it can be used.
    run = extract(
        [one.report for one in gathered.parts.test],
        toy_codebook(),
        str(tiny_folder.parent / "tiny.gguf"),
        adapter=adapter.folder,
        settings=EngineSettings(threads=1),
        store=tmp_path / "store.sqlite",
    )
    assert run.counts.done == len(gathered.parts.test)


@pytest.mark.parametrize("checkpointing", [False, True])
def test_four_bits(
    make: Callable[..., Tuning], gathered: Gathered, tiny_folder: Path, checkpointing: bool
) -> None:
    bitsandbytes = pytest.importorskip("bitsandbytes")
    settings = SETTINGS.with_(four_bit=True, checkpointing=checkpointing)
    model = load_model(find_base(str(tiny_folder)), settings, torch.device("cpu"), torch.float32)
    packed = [one for one in model.modules() if isinstance(one, bitsandbytes.nn.Linear4bit)]
    assert len(packed) == 2 * len(ALL_LINEAR)
    adapter = make(settings, base=tiny_folder).run(Material(gathered.parts), gold=gathered.gold)
    losses = [one["loss"] for one in adapter.card["training"]["history"]]
    assert losses[1] < losses[0]
    assert adapter.card["metrics"]["reports"] == len(gathered.parts.test)


def test_four_bits_that_cannot_be_had(
    make: Callable[..., Tuning], gathered: Gathered, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS.with_(four_bit=True)
    with pytest.raises(OptionError, match="GGUF base is unpacked"):
        make(settings).run(Material(gathered.parts), gold=gathered.gold)
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(MissingExtraError) as caught:
        make(settings, base=tiny_folder).run(Material(gathered.parts), gold=gathered.gold)
    assert "pip install bitsandbytes" in (caught.value.hint or "")


def test_reports_that_are_too_long_are_said(make: Callable[..., Tuning], gathered: Gathered) -> None:
    short = SETTINGS.with_(epochs=1, max_length=95)
    adapter = make(short).run(Material(gathered.parts), gold=gathered.gold, measure=False)
    dropped = {one["why"]: one["count"] for one in adapter.card["data"]["dropped"]}
    assert dropped["longer than the maximum"] > 0
    assert any("are left out" in note and "--max-length" in note for note in adapter.card["notes"])
    with pytest.raises(OptionError, match="No report fits into 20 tokens"):
        make(SETTINGS.with_(max_length=20), "none").run(Material(gathered.parts), gold=gathered.gold)


def test_memory_that_does_not_suffice_names_the_settings(
    make: Callable[..., Tuning], gathered: Gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("epicrisis.tuning.training.Training._loss", full)
    with pytest.raises(OptionError, match="not enough memory") as caught:
        make().run(Material(gathered.parts), gold=gathered.gold)
    assert "--batch 2 --accumulate 2" in (caught.value.hint or "")
    assert "--max-length" in (caught.value.hint or "")


def test_a_loss_that_is_no_number_names_the_rate(make: Callable[..., Tuning], gathered: Gathered) -> None:
    with pytest.raises(OptionError, match="ran away") as caught:
        make(SETTINGS.with_(learning_rate=1e30, clip=1e30, warmup=0.0)).run(
            Material(gathered.parts), gold=gathered.gold
        )
    assert "--learning-rate" in (caught.value.hint or "")


def test_a_full_disk_in_the_middle_goes_on_from_the_checkpoint_before(
    make: Callable[..., Tuning], gathered: Gathered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from epicrisis.tuning.checkpoint import Checkpoints

    save = Checkpoints.save

    def full(self: Checkpoints, progress: Any, *rest: Any) -> None:
        if progress.epoch == 2:
            raise OutputError("The checkpoint cannot be written: No space left on device.")
        save(self, progress, *rest)

    monkeypatch.setattr(Checkpoints, "save", full)
    with pytest.raises(OutputError):
        make().run(Material(gathered.parts), gold=gathered.gold, measure=False)
    monkeypatch.undo()
    assert read_history(tmp_path / "liver-1")[-1]["status"] == "failed"
    make().run(Material(gathered.parts), gold=gathered.gold, measure=False)
    begun = [event["done"] for event in read_history(tmp_path / "liver-1") if event["event"] == "start"]
    assert begun[0] == 0 < begun[1]


def test_target_modules_that_there_are_not_are_named(make: Callable[..., Tuning], gathered: Gathered) -> None:
    with pytest.raises(OptionError, match="none of the target modules qkv") as caught:
        make(SETTINGS.with_(targets=("qkv",))).run(Material(gathered.parts), gold=gathered.gold)
    assert "q_proj" in (caught.value.hint or "")


def test_the_preset_of_the_gpu_but_for_the_gpu(make: Callable[..., Tuning], gathered: Gathered) -> None:
    settings = PRESETS[Preset.GPU].with_(
        device="cpu", precision=Precision.BFLOAT16, epochs=1, threads=1, validate=4
    )
    adapter = make(settings, preset=Preset.GPU).run(
        Material(gathered.parts), gold=gathered.gold, measure=False
    )
    assert adapter.card["training"]["device"] == "cpu (bfloat16)"
    assert adapter.card["agreement"]["mean"] < adapter.card["agreement"]["tolerance"] == QUANTISED


def test_no_gpu_says_what_to_do(make: Callable[..., Tuning], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    with pytest.raises(OptionError, match="no GPU") as caught:
        make(preset=Preset.GPU)
    assert "--preset cpu" in (caught.value.hint or "")
    with pytest.raises(OptionError, match="no device 'cuda:7'"):
        make(SETTINGS.with_(device="cuda:7"))


def test_without_a_test_part_nothing_is_claimed(
    make: Callable[..., Tuning], gathered: Gathered, tmp_path: Path
) -> None:
    parts = Parts(gathered.parts.train, gathered.parts.validation)
    adapter = make(SETTINGS.with_(epochs=1)).run(Material(parts), gold=gathered.gold)
    assert adapter.card["metrics"] is None
    assert "Not measured" in (tmp_path / "liver-1" / "README.md").read_text()
    assert (
        json.loads((tmp_path / "liver-1" / "card.json").read_text())
        == open_adapter(tmp_path / "liver-1").card
    )
