"""Reports that are files of their own: a folder of them, or a single one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ReadingError
from ..report import Report, Source
from .columns import ResolvedColumns
from .encoding import NotTextError, decode
from .looks import binary_error, looks_like
from .options import Options
from .report_set import ReportSet


class Document(NamedTuple):
    """The text of one file. ``offsets`` as in ``Report``: where each character stands in the source."""

    text: str
    offsets: tuple[int, ...] | None = None


def read_text(path: Path, encoding: str | None) -> Document:
    """A text file as it is, line ends and all; only a byte order mark is dropped."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadingError(
            f"The file cannot be read: {error.strerror or type(error).__name__}.", path=path
        ) from None
    words = looks_like(path, data[:4096])
    if words is not None:
        raise ReadingError(f"This looks like {words}, not plain text.", path=path)
    try:
        return Document(decode(data, path, encoding))
    except NotTextError as error:
        raise binary_error(path, error.line, "plain text") from None


#: Ending -> what reads one file that is one report. PDF and DOCX go here.
DOCUMENTS: Mapping[str, Callable[[Path, str | None], Document]] = {".txt": read_text}


def open_document(path: Path, options: Options) -> ReportSet:
    """One file that is one report; its id is the file's name without the ending."""
    return _set(path, options, lambda: iter((path,)), path.parent, ())


def open_folder(path: Path, options: Options) -> ReportSet:
    """All documents in a folder and the folders in it, sorted by path; hidden ones are passed over.

    A report's id is its path within the folder, without the ending, with ``/`` between the parts.
    Raises ``ReadingError`` for a folder without documents.
    """
    others: Counter[str] = Counter()
    found = False
    for file in _files(path):
        if file.suffix.lower() in DOCUMENTS:
            found = True
        else:
            others[file.suffix.lower() or "(no ending)"] += 1
    listed = ", ".join(f"{count} {suffix}" for suffix, count in others.most_common(8))
    if not found:
        unread = f"The files here are: {listed}." if listed else "There are no files here."
        convert = " PDF and Word documents are not supported yet: convert them to .txt first."
        needs_converting = any(suffix in others for suffix in (".pdf", ".docx", ".doc"))
        raise ReadingError(
            "The folder holds no .txt files.",
            path=path,
            hint=f"A folder of reports has one .txt file for each report. {unread}"
            + (convert if needs_converting else ""),
        )
    notes = (f"Left out {others.total()} files that are not .txt: {listed}.",) if others else ()
    return _set(path, options, lambda: _documents(path), path, notes)


def _set(
    path: Path, options: Options, files: Callable[[], Iterator[Path]], root: Path, notes: tuple[str, ...]
) -> ReportSet:
    def stream() -> Iterator[Report]:
        for file in files():
            text, offsets = DOCUMENTS[file.suffix.lower()](file, options.encoding)
            yield Report(id=_id(file, root), text=text, source=Source(str(file)), offsets=offsets)

    columns = ResolvedColumns(text=None, id="id")
    return ReportSet("txt", columns, stream, path=str(path), encoding=options.encoding, notes=notes)


def _documents(folder: Path) -> Iterator[Path]:
    return (file for file in _files(folder) if file.suffix.lower() in DOCUMENTS)


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise ReadingError(
            f"The folder cannot be read: {error.strerror or type(error).__name__}.", path=folder
        ) from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _id(file: Path, root: Path) -> str:
    name = file.relative_to(root).with_suffix("").as_posix()
    return os.fsencode(name).decode("utf-8", "replace")
