"""The numbers a document gives its own parts: specimens, biopsies, lesions.

Headings are numerals, roman or arabic, that go up by one from 1: ``I``, ``I+II``, ``II t/m IV:``, ``3.``.
They may begin again at 1, as where the specimens are first described and then concluded upon. An arabic
numeral is a heading only with a mark behind it; there are too many other numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .document import Document, Stretch

_ROMAN = r"X{0,3}(?:IX|IV|V?I{0,3})"
_NUMERAL = r"(?:[IVX]+|\d{1,2})"
_AND = r"(?:\+|&|,|/|en|and|und|et)"
_TO = r"(?:-|–|t/m|tot\s+en\s+met|to|bis)"
_EXPRESSION = re.compile(rf"{_NUMERAL}(?:\s*(?:{_AND}|{_TO})\s*{_NUMERAL})*")
_NAMED = re.compile(rf"(?<![^\W_]){_EXPRESSION.pattern}(?![^\W_])", re.I)
_JOINT = re.compile(rf"\s*({_TO}|{_AND})\s*", re.I)
_HEADING = re.compile(rf"(?<!\S)\(?(?P<numbers>{_EXPRESSION.pattern})(?P<mark>\s*[.:)])?(?!\S)")
_VALUES = {"I": 1, "V": 5, "X": 10}
_LARGEST_SPAN = 30


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading: its ``numbers`` (from 1), the heading's words, and its tokens."""

    numbers: tuple[int, ...]
    heading: str
    tokens: Stretch


def numbers(text: str) -> tuple[int, ...]:
    """The numbers that a text names, in order: (1, 2) for ``I+II``, (2, 3, 4) for ``2 t/m 4``, (3,) for
    ``biopt 3``. Empty if it names none."""
    found = [number for one in _NAMED.finditer(text) for number in _numbers(one.group())]
    return tuple(dict.fromkeys(found))


def sections(document: Document) -> list[Section]:
    """The parts of a document under its own numbers, in order. Empty if it does not number its parts."""
    candidates = list(_candidates(document))
    chains = [_chain([one for one in candidates if one.roman is roman]) for roman in (True, False)]
    headings = max(chains, key=lambda chain: len({number for one in chain for number in one.numbers}))
    ends = [*(one.tokens.start for one in headings), len(document.tokens)][1:]
    return [
        Section(one.numbers, one.words, Stretch(one.tokens.end, end))
        for one, end in zip(headings, ends, strict=True)
    ]


def roman(number: int) -> str:
    """``IV`` for 4. From 1 to 39."""
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


@dataclass(frozen=True, slots=True)
class _Heading:
    numbers: tuple[int, ...]
    words: str
    tokens: Stretch
    roman: bool


def _candidates(document: Document) -> Iterator[_Heading]:
    ends = {start + len(token) for start, token in zip(document.starts, document.tokens, strict=True)}
    for match in _HEADING.finditer(document.text):
        words = match["numbers"]
        is_roman = not any(one.isdigit() for one in words)
        found = _numbers(words)
        if not found or (not is_roman and not match["mark"]) or list(found) != sorted(set(found)):
            continue
        if match.start() in document.starts and match.end() in ends:
            yield _Heading(found, words, document.of_characters(match.start(), match.end()), is_roman)


def _chain(candidates: Sequence[_Heading]) -> list[_Heading]:
    """Those that go on where the one before stopped, or begin again."""
    chain: list[_Heading] = []
    last = 0
    for one in candidates:
        if one.numbers[0] in (last + 1, 1) and one.numbers[-1] - one.numbers[0] == len(one.numbers) - 1:
            chain.append(one)
            last = one.numbers[-1]
    return chain


def _numbers(expression: str) -> tuple[int, ...]:
    pieces = _JOINT.split(expression.strip())
    found: list[int] = []
    for place in range(0, len(pieces), 2):
        value = _value(pieces[place])
        if value is None:
            return ()
        to = place > 0 and re.fullmatch(_TO, pieces[place - 1], re.I) is not None
        if to and found and found[-1] < value <= found[-1] + _LARGEST_SPAN:
            found += range(found[-1] + 1, value + 1)
        else:
            found.append(value)
    return tuple(dict.fromkeys(found))


def _value(numeral: str) -> int | None:
    if numeral.isdigit():
        return int(numeral) or None
    numeral = numeral.upper()
    if not numeral or re.fullmatch(_ROMAN, numeral) is None:
        return None
    values = [_VALUES[one] for one in numeral]
    return sum(
        -value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)
    )
