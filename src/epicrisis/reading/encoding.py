"""Bytes to text: opening plain and gzipped files, and telling their encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import ReadingError

_CHUNK = 1 << 20
_PIECE = 1 << 16
#: Non-ASCII material to judge an old encoding by, in bytes.
_EVIDENCE = 200_000
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŸŒŠŽßðþÐÞ"
    "€£¥¢§©®™°±²³¹µ¶·×÷½¼¾ªº«»‘’‚“”„–—…•†‡‰‹›ˆ˜¿¡´¨¯¸¬¦¤\xa0\xad"
)
#: Encodings of names and of source code; some of them take ever longer the longer the text is.
_NOT_OF_FILES = frozenset(("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"))
#: Signs that a DOS or Macintosh file was taken for Windows-1252: punctuation or a capital inside a word.
_MISREAD = re.compile("[a-z][‚ƒ„†‡ˆ‰‹“”•˜™›‘ŠŽŸ][a-z]")


class NotTextError(Exception):
    """The bytes are no text in any encoding; ``line`` is where that shows."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def is_gzipped(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed if its name ends in ``.gz``.

    Raises ``ReadingError`` for a file that cannot be opened, is not gzip, or is cut short.
    """
    try:
        with path.open("rb") as raw:
            if is_gzipped(path):
                with gzip.open(raw) as unzipped:
                    yield cast(BinaryIO, unzipped)
            else:
                yield raw
    except EOFError:
        raise ReadingError(
            "The compressed file is cut short.", path=path, hint="Copy or make it again."
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise ReadingError(
            "The name ends in .gz, but this is not a gzip file or it is damaged.",
            path=path,
            hint="Rename it without .gz if it is not compressed; else copy or make it again.",
        ) from None
    except PermissionError:
        raise ReadingError("No permission to read the file.", path=path) from None
    except OSError as error:
        raise ReadingError(
            f"The file cannot be read: {error.strerror or type(error).__name__}.", path=path
        ) from None


def first_bytes(path: Path) -> bytes:
    """The start of a file, enough to tell what it is. Raises ``ReadingError`` as ``opened`` does."""
    with opened(path) as raw:
        return raw.read(4096)


@contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as text, line ends untouched. Raises ``ReadingError`` as ``opened`` does, and for a name that
    is no encoding."""
    check_encoding(encoding)
    with opened(path) as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        try:
            yield text
        finally:
            text.detach()


def bytes_error(path: Path, encoding: str, line: int | None) -> ReadingError:
    """The error for bytes that are not ``encoding``."""
    return ReadingError(
        f"Some bytes here are not {encoding}.",
        path=path,
        line=line,
        hint="Name the file's encoding with --encoding (for example utf-8, cp1252, latin-1), "
        "or save it again as UTF-8.",
    )


def check_encoding(name: str) -> str:
    """``name`` if Python knows such an encoding of text files; ``ReadingError`` if not."""
    try:
        if codecs.lookup(name).name.replace("_", "-") in _NOT_OF_FILES:
            raise LookupError
        io.TextIOWrapper(io.BytesIO(), encoding=name)
    except (LookupError, ValueError):
        raise ReadingError(
            f"There is no text encoding {name!r}.", hint="Common ones are utf-8, cp1252, latin-1 and utf-16."
        ) from None
    return name


def detect(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-8 if all of it is, else the likeliest old one.

    The whole file is read once (in pieces): a file can be ASCII for a gigabyte and then not UTF-8.
    Raises ``NotTextError`` for binary data, ``ReadingError`` for a mixture of UTF-8 and something else.
    """
    with opened(path) as raw:
        chunk = raw.read(_CHUNK)
        marked = _marked(chunk)
        if marked is not None:
            return marked
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        lines = 0
        try:
            while chunk:
                if b"\0" in chunk:
                    raise NotTextError(lines + chunk[: chunk.index(b"\0")].count(b"\n") + 1)
                decoder.decode(chunk)
                lines += chunk.count(b"\n")
                chunk = raw.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8"
    return _old_encoding(path)


def decode(data: bytes, path: Path, encoding: str | None = None) -> str:
    """A whole small file as text, line ends untouched; the mark at its start is dropped."""
    encoding = encoding or _marked(data)
    if encoding is None:
        if b"\0" in data:
            raise NotTextError(data[: data.index(b"\0")].count(b"\n") + 1)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            encoding = _likeliest([line for line in data.splitlines(True) if not line.isascii()])
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    raise bytes_error(path, encoding, line)


def _marked(start: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    sample = start[:4000]
    even, odd = sample[::2], sample[1::2]
    if len(odd) >= 2 and even.count(0) == 0 and odd.count(0) > len(odd) * 0.6:
        return "utf-16-le"
    if len(even) >= 2 and odd.count(0) == 0 and even.count(0) > len(even) * 0.6:
        return "utf-16-be"
    return None


def _old_encoding(path: Path) -> str:
    """The encoding of a file that is not UTF-8, judged by its lines with non-ASCII bytes."""
    evidence: list[bytes] = []
    size = utf8 = 0
    first_bad: int | None = None
    with opened(path) as raw:
        for number, piece in _pieces(raw):
            if piece.isascii():
                continue
            if _is_utf8(piece):
                utf8 += 1
            else:
                first_bad = first_bad or number
                evidence.append(piece)
                size += len(piece)
            if size > _EVIDENCE or (utf8 > 1000 and first_bad is not None):
                break
    if utf8 >= len(evidence):
        raise ReadingError(
            "Most of the file is UTF-8, but not this line.",
            path=path,
            line=first_bad,
            hint="The file mixes two encodings or was cut short. Save it again as UTF-8, "
            "or name one encoding for all of it with --encoding.",
        )
    return _likeliest(evidence)


def _pieces(raw: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Line numbers and lines; an overlong line comes in pieces, for a file need not have any line end."""
    number = 1
    while piece := raw.readline(_PIECE):
        yield number, piece
        number += piece.endswith(b"\n")


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError as error:
        # A piece of an overlong line may begin and end inside a character.
        at_an_end = error.start < 3 or error.start > len(piece) - 4
        return len(piece) == _PIECE and at_an_end and _is_utf8(piece[3:-4])
    return True


def _likeliest(lines: list[bytes]) -> str:
    sample = b"".join(lines)[: 2 * _EVIDENCE]
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        pass
    else:
        strange = {sign for sign in text if not sign.isascii()} - _WESTERN
        if not strange and not _MISREAD.search(text):
            return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else "latin-1"
