"""The folder of models, each under its SHA-256, and what is known about files elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .catalogue import CATALOGUE, CatalogueModel, HubFile
from .lock import locked

_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the fetching of a model is. Bytes."""

    name: str
    done: int
    total: int | None
    source: str


#: Called as a fetch goes on.
Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A file in the store; ``name`` if the catalogue or a past fetch knows it."""

    path: Path
    sha256: str
    size: int
    name: str | None


def default_home() -> Path:
    """``EPICRISIS_HOME``, or the folder the platform has for caches."""
    named = os.environ.get("EPICRISIS_HOME")
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "epicrisis"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/epicrisis"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "epicrisis"


def local_folders() -> list[Path]:
    """The folders in ``EPICRISIS_MODELS``, where models may lie already (read only)."""
    listed = os.environ.get("EPICRISIS_MODELS", "")
    return [Path(part).expanduser() for part in listed.split(os.pathsep) if part]


class ModelStore:
    """Models under ``home/models``, and read-only ``folders`` that may hold some."""

    def __init__(self, home: Path | None = None, folders: list[Path] | None = None) -> None:
        self.root = (home if home is not None else default_home()) / "models"
        self.folders = folders if folders is not None else local_folders()

    def path(self, sha256: str) -> Path:
        return self.root / "sha256" / f"{sha256}.gguf"

    def find(self, model: CatalogueModel) -> Path | None:
        """A whole copy of ``model`` whose digest is right, or ``None``.

        Raises ``ModelError`` if the copy in the store is damaged.
        """
        path = self.path(model.sha256)
        if path.exists():
            self.verify(path, model.sha256, size=model.size, name=model.name)
            return path
        for candidate in self._candidates(model):
            if candidate.stat().st_size == model.size and self.digest(candidate) == model.sha256:
                return candidate
        return None

    def _candidates(self, model: CatalogueModel) -> Iterator[Path]:
        for folder in self.folders:
            for name in (model.file, f"{model.name}.gguf", f"{model.sha256}.gguf"):
                if (folder / name).is_file():
                    yield folder / name

    def digest(self, path: Path, *, again: bool = False) -> str:
        """SHA-256 of a file, hexadecimal; computed once until its size or time changes."""
        status = path.stat()
        stamp = {"path": str(path.resolve()), "size": status.st_size, "mtime_ns": status.st_mtime_ns}
        known = self._read(self._stamp(path))
        if not again and all(known.get(key) == value for key, value in stamp.items()):
            return str(known["sha256"])
        found = hash_file(path)
        self.stamp(path, found)
        return found

    def stamp(self, path: Path, sha256: str) -> None:
        """Remember the digest of a file as it is now."""
        status = path.stat()
        record = {"path": str(path.resolve()), "size": status.st_size, "mtime_ns": status.st_mtime_ns}
        self._write(self._stamp(path), {**record, "sha256": sha256})

    def verify(
        self,
        path: Path,
        sha256: str,
        *,
        size: int | None = None,
        name: str | None = None,
        again: bool = False,
    ) -> None:
        """Raise ``ModelError`` if the file is cut short or not the one its digest names."""
        command = f"Fetch it again: epicrisis models pull {name} --again" if name else "Fetch it again."
        found_size = path.stat().st_size
        if size is not None and found_size != size:
            what = "cut short" if found_size < size else "too long"
            raise ModelError(
                f"The model file is {what}: {found_size:,} bytes instead of {size:,}.",
                hint=command,
                path=path,
            )
        found = self.digest(path, again=again)
        if found != sha256:
            raise ModelError(
                f"The model file is damaged: its SHA-256 is {found} and should be {sha256}.",
                hint=command,
                path=path,
            )

    def accept(self, partial: Path, sha256: str) -> Path:
        """Move a checked file into its place."""
        path = self.path(sha256)
        partial.replace(path)
        self.stamp(path, sha256)
        return path

    def remove(self, sha256: str) -> bool:
        """Delete a model and what is left of its fetching; whether there was one."""
        path = self.path(sha256)
        there = path.exists()
        with locked(self.lock(sha256)):
            for file in (path, self._stamp(path), *self.staging(sha256).parent.glob(f"{sha256}.part*")):
                file.unlink(missing_ok=True)
        self.lock(sha256).unlink(missing_ok=True)
        return there

    def installed(self) -> list[StoredModel]:
        """The models in the store, by name."""
        known = {model.sha256: model.name for model in CATALOGUE} | self._hub_names()
        files = sorted((self.root / "sha256").glob("*.gguf"))
        found = [StoredModel(file, file.stem, file.stat().st_size, known.get(file.stem)) for file in files]
        return sorted(found, key=lambda model: (model.name is None, model.name or model.sha256))

    def lock(self, sha256: str) -> Path:
        return self.root / "sha256" / f"{sha256}.lock"

    def staging(self, sha256: str) -> Path:
        """Where a file grows while it is fetched."""
        return self.root / "sha256" / f"{sha256}.part"

    def hub_digest(self, reference: HubFile) -> str | None:
        """The digest a Hub file had when it was fetched, if it still lies in the store."""
        found = self._read(self._reference(reference)).get("sha256")
        return found if isinstance(found, str) and self.path(found).exists() else None

    def remember_hub(self, reference: HubFile, sha256: str) -> None:
        self._write(self._reference(reference), {"source": str(reference), "sha256": sha256})

    def _hub_names(self) -> dict[str, str]:
        records = [self._read(file) for file in sorted((self.root / "hub").glob("*.json"))]
        return {record["sha256"]: record["source"] for record in records if "sha256" in record}

    def _reference(self, reference: HubFile) -> Path:
        return self.root / "hub" / f"{_short(str(reference))}.json"

    def _stamp(self, path: Path) -> Path:
        return self.root / "stamps" / f"{_short(str(path.resolve()))}.json"

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, path: Path, record: Mapping[str, Any]) -> None:
        # What is written here only saves work; a read-only home must not stop anyone.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.tmp")
            partial.write_text(json.dumps(record), encoding="utf-8")
            partial.replace(path)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
