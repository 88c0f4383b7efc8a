"""How alike two reports are in shape, whatever they are about.

Reports of one scanner, ward or template share their form: the same headers, lines of the same length, the
same kinds of numbers. An example of the same form shows where, in such a report, an answer stands.

A shape has five parts, each a vector of its own:

- headers: each header's words (a line's beginning up to a colon, a line in capitals);
- lines: the square roots of the shares of empty, short, middle and long lines;
- numbers: ``log(1 + count)`` of dates, sizes (``12 x 8``), ranges, scores (``2/3``), bounds (``<5``),
  decimals, whole numbers, and of each unit behind a number;
- punctuation: ``log(1 + count per 1,000 characters)`` of each mark;
- length: on which power of two the number of characters falls, shared between the two nearest.

The likeness of two shapes is the mean of the cosines of the five, from 0 to 1.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

Vector = Mapping[str, float]
#: One unit vector per part, in the order above.
Shape = tuple[Vector, ...]

_HEADER = re.compile(
    r"^[ \t]*(?P<line>[^\W\d_][^:\n]{1,40}):(?!\d)"
    r"|^[ \t]*(?P<capitals>[^\Wa-zß-ÿ\d_][^a-zß-ÿ\n]{2,60}?)[ \t]*$"
    r"|(?<![^\W_])(?P<inline>[A-ZÀ-Þ][A-ZÀ-Þ /]{2,40}):",
    re.M,
)
_LINES = (0, 20, 40, 80, 120)
_AMOUNT = r"\d+(?:[.,]\d+)?"
_UNIT = (
    r"[mµu]?mol/l|[mµuk]?g/d?l|[nµu]g/ml|[uie]{1,2}/m?l|mmhg|mm|cm|dm|ml|dl|cc|µg|ug|mcg|mg|kg|gr?|%|°c"
    r"|bpm|ms|hz|gy|mci|mbq|kev|suv|hu|jaar|jr|years?|yr|jahre|ans|maanden|months|weken|weeks|dagen|days"
)
#: What a number is part of; the first that fits counts.
_NUMBERS = re.compile(
    r"(?P<date>\b(?:\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\b)"
    rf"|(?P<size>{_AMOUNT}(?:\s*(?:mm|cm))?(?:\s*[x×*]\s*{_AMOUNT}(?:\s*(?:mm|cm))?)+)"
    rf"|(?P<bound>[<>≤≥]\s*{_AMOUNT})"
    rf"|(?P<score>\b\d+/\d+\b)"
    rf"|(?P<range>\b{_AMOUNT}\s*[-–]\s*{_AMOUNT})"
    r"|(?P<decimal>\b\d+[.,]\d+)"
    r"|(?P<whole>\d+)",
    re.I,
)
_BEHIND = re.compile(rf"(?<=\d)\s?(?P<unit>{_UNIT})(?![^\W_])", re.I)
_MARKS = re.compile(r"[.,;:()\[\]/+*?!=<>\"'•#_|-]")


def shape(text: str) -> Shape:
    """The shape of a report."""
    parts = (_headers(text), _lines(text), _numbers(text), _punctuation(text), _length(text))
    return tuple(_unit(part) for part in parts)


def likeness(one: Shape, other: Shape) -> float:
    """How alike two shapes are, from 0 to 1; the same for both orders."""
    cosines = [_product(left, right) for left, right in zip(one, other, strict=True)]
    # Of numbers a little above 1 only rounding is to blame.
    return min(1.0, math.fsum(cosines) / len(cosines))


def _headers(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for match in _HEADER.finditer(text):
        words = re.findall(r"[^\W_]+", match[match.lastgroup or 0].casefold())
        if words:
            found[" ".join(words)] = 1
    return found


def _lines(text: str) -> dict[str, float]:
    lines = text.splitlines()
    counts = Counter(sum(len(line.strip()) > limit for limit in _LINES) for line in lines)
    return {str(size): math.sqrt(count / len(lines)) for size, count in counts.items()}


def _numbers(text: str) -> dict[str, float]:
    counts = Counter(match.lastgroup or "" for match in _NUMBERS.finditer(text))
    counts.update(f"unit {match['unit'].casefold()}" for match in _BEHIND.finditer(text))
    return {kind: math.log1p(count) for kind, count in counts.items()}


def _punctuation(text: str) -> dict[str, float]:
    counts = Counter(_MARKS.findall(text))
    return {mark: math.log1p(1000 * count / len(text)) for mark, count in counts.items()}


def _length(text: str) -> dict[str, float]:
    size = math.log2(len(text) + 1)
    low = math.floor(size)
    return {
        str(low): math.cos((size - low) * math.pi / 2),
        str(low + 1): math.sin((size - low) * math.pi / 2),
    }


def _unit(vector: Mapping[str, float]) -> Vector:
    length = math.sqrt(math.fsum(value * value for value in vector.values()))
    # Two reports without any number, or any header, are alike in that.
    return {name: value / length for name, value in vector.items()} if length else {"none": 1.0}


def _product(one: Vector, other: Vector) -> float:
    # fsum: the sum does not depend on the order.
    return math.fsum(value * other[name] for name, value in one.items() if name in other)
