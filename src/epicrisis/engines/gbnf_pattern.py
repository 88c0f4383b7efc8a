"""Regular expressions as llama.cpp's grammar language (GBNF): what a pattern allows inside a JSON string.

The subset that patterns of values need: literals, ``.``, classes, ``\\d \\w \\s``, groups, ``|`` and counts.
A pattern is over the decoded text; its grammar is over the JSON spelling, where ``"`` and ``\\`` are escaped.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]

_LAST = 0x10FFFF
#: Half characters of UTF-16: no text holds them.
_SURROGATES = (0xD800, 0xDFFF)
#: What JSON does not let stand for itself within a string.
_ESCAPED = (*range(0x20), ord('"'), ord("\\"))
_DIGITS: Ranges = ((ord("0"), ord("9")),)
_WORD: Ranges = ((ord("0"), ord("9")), (ord("A"), ord("Z")), (ord("_"), ord("_")), (ord("a"), ord("z")))
_SPACE: Ranges = ((9, 13), (32, 32))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
#: More repetitions than this in one place are refused by llama.cpp.
MOST = 1000


class PatternError(ValueError):
    """The pattern cannot be put into a grammar; the message says what of it."""


def literal(text: str) -> str:
    """A GBNF terminal for exactly ``text``."""
    return '"' + "".join(_in_literal(character) for character in text) + '"'


def pattern(text: str, any_character: str) -> str:
    """The GBNF expression of the JSON spelling of every text that the regular expression finds.

    ``any_character`` is the rule for one character of a JSON string, for patterns not anchored with ``^``
    and ``$``. Raises ``PatternError`` for look-around, back-references and other things without a grammar.
    """
    anchored = text.startswith("^")
    ended = text.endswith("$") and not _escaped_end(text)
    body = text[int(anchored) : len(text) - int(ended)]
    parser = _Parser(body)
    found = parser.alternatives()
    if not parser.at_end:
        raise PatternError("a parenthesis that was not opened")
    if parser.branches:
        if anchored or ended:
            raise PatternError("an anchor in one branch of several; write ^(...|...)$")
        found = f"({found})"
    anything = f"{any_character}*"
    return " ".join(filter(None, ("" if anchored else anything, found, "" if ended else anything)))


def repeated(what: str, least: int, most: int | None) -> str:
    """``what`` (a single term) from ``least`` to ``most`` times (``None``: any number)."""
    parts = []
    while least > MOST:
        parts.append(f"{what}{{{MOST}}}")
        least, most = least - MOST, None if most is None else most - MOST
    while most is not None and most > MOST:
        parts.append(f"{what}{{{min(least, MOST)},{MOST}}}")
        least, most = max(0, least - MOST), most - MOST
    if most is None:
        parts.append(f"{what}*" if least == 0 else f"{what}{{{least},}}")
    elif least == most:
        parts.append(what if most == 1 else f"{what}{{{most}}}" if most else "")
    else:
        parts.append(f"{what}?" if (least, most) == (0, 1) else f"{what}{{{least},{most}}}")
    return " ".join(filter(None, parts))


class _Parser:
    """Reads a pattern once, from left to right, and writes the grammar as it goes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.branches = False

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def alternatives(self) -> str:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        self.branches = len(branches) > 1
        return " | ".join(branch or '""' for branch in branches)

    def _sequence(self) -> str:
        terms: list[str] = []
        while not self.at_end and self._text[self._at] not in "|)":
            terms.append(self._counted(self._term()))
        return " ".join(filter(None, terms))

    def _counted(self, term: str) -> str:
        least, most = 1, 1
        if self._take("*"):
            least, most = 0, -1
        elif self._take("+"):
            least, most = 1, -1
        elif self._take("?"):
            least, most = 0, 1
        elif self._peek() == "{":
            least, most = self._count()
        else:
            return term
        if self._peek() in ("?", "+", "*"):
            raise PatternError("a lazy or possessive count")
        return repeated(term, least, None if most < 0 else most)

    def _count(self) -> tuple[int, int]:
        end = self._text.find("}", self._at)
        inside = self._text[self._at + 1 : end] if end > 0 else ""
        least, comma, most = inside.partition(",")
        if not (least.isascii() and least.isdigit()) or (most and not (most.isascii() and most.isdigit())):
            raise PatternError("a brace that is no count")
        self._at = end + 1
        low = int(least)
        high = low if not comma else int(most) if most else -1
        if 0 <= high < low:
            raise PatternError("a count whose end is before its start")
        return low, high

    def _term(self) -> str:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return one_of(self._members())
        if character == ".":
            return one_of(_without(((ord("\n"), ord("\n")),)))
        if character == "\\":
            escape = self._escape()
            return _spelled(escape) if isinstance(escape, str) else one_of(escape)
        if character in "^$":
            raise PatternError(f"{character!r} within the pattern")
        if character in "*+?{":
            raise PatternError("a count of nothing")
        return _spelled(character)

    def _group(self) -> str:
        if self._take("?") and not self._take(":"):
            raise PatternError("look-around or a named group")
        inside = self.alternatives()
        if not self._take(")"):
            raise PatternError("a parenthesis that is not closed")
        return f"({inside})"

    def _escape(self) -> str | Ranges:
        character = self._next()
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character in _CLASSES:
            return _CLASSES[character]
        if character.lower() in _CLASSES:
            return _without(_CLASSES[character.lower()])
        if character in "xu":
            digits = self._text[self._at : self._at + (2 if character == "x" else 4)]
            self._at += len(digits)
            if len(digits) not in (2, 4) or not set(digits) <= set(string.hexdigits):
                raise PatternError("an escape that is no character")
            return chr(int(digits, 16))
        if character.isalnum():
            raise PatternError(f"the escape \\{character}")
        return character

    def _members(self) -> Ranges:
        negated = self._take("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            first = False
            low = self._member()
            if not isinstance(low, str):
                found.extend(low)
                continue
            high = low
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                last = self._member()
                if not isinstance(last, str) or last < low:
                    raise PatternError("a range that is none")
                high = last
            found.append((ord(low), ord(high)))
        self._at += 1
        return _without(tuple(found)) if negated else _merged(found)

    def _member(self) -> str | Ranges:
        character = self._next()
        return self._escape() if character == "\\" else character

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        found = self._peek() == character
        self._at += found
        return found

    def _next(self) -> str:
        if self.at_end:
            raise PatternError("an end where something is missing")
        self._at += 1
        return self._text[self._at - 1]


def one_of(ranges: Ranges) -> str:
    """The GBNF expression of the JSON spelling of one character out of ``ranges`` (code points)."""
    plain = _cut(ranges, ((0, 0x1F), (ord('"'), ord('"')), (ord("\\"), ord("\\")), _SURROGATES))
    escaped = [code for code in _ESCAPED if any(low <= code <= high for low, high in ranges)]
    ways = [f"[{''.join(_in_class(low, high) for low, high in plain)}]"] if plain else []
    ways += [_spelled(chr(code)) for code in escaped]
    if not ways:
        raise PatternError("a class without a character")
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})"


def _spelled(character: str) -> str:
    if _SURROGATES[0] <= ord(character) <= _SURROGATES[1]:
        raise PatternError("half a character")
    return literal(json.dumps(character, ensure_ascii=False)[1:-1])


def _in_literal(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if " " <= character != "\x7f" else f"\\x{ord(character):02X}"


def _in_class(low: int, high: int) -> str:
    return _code(low) if low == high else f"{_code(low)}-{_code(high)}"


def _code(code: int) -> str:
    character = chr(code)
    if character.isascii() and character.isalnum():
        return character
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _without(ranges: Ranges) -> Ranges:
    return _cut(((0, _LAST),), (*ranges, _SURROGATES))


def _cut(ranges: Ranges, taken: Iterable[tuple[int, int]]) -> Ranges:
    left = list(ranges)
    for start, end in taken:
        left = [
            part
            for low, high in left
            for part in ((low, min(high, start - 1)), (max(low, end + 1), high))
            if part[0] <= part[1]
        ]
    return _merged(left)


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(set(ranges)):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _escaped_end(text: str) -> bool:
    """Whether the ``$`` at the end is itself escaped."""
    before = text[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
