"""Whether a file is what its name says, before it goes on a shelf."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import EpicrisisError, ReadingError
from ...reading.encoding import is_gzipped, opened
from ...reading.folder import DOCUMENTS, read_text
from ...reading.formats import open_table
from ..project import Shelf
from ..sets.sound import sound
from ..sets.wording import in_studio_words
from ..web.refusals import Refused

#: Bytes of an unpacked workbook: its texts are all in memory while it is read.
WORKBOOK = 600_000_000
_CHUNK = 1 << 20


def check(path: Path, shelf: Shelf, *, unpacked: int) -> None:
    """Raise Refused if a file cannot be read as reports or as gold, whatever its columns are called.

    ``unpacked`` bytes are the most that a compressed file may hold.
    """
    with _refusing(path.name), sound(path):
        if is_gzipped(path):
            _check_unzipped(path, unpacked)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            _check_workbook(path, unpacked)
        if shelf == "reports" and path.suffix.lower() in DOCUMENTS:
            if not read_text(path, None).text.strip():
                raise ReadingError("The file is empty.", path=path)
        else:
            open_table(path)


def check_text(path: Path) -> None:
    """Raise Refused if one of many texts is something else; that one of them is empty is said later."""
    with _refusing(path.name):
        read_text(path, None)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Errors of reading, told of the file as its sender knows it, not of where it lies now."""
    try:
        yield
    except EpicrisisError as error:
        status = 501 if error.code == "missing-extra" else 422
        refused = Refused(status, error.code, error.message, in_studio_words(error.hint))
        refused.refusal.where = name if error.line is None else f"{name}:{error.line}"
        raise refused from None


def _check_unzipped(path: Path, most: int) -> None:
    size = 0
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise _too_large(path, most)


def _check_workbook(path: Path, most: int) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            size = sum(info.file_size for info in book.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return  # no workbook: the reading says what it looks like instead
    if size > min(most, WORKBOOK):
        raise _too_large(path, min(most, WORKBOOK))


def _too_large(path: Path, most: int) -> ReadingError:
    return ReadingError(
        f"Unpacked this file is larger than {most / 1e6:,.0f} MB.",
        path=path,
        hint="Split it, or put it into the project's folder yourself.",
    )
