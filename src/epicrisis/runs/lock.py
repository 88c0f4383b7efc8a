"""One process at a time works on a run, or in a folder; a killed process leaves no lock behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType

from ..errors import StoreError

#: How often taking the lock is tried again, and the pause between (seconds).
_LOOKS = 10
_LOOK_SECONDS = 0.02


class FileLock:
    """An operating-system lock on the file ``path``. It ends with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False if another holder has it."""
        while True:
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
            if not _try_lock(descriptor):
                os.close(descriptor)
                return False
            if _same_file(descriptor, self.path):
                self._descriptor = descriptor
                return True
            # The holder before us removed the file between our opening and our locking it.
            os.close(descriptor)

    def release(self) -> None:
        """Give the lock back and remove its file. Harmless if it is not held."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if sys.platform == "win32":
            os.close(descriptor)
            self.path.unlink(missing_ok=True)
        else:
            self.path.unlink(missing_ok=True)
            os.close(descriptor)

    def acquire_soon(self) -> bool:
        """Take the lock, though somebody looks just now whether it is held: that takes a moment."""
        for _ in range(_LOOKS):
            if self.acquire():
                return True
            time.sleep(_LOOK_SECONDS)
        return self.acquire()


class RunLock(FileLock):
    """The lock of a run, beside its store."""

    def __init__(self, store: Path, run_id: str) -> None:
        super().__init__(store.with_name(f"{store.name}.{run_id}.lock"))
        self.run_id = run_id

    def __enter__(self) -> RunLock:
        if not self.acquire_soon():
            raise StoreError(
                f"Another program is working on run {self.run_id}.",
                hint="Wait until it is done, or stop it; then run the same command again.",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_worked_on(store: Path, run_id: str) -> bool:
    """Whether a living process holds the run's lock."""
    lock = RunLock(store, run_id)
    if not lock.path.exists():
        return False
    if lock.acquire():
        lock.release()
        return False
    return True


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
