"""``epicrisis tune`` from files to an adapter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from epicrisis import cli

CODEBOOK = """\
name: liver
version: "1"
languages: [nl]
variables:
  - {name: lesions, kind: count, label: haarden}
  - {name: enlarged, kind: boolean, label: milt vergroot}
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "liver.yaml").write_text(CODEBOOK)
    reports, gold = ["id,text"], ["id,lesions,enlarged"]
    for number in range(20):
        reports.append(
            f"r{number:02},Lever {number}: {number % 4} haarden. {'Milt vergroot.' * (number % 2)}"
        )
        gold.append(f"r{number:02},{number % 4},{'true' if number % 2 else ''}")
    (tmp_path / "reports.csv").write_text("\n".join(reports))
    (tmp_path / "gold.csv").write_text("\n".join(gold))
    return tmp_path


def tune(base: Path | str, *more: str) -> int:
    """The command with these options in place of, or beside, the usual ones."""
    usual = {
        "--gold": "gold.csv",
        "--base": str(base),
        "--form": "value",
        "--epochs": "2",
        "--rank": "2",
        "--threads": "1",
        "--precision": "float32",
    }
    kept = [word for name, value in usual.items() if name not in more for word in (name, value)]
    return cli.run(["tune", "liver.yaml", "reports.csv", "--out", "liver-1", "--bare", *kept, *more])


def test_without_the_extra_it_says_which_to_install(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    import epicrisis.tuning

    for name in ("torch", "peft", "transformers"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "epicrisis.tuning.installed", raising=False)
    monkeypatch.delattr(epicrisis.tuning, "installed", raising=False)
    assert tune("smollm2-135m-instruct") == 2
    assert "pip install 'epicrisis[tune]'" in capsys.readouterr().err
    assert not (study / "liver-1").exists()


@pytest.fixture
def base(write_gguf: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    pytest.importorskip("peft")
    return write_gguf(tmp_path_factory.mktemp("base") / "tiny.gguf", layers=1, heads=2, heads_kv=2)


def test_an_adapter_from_one_command(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tune(base) == 0
    said = capsys.readouterr()
    assert "On the 3 test reports, through llama.cpp" in said.out
    assert "epicrisis extract liver.yaml REPORTS --adapter liver-1" in said.out
    assert "No patients are known" in said.err
    assert "The licence of tiny is not known" in said.err
    assert "Epoch 2: validation loss" in said.err
    card = json.loads((study / "liver-1" / "card.json").read_text())
    assert card["settings"]["alpha"] == 4.0
    assert card["name"] == "liver-1"
    assert tune(base, "--json", "--quiet") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["card"] == card
    assert said.err == ""
    spread = r"\([+-]?\d\.\d{3} to [+-]?\d\.\d{3}\)"
    for columns, intervals in (("80", 1), ("160", 3)):
        monkeypatch.setenv("COLUMNS", columns)
        assert tune(base, "--quiet") == 0
        (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("all cells"))
        # A number that is the same in every draw has no interval.
        assert len(re.findall(spread, row)) <= intervals
        assert len(re.findall(r"(?<!\()(?<!to )[+-]?\d\.\d{3}", row)) == 3


def assert_nothing_was_left_to_train(folder: Path) -> None:
    """What was tried is in the history, and the adapter's own training began where that had ended."""
    events = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    last = max(place for place, event in enumerate(events) if event["event"] == "start")
    assert events[last]["done"] == events[last]["steps"] > 0
    tried, own = ([event["event"] for event in some] for some in (events[:last], events[last:]))
    assert {"step", "validation"} <= set(tried)
    assert not {"step", "validation"} & set(own)


def test_a_sweep_and_a_curve_go_before(study: Path, base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        tune(base, "--sweep", "learning_rate=1e-3,1e-2", "--curve", "--no-measure", "--json", "--quiet") == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert len(found["sweep"]["trials"]) == 2
    assert (
        found["card"]["settings"]["learning_rate"] == found["sweep"]["trials"][0]["settings"]["learning_rate"]
    )
    assert found["curve"]["points"][-1]["reports"] == found["card"]["data"]["train"]["count"]
    assert found["curve_said"]
    assert (study / "liver-1" / "curve" / "curve.svg").is_file()
    # The best trial was trained to the end in the sweep: it is not trained again.
    assert_nothing_was_left_to_train(study / "liver-1")


def test_after_a_curve_nothing_is_trained_again(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--curve", "--augment", "casing", "--no-measure", "--quiet", "--epochs", "1")
    assert tune(base, *options) == 0
    assert_nothing_was_left_to_train(study / "liver-1")
    assert list((study / "liver-1").glob("checkpoint-*")) == []


@pytest.mark.parametrize("options", [(), ("--curve",), ("--fresh",)])
def test_a_folder_of_something_else_is_left_alone(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    (study / "liver-1").mkdir()
    (study / "liver-1" / "README.md").write_text("mine")
    assert tune(base, "--no-measure", "--quiet", *options) == 2
    assert "files that no training wrote" in capsys.readouterr().err
    assert [path.name for path in (study / "liver-1").iterdir()] == ["README.md"]


@pytest.mark.parametrize("exploring", [("--curve",), ("--sweep", "rank=2,3")])
def test_what_was_tried_in_another_way_is_not_taken_over(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str], exploring: tuple[str, ...]
) -> None:
    options = (*exploring, "--no-measure", "--quiet", "--epochs", "1")
    assert tune(base, *options) == 0
    assert tune(base, *options, "--form", "quote_value") == 2
    assert "belongs to another command" in capsys.readouterr().err
    (study / "liver.yaml").write_text(CODEBOOK.replace("haarden", "laesies"))
    assert tune(base, *options) == 2
    assert "belongs to another command" in capsys.readouterr().err


def test_the_best_trial_had_the_same_reports_to_learn_from(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silver = ["id,lesions,enlarged", *(f"s{number},{number % 4},true" for number in range(6))]
    (study / "silver.csv").write_text("\n".join(silver))
    with (study / "reports.csv").open("a") as reports:
        for number in range(6):
            reports.write(f"\ns{number},Echo nummer {number * 37}: {number % 4} haarden. Milt vergroot.")
    options = ("--sweep", "rank=2,4", "--augment", "casing", "--silver", "silver.csv", "--epochs", "1")
    assert tune(base, *options, "--no-measure", "--json", "--quiet") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["card"]["data"]["silver"]["trained_on"] == 6
    assert found["card"]["data"]["augmentation"] == ["casing"]
    assert_nothing_was_left_to_train(study / "liver-1")


def test_a_fresh_sweep_replaces_the_adapter(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tune(base, "--no-measure", "--quiet", "--epochs", "1") == 0
    assert tune(base, "--sweep", "rank=3,4", "--no-measure", "--quiet", "--epochs", "1") == 2
    assert "holds another adapter" in capsys.readouterr().err
    first = json.loads((study / "liver-1" / "card.json").read_text())
    options = ("--sweep", "learning_rate=5e-3,1e-2", "--epochs", "1", "--fresh")
    assert tune(base, *options, "--no-measure", "--quiet") == 0
    card = json.loads((study / "liver-1" / "card.json").read_text())
    assert card["digest"] != first["digest"]
    assert card["settings"]["learning_rate"] > first["settings"]["learning_rate"]


def test_augmented_reports_train_alone(study: Path, base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tune(base, "--augment", "casing", "--no-measure", "--json", "--quiet", "--epochs", "1") == 0
    card = json.loads(capsys.readouterr().out)["card"]
    assert card["data"]["augmentation"] == ["casing"]
    assert card["data"]["reports"] == 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--epochs", "0"), "--epochs must be at least 1"),
        (("--learning-rate", "-1"), "--learning-rate must be above 0"),
        (("--times", "2"), "--times says how often"),
        (("--augment", "colours"), "colours"),
        (("--sweep", "colour=1,2"), "colour"),
        (("--base", "no-such-model"), "No engine is called"),
        (("--gold", "nowhere.csv"), "nowhere.csv"),
        (("--split", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_makes_no_sense_is_said_at_once(
    study: Path, base: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert tune(base, *options) == 2
    assert words in capsys.readouterr().err
    assert not (study / "liver-1" / "card.json").exists()
