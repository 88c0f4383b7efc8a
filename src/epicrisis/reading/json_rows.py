"""JSON lines, and JSON files that hold one array."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..errors import ReadingError
from ..report import Cell
from .encoding import NotTextError, bytes_error, detect, first_bytes, opened_text
from .looks import binary_error, check_is_text
from .options import Options
from .table import SAMPLE, Table, columns_of, columns_without_text

_CHUNK = 1 << 16
#: Longest array element, in characters. Longer, it is a bracket or quote that was never closed.
ELEMENT_LIMIT = 1 << 27
_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile("[\ud800-\udfff]")

#: Where an object starts, and the object.
_Raw = tuple[int, dict[str, Any]]


class _RepeatedKeyError(Exception):
    pass


def open_json_lines(path: Path, options: Options) -> Table:
    """A file with one JSON object on every line. Raises ``ReadingError`` with the line of what is wrong."""
    return _open(path, options, "jsonl", "JSON lines", _lines)


def open_json_array(path: Path, options: Options) -> Table:
    """A file that holds one JSON array of objects, read piece by piece. Raises ``ReadingError``."""
    return _open(path, options, "json", "JSON", _array)


def _open(
    path: Path, options: Options, name: str, words: str, stream: Callable[[Path, str], Iterator[_Raw]]
) -> Table:
    check_is_text(path, first_bytes(path), words)
    try:
        encoding = options.encoding or detect(path)
    except NotTextError as error:
        raise binary_error(path, error.line, words) from None
    sample = [row for _, row in itertools.islice(stream(path, encoding), SAMPLE)]
    if not sample:
        raise ReadingError("The file holds no reports.", path=path, hint="Export the reports again.")
    return Table(
        path=path,
        format=name,
        columns=columns_of(sample),
        rows=lambda: ((line, _flat(row)) for line, row in stream(path, encoding)),
        not_text=columns_without_text(sample),
        encoding=encoding,
    )


def _lines(path: Path, encoding: str) -> Iterator[_Raw]:
    decoder = _decoder()
    number = 0
    with opened_text(path, encoding) as text:
        try:
            for number, line in enumerate(text, 1):
                stripped = line.strip(" \t\r\n\ufeff")
                if not stripped:
                    continue
                try:
                    value = decoder.decode(stripped)
                except json.JSONDecodeError as error:
                    problem, column = error.msg, error.colno
                except _RepeatedKeyError:
                    raise _repeated(path, number) from None
                except (RecursionError, ValueError):
                    raise _beyond_reason(path, number) from None
                else:
                    yield number, _row(value, path, number, "line")
                    continue
                if number == 1 and stripped.startswith("["):
                    raise ReadingError(
                        "This is a JSON array, not JSON lines.", path=path, hint="Rename it to end in .json."
                    )
                raise ReadingError(
                    f"This line is not valid JSON ({problem}, at character {column}).",
                    path=path,
                    line=number,
                    hint="Every line must be one complete JSON object, with the line ends in texts as \\n.",
                )
        except UnicodeError:
            raise bytes_error(path, encoding, number + 1) from None


def _array(path: Path, encoding: str) -> Iterator[_Raw]:
    with opened_text(path, encoding) as text:
        window = _Window(path, lambda: text.read(_CHUNK))
        try:
            yield from _elements(window, path)
        except UnicodeError:
            raise bytes_error(path, encoding, None) from None


def _elements(window: _Window, path: Path) -> Iterator[_Raw]:
    opening = window.peek()
    if opening == "\ufeff":
        window.advance(1)
        opening = window.peek()
    if opening == "":
        raise ReadingError("The file is empty.", path=path, hint="Export the reports again.")
    if opening != "[":
        raise ReadingError(
            "The file does not hold a JSON array.",
            path=path,
            hint="It must be [{...}, {...}], one object for each report. "
            "If every line is an object of its own, rename it to end in .jsonl.",
        )
    window.advance(1)
    if window.peek() == "]":
        window.advance(1)
    else:
        while True:
            window.peek()  # moves to the element, so that the line is its own
            line = window.line
            try:
                value = window.element()
            except _RepeatedKeyError:
                raise _repeated(path, line) from None
            except (RecursionError, ValueError):
                raise _beyond_reason(path, line) from None
            yield line, _row(value, path, line, "element of the array")
            after = window.peek()
            if after not in (",", "]"):
                what = "The file ends before the array is closed" if after == "" else "A comma is missing"
                raise ReadingError(f"{what}.", path=path, line=window.line, hint=_BROKEN)
            window.advance(1)
            if after == "]":
                break
    if window.peek() != "":
        raise ReadingError(
            "There is more after the end of the array.", path=path, line=window.line, hint=_BROKEN
        )


def _beyond_reason(path: Path, line: int) -> ReadingError:
    return ReadingError(
        "The JSON here is nested too deeply, or has a number of thousands of digits.",
        path=path,
        line=line,
        hint="A report is an object with text and a few columns: export it again.",
    )


_BROKEN = "The file may be cut short or put together by hand: export it again."


class _Window:
    """The part of a JSON text at hand: grows until an element is whole, drops what was read."""

    def __init__(self, path: Path, more: Callable[[], str]) -> None:
        self.line = 1
        self._path = path
        self._more = more
        self._text = ""
        self._at = 0
        self._ended = False
        self._decoder = _decoder()

    def peek(self) -> str:
        """The next character that is not white space; ``""`` at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            assert match is not None
            self.advance(match.end() - self._at)
            if self._at < len(self._text) or not self._grow():
                return self._text[self._at : self._at + 1]

    def advance(self, count: int) -> None:
        self.line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def element(self) -> Any:
        """The value that starts here. Raises ``ReadingError`` if it is not valid JSON."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                problem, place = error.msg, error.pos
            else:
                if end < len(self._text) or not self._grow():
                    self.advance(end - self._at)
                    return value
                continue
            # An error well before the end of what was read is a real one; else more text may mend it.
            unfinished = problem.startswith("Unterminated") or place > len(self._text) - 16
            if not (unfinished and len(self._text) - self._at < ELEMENT_LIMIT and self._grow()):
                line = self.line + self._text.count("\n", self._at, place)
                raise ReadingError(f"Not valid JSON ({problem}).", path=self._path, line=line, hint=_BROKEN)

    def _grow(self) -> bool:
        """Read more: at least as much as is at hand, so that a long element costs linear time."""
        if self._ended:
            return False
        kept = [self._text[self._at :]]
        wanted = max(_CHUNK, len(kept[0]))
        self._at = 0
        while wanted > 0:
            piece = self._more()
            if not piece:
                self._ended = True
                break
            kept.append(piece)
            wanted -= len(piece)
        self._text = "".join(kept)
        return len(kept) > 1


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _constant(name: str) -> str | None:
    return None if name == "NaN" else name


def _row(value: Any, path: Path, line: int, what: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise ReadingError(
            f"This {what} is not a JSON object.",
            path=path,
            line=line,
            hint='Every report must be an object with named columns, such as {"id": "1", "text": "..."}.',
        )
    return value


def _flat(row: dict[str, Any]) -> dict[str, Cell]:
    """The object as cells: nested values as JSON text, half surrogate pairs as U+FFFD."""
    for name, value in row.items():
        if type(value) is not str:
            if isinstance(value, (dict, list)):
                value = json.dumps(value, ensure_ascii=False)
            elif isinstance(value, float) and math.isinf(value):
                value = str(value)
            else:
                continue
        row[name] = value if value.isascii() else _whole(value)
    return row


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def _repeated(path: Path, line: int) -> ReadingError:
    return ReadingError(
        "An object here has the same key twice.",
        path=path,
        line=line,
        hint="Give each column a name of its own.",
    )
