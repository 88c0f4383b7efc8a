"""The files of a multipart request, written to disk as they come in: never whole in memory, never in /tmp."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import python_multipart
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool

from ..web.refusals import Refused
from .names import safe_name

#: Files in one request: a folder of texts may have many.
MOST_FILES = 20_000


class Received(NamedTuple):
    """A file as it came: ``given`` is the name that its sender gave it, without folders made safe."""

    path: Path
    name: str
    given: str


async def receive(chunks: AsyncIterable[bytes], content_type: str, folder: Path) -> list[Received]:
    """Write the files of a request under ``folder``; fields without a file name are passed over.

    Raises Refused for a body that is not multipart, is cut short, or holds no file, an OSError where the
    disk is full.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Refused(415, "multipart", "Files are sent as multipart/form-data.", "Use the page Reports.")
    with ExitStack() as stack:
        parts = _Parts(folder, stack)
        try:
            parser = python_multipart.MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
            async for chunk in chunks:
                if chunk:
                    await run_in_threadpool(parser.write, chunk)
            parser.finalize()
        except FormParserError:
            raise _cut_short() from None
        if not parts.ended:
            raise _cut_short()
    if not parts.files:
        raise Refused(422, "no-file", "No file came.", "Choose a file and send it again.")
    return parts.files


def _cut_short() -> Refused:
    return Refused(400, "cut-short", "The upload broke off or is not well formed.", "Send it again.")


class _Parts:
    """Hears what the parser finds. Each file goes in a numbered folder of its own, under its safe name."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.files: list[Received] = []
        self.ended = False
        self._folder = folder
        self._stack = stack
        self._headers: dict[bytes, bytes] = {}
        self._name = b""
        self._value = b""
        self._file: BinaryIO | None = None

    def callbacks(self) -> dict[str, Callable[..., Any]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._more_value,
            "on_header_end": self._header,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self._close,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers = {}

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _more_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" not in options:
            return
        given = _text(options[b"filename"])
        if not given:
            return  # what browsers send for a field without a chosen file
        if len(self.files) >= MOST_FILES:
            raise Refused(
                413, "too-many", f"These are more than {MOST_FILES:,} files.", "Send a zip of them, in parts."
            )
        place = self._folder / str(len(self.files))
        place.mkdir()
        name = safe_name(given)
        self._file = self._stack.enter_context((place / name).open("wb"))
        self.files.append(Received(place / name, name, given))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _end(self) -> None:
        self.ended = True


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("latin-1")
