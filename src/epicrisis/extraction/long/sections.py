"""The sections of a report, found by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from epicrisis.report import Span

from .lexicon import Role, role_of

#: Longer lines are sentences.
_LONGEST = 72
_MOST_WORDS = 8
_MOST_WORDS_OF_OTHERS = 6
#: What may stand before a heading: quoting and list marks, and its number.
_BEFORE = re.compile(
    r"[\ufeff \t>]*(?P<hashes>\#{0,6})[ \t]*[*_•·▪–-]{0,3}[ \t]*"
    r"(?:(?P<number>\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|[A-Z][.)]|[IVX]{1,5}[.)])[ \t]+))?[*_]{0,3}"
)
_RULE = re.compile(r"[ \t]*([-=_*~])\1{2,}[ \t]*")
_LINE = re.compile(r"(?P<line>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
#: A heading within a line: behind the end of a sentence or a gap, with a capital and a colon.
_INLINE = re.compile(r"(?:(?<=[.!?;|\])] )|(?<=  )|(?<=\t))([^\W\d_a-zß-öø-ÿ][^:\n\r.;!?|]{1,48})[ ]?:(?!\d)")
_SPACED = re.compile(r"[^\W\d_](?: [^\W\d_]){3,}")
_SHOUTED_AT_MOST = 0.3


@dataclass(frozen=True, slots=True)
class Section:
    """Characters ``start`` to ``end`` of a report, heading included; ``body`` is where the heading ends.

    ``name`` is the heading as it is written, without number and colon; empty for what comes before the first
    heading. ``role`` is that of the heading or, where that is not a listed one, of the heading it stands
    under. ``level`` is 1 for main headings, 0 where there is none. ``headings`` are the places of the
    headings it stands under, the outermost first, its own last.
    """

    name: str
    start: int
    end: int
    body: int
    role: Role | None
    level: int
    headings: tuple[Span, ...]


class _Heading(NamedTuple):
    name: str
    start: int
    end: int
    body: int
    role: Role | None
    level: int


def sections(text: str) -> list[Section]:
    """The sections of a report, in order; together they are the whole text. At least one, unless it is empty.

    A heading is a line that is listed (``lexicon``), underlined, marked by ``#``, short and in upper case, or
    short and ending in a colon; within a line, a listed one with a capital and a colon behind the end of a
    sentence. It may be numbered. Reports in upper case throughout have no headings by upper case.
    """
    if not text:
        return []
    found = list(_headings(text))
    made: list[Section] = []
    if not found or found[0].start > 0:
        made.append(Section("", 0, found[0].start if found else len(text), 0, None, 0, ()))
    above: list[_Heading] = []
    for number, one in enumerate(found):
        end = found[number + 1].start if number + 1 < len(found) else len(text)
        while above and above[-1].level >= one.level:
            above.pop()
        above.append(one)
        role = next((heading.role for heading in reversed(above) if heading.role is not None), None)
        path = tuple(Span(heading.start, heading.end) for heading in above)
        made.append(Section(one.name, one.start, end, one.body, role, one.level, path))
    return made


def _headings(text: str) -> Iterator[_Heading]:
    lines = [(match.start(), match["line"]) for match in _LINE.finditer(text)]
    shouted = _shouting([line for _, line in lines])
    for number, (start, line) in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else (len(text), "")
        following = after[1]
        underlined = bool(_RULE.fullmatch(following)) and not _RULE.fullmatch(line)
        first = _of_line(line, start, underlined=underlined, shouted=shouted)
        if first is not None:
            body = after[0] + len(following) if underlined else first.body
            yield first._replace(body=body)
        for match in _INLINE.finditer(text, start, start + len(line)):
            role = role_of(match[1], known_whole=True)
            if role is not None and (first is None or match.start() >= first.end):
                yield _Heading(_bare(match[1]), match.start(), match.end(), match.end(), role, 1)


def _of_line(line: str, start: int, *, underlined: bool, shouted: bool) -> _Heading | None:
    """The heading that a line is or begins with."""
    before = _BEFORE.match(line)
    if before is None or not line.strip():
        return None
    rest = line[before.end() :].rstrip()
    head, colon, behind = rest.partition(":")
    bare = _bare(head)
    if not _possible(bare):
        return None
    marks = len(behind) - len(behind.lstrip("*_"))  # the end of what is set in bold
    whole = len(behind) == marks
    capital, loud = bare[0].isupper(), not shouted and _shouts(bare)
    if colon:
        role = role_of(bare, known_whole=not (whole or loud))
        known = role is not None and (capital or whole)
        other = whole and capital and len(bare.split()) <= _MOST_WORDS_OF_OTHERS
    else:
        role = role_of(bare, known_whole=not (underlined or before["hashes"] or loud))
        known = role is not None and capital
        other = loud and not rest.endswith((".", ",", ";"))
    if not (known or other or (whole and (underlined or before["hashes"]))):
        return None
    end = before.end() + len(head) + len(colon) + marks
    indent = len(line) - len(line.lstrip())
    level = _level(before["hashes"], before["number"], main=known or underlined or loud)
    return _Heading(bare, start + indent, start + end, start + end, role, level)


def _level(hashes: str, number: str | None, *, main: bool) -> int:
    if hashes:
        return len(hashes)
    depth = (number or "").strip(" \t().").count(".")
    return depth + (1 if main else 2)


def _bare(head: str) -> str:
    bare = head.strip("\ufeff \t*_:-–")
    return bare.replace(" ", "") if _SPACED.fullmatch(bare) else bare


def _possible(head: str) -> bool:
    return (
        len(head) <= _LONGEST
        and len(head.split()) <= _MOST_WORDS
        and sum(one.isalpha() for one in head) >= 3
        and not re.search(r"[.!?]\s", head)
    )


def _shouts(head: str) -> bool:
    letters = [one for one in head if one.isalpha()]
    return len(letters) >= 4 and head.isupper() and len(letters) >= 0.6 * len(head.replace(" ", ""))


def _shouting(lines: list[str]) -> bool:
    """Whether so many lines are in upper case that it marks nothing."""
    written = [line for line in lines if any(one.isalpha() for one in line)]
    loud = sum(line.isupper() for line in written)
    return len(written) > 3 and loud > _SHOUTED_AT_MOST * len(written)
