"""Places to write to: checked before the work, replaced only when the work is done."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError

#: Free space below which a place counts as full, in bytes.
MARGIN = 10_000_000


def check_writable(path: str | Path, needed: int = MARGIN) -> None:
    """Raise ``OutputError`` if a file cannot be written at ``path``, with the reason.

    Creates nothing. ``needed`` is in bytes. Meant to be called before a model is loaded.
    """
    target = Path(path)
    if target.is_dir():
        raise OutputError(
            "This is a folder, not a file.",
            path=target,
            hint=f"Name a file in it, such as {target / 'table.csv'}.",
        )
    folder = target.resolve().parent
    if not folder.exists():
        raise OutputError(
            f"The folder {str(folder)!r} does not exist.", path=target, hint="Make it, or choose another one."
        )
    if not folder.is_dir():
        raise OutputError(f"{str(folder)!r} is not a folder.", path=target)
    if target.exists() and not target.is_file():
        raise OutputError("This is not an ordinary file.", path=target, hint="Choose another name.")
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError("The file is write-protected.", path=target, hint="Choose another name.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"No permission to write in the folder {str(folder)!r}.", path=target, hint="Choose another one."
        )
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError(
            f"There is too little space on the disk: {free / 1e6:,.0f} MB is free, "
            f"{needed / 1e6:,.0f} MB is needed.",
            path=target,
            hint="Make space, or choose a place on another disk.",
        )


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A new file beside ``path`` to write to; it takes the place of ``path`` when all went well.

    Whatever goes wrong, ``path`` is as it was and nothing is left beside it. A link is followed.
    Raises ``OutputError`` as ``check_writable`` does, and where writing fails.
    """
    check_writable(path, needed=0)
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(target)
    except OSError as error:
        raise writing_error(target, error) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def writing_error(path: Path, error: OSError) -> OutputError:
    """The error for a write the system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(
            "The disk is full.", path=path, hint="Make space, or choose a place on another disk."
        )
    return OutputError(f"The file cannot be written: {error.strerror or type(error).__name__}.", path=path)
