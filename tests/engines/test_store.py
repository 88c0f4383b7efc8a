"""The folder of models and its memory of digests."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from epicrisis.engines import store as storing
from epicrisis.engines.catalogue import CATALOGUE
from epicrisis.engines.store import ModelStore, default_home
from epicrisis.errors import ModelError


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "home", [])


def put(store: ModelStore, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    path = store.path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def test_a_digest_is_computed_once(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    first = store.digest(path)
    monkeypatch.setattr(storing, "hash_file", lambda path: "computed again")
    assert store.digest(path) == first == hashlib.sha256(b"one").hexdigest()
    assert store.digest(path, again=True) == "computed again"


def test_a_changed_file_has_a_new_digest(store: ModelStore, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    store.digest(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert store.digest(path) == hashlib.sha256(b"two").hexdigest()


def test_a_home_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    assert ModelStore(tmp_path / "home", []).digest(path) == hashlib.sha256(b"one").hexdigest()


def test_verify_names_both_digests(store: ModelStore) -> None:
    digest = put(store, b"good")
    store.verify(store.path(digest), digest)
    store.path(digest).write_bytes(b"evil")
    with pytest.raises(ModelError) as caught:
        store.verify(store.path(digest), digest, again=True)
    assert digest in str(caught.value)
    assert hashlib.sha256(b"evil").hexdigest() in str(caught.value)


def test_installed_and_removed(store: ModelStore) -> None:
    digest = put(store, b"something")
    (found,) = store.installed()
    assert (found.sha256, found.size, found.name) == (digest, 9, None)
    store.digest(found.path)
    store.staging(digest).write_bytes(b"half")
    assert store.remove(digest)
    assert not store.remove(digest)
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_models_of_the_catalogue_are_known_by_name(store: ModelStore) -> None:
    path = store.path(CATALOGUE[0].sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert [model.name for model in store.installed()] == [CATALOGUE[0].name]


def test_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "mine"))
    assert default_home() == tmp_path / "mine"
    monkeypatch.delenv("EPICRISIS_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_home().name == "epicrisis"


def test_local_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EPICRISIS_MODELS", os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")]))
    assert ModelStore(tmp_path).folders == [tmp_path / "a", tmp_path / "b"]


def test_the_catalogue_is_sound() -> None:
    assert (
        len({model.name for model in CATALOGUE})
        == len({model.sha256 for model in CATALOGUE})
        == len(CATALOGUE)
    )
    for model in CATALOGUE:
        assert len(model.sha256) == 64
        assert model.size > 10_000_000
        assert model.licence == "Apache-2.0"
        assert len(model.wheels.requirements) == len(model.wheels.names)
