"""Zip files: everything in them is looked at before anything is unpacked."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from ...reading.folder import DOCUMENTS
from ...reading.formats import ENDINGS
from ..web.refusals import Refused

#: Files in one zip.
MOST_FILES = 50_000
_CHUNK = 1 << 20
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".gz")
_ENCRYPTED = 0x1
#: What operating systems add of their own.
_THEIRS = ("__MACOSX", "Thumbs.db", "desktop.ini")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Member(NamedTuple):
    """A file in a zip: its checked path within it, and where its bytes are."""

    parts: tuple[str, ...]
    info: zipfile.ZipInfo

    @property
    def ending(self) -> str:
        return Path(self.parts[-1]).suffix.lower()


class Contents(NamedTuple):
    """What a zip holds: tables or else texts; ``others`` are passed over."""

    tables: list[Member]
    texts: list[Member]
    others: list[Member]


def is_zip(path: Path) -> bool:
    """By its first bytes. Excel workbooks are zip files too."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def contents(path: Path, *, unpacked: int) -> Contents:
    """The files of a zip, none of them unpacked. ``unpacked`` bytes are the most it may hold.

    Raises Refused for a zip that is damaged, encrypted or too large when unpacked, and for links, paths
    that lead out of it, zips within it, and names that occur twice.
    """
    with _opened(path) as archive:
        infos = archive.infolist()
    if len(infos) > MOST_FILES:
        raise _refused("zip-too-many", f"The zip holds more than {MOST_FILES:,} files.", "Send it in parts.")
    total = sum(info.file_size for info in infos)
    if total > unpacked:
        raise _refused(
            "zip-too-large",
            f"Unpacked this zip is {total / 1e6:,.0f} MB; at most {unpacked / 1e6:,.0f} MB are taken.",
            "Split it, or put the files into the project's folder yourself.",
        )
    members = [member for info in infos if (member := _member(info)) is not None]
    seen: set[tuple[str, ...]] = set()
    for member in members:
        if member.parts in seen:
            raise _twice()
        seen.add(member.parts)
    found = Contents([], [], [])
    for member in members:
        if member.ending in ENDINGS:
            found.tables.append(member)
        else:
            (found.texts if member.ending in DOCUMENTS else found.others).append(member)
    return found


def unpack(path: Path, members: list[tuple[Member, Path]], *, unpacked: int) -> None:
    """Write each member where it is to go. Raises Refused as ``contents`` does, should the zip have lied."""
    left = unpacked
    with _opened(path) as archive:
        for member, place in members:
            with _errors():
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member.info) as source, place.open("xb") as target:
                    for chunk in _chunks(source):
                        left -= len(chunk)
                        if left < 0:
                            raise _refused("zip-too-large", "Unpacked this zip is too large.", "Split it.")
                        target.write(chunk)
            if member.ending not in (".xlsx", ".xlsm") and is_zip(place):
                raise _nested()


def without_common_folder(members: list[Member]) -> list[tuple[Member, tuple[str, ...]]]:
    """Members with their paths; the folders that all of them share are left out."""
    shared = 0
    while all(len(one.parts) > shared + 1 for one in members) and (
        len({one.parts[shared] for one in members}) == 1
    ):
        shared += 1
    return [(one, one.parts[shared:]) for one in members]


def free_space(folder: Path, wanted: int) -> None:
    """Raise Refused if the disk has no room for ``wanted`` bytes and some to spare."""
    if shutil.disk_usage(folder).free < wanted + 100_000_000:
        raise Refused(507, "disk-full", "The disk of the studio is full.", "Free some space and try again.")


def _member(info: zipfile.ZipInfo) -> Member | None:
    """The member if it is a file that people put there; None for folders and what systems add."""
    # Old Windows programs write the separator of their own.
    name = info.orig_filename.replace("\\", "/")
    parts = tuple(part for part in name.rstrip("/").split("/") if part not in ("", "."))
    kind = info.external_attr >> 16
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise _refused("zip-path", "A file in the zip has a path that leads out of it.", "Make the zip anew.")
    if kind and stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused("zip-link", "The zip holds a link or a device.", "Put the files themselves in it.")
    if name.endswith("/") or not parts or any(part.startswith(".") or part in _THEIRS for part in parts):
        return None
    if _CONTROL.search(name) or any(len(part.encode("utf-8", "replace")) > 240 for part in parts):
        raise _refused("zip-name", "A file in the zip has a name that cannot be used.", "Rename it.")
    if info.flag_bits & _ENCRYPTED:
        raise _encrypted()
    if Path(parts[-1]).suffix.lower() in _ARCHIVES:
        raise _nested()
    return Member(parts, info)


@contextmanager
def _errors() -> Iterator[None]:
    """Turns what reading a broken zip can raise into a refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError):
        raise _refused("zip-damaged", "The zip is damaged or cut short.", "Make it anew.") from None
    except NotImplementedError:
        raise _refused(
            "zip-method", "The zip is compressed in an unusual way.", "Make it anew, with 'deflate'."
        ) from None
    except RuntimeError:  # what zipfile raises where a password is needed
        raise _encrypted() from None
    except (FileExistsError, NotADirectoryError):
        raise _twice() from None


def _opened(path: Path) -> zipfile.ZipFile:
    with _errors():
        return zipfile.ZipFile(path)


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _refused(code: str, message: str, hint: str) -> Refused:
    return Refused(422, code, message, hint)


def _twice() -> Refused:
    return _refused("zip-twice", "Two files in the zip have the same name.", "Make the zip anew.")


def _encrypted() -> Refused:
    return _refused("zip-encrypted", "The zip has a password.", "Unpack it, and zip it again without one.")


def _nested() -> Refused:
    return _refused(
        "zip-nested", "The zip holds another archive.", "Unpack the inner one; zip only the reports."
    )
