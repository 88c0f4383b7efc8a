"""The sentences of a clinical report.

A splitter of our own. The usual ones are rule sets for prose in one language (pysbd, whose last release is of
2021, takes seconds for a long report) or need a model; reports have abbreviations at every turn, lists, lines
without full stops and several languages in one text. A border that is missed costs little here: parts are cut
at another one. A border that is wrong could part a number from what it counts, so in doubt there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from epicrisis.report import Span

from .abbreviations import NEVER_LAST, OFTEN_LAST

_MONTHS = (
    r"jan(?:uari|uary|uar|vier)?|jän(?:ner)?|f[eé]b(?:ruari|ruary|ruar|vr|rier)?|fév(?:r|rier)?|m(?:aa|a|ä)?rt?z?|mars"
    r"|march|maart|märz|apr(?:il)?|avr(?:il)?|m(?:ei|ai|ay)|jun[ei]?|juin|jul[iy]?|juillet|aug(?:ust|ustus)?|ao[uû]t"
    r"|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember|embre)?|déc(?:embre)?"
)
_MONTH = re.compile(rf"(?:{_MONTHS})(?!\w)", re.I)
#: Where a sentence can end: its stop, the quotes and brackets behind it, white space.
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
_BREAK = re.compile(r"(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*[ \t]*")
_ITEM = re.compile(r"(?:[-–•·▪*+>#]|\(?\d{1,2}(?:\.\d{1,2})*[.)]|\(?[a-zA-Z][.)]|[IVX]{1,4}[.)])[ \t]")
_OPENING = re.compile(r"[\s\"'“„«(\[]*")
_LAST_WORD = re.compile(r"[^\s(\[\"'“„«/]+\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
#: Before an ordinal number in German: "am 12. März", "der 2. Zyklus".
_BEFORE_ORDINAL = re.compile(
    r"(?<!\w)(?:am|vom|bis|zum|zur|im|ab|seit|beim|nach|der|die|das|den|dem|des|und|ein|eine|einem|einer)\s+\d{1,2}\Z",
    re.I,
)
_NUMBERED = re.compile(r"(?:\A|[\r\n])[ \t]*\(?\d{1,2}(?:\.\d{1,2})*\Z")
#: Wrapped lines end within a word of this width.
_WIDEST = 132
#: As far back as a border looks for what is before it.
_BACK = 40


def sentences(text: str) -> list[Span]:
    """The sentences of ``text``, in order, without the white space around them; between them is nothing else.

    A line that is a list item, or begins with a capital or a number and was not wrapped, is one by itself.
    """
    found: list[Span] = []
    start = 0
    for end in [*_borders(text), len(text)]:
        left, right = start, end
        while left < right and text[left].isspace():
            left += 1
        while right > left and text[right - 1].isspace():
            right -= 1
        if left < right:
            found.append(Span(left, right))
        start = end
    return found


def _borders(text: str) -> list[int]:
    stops = {match.end() for match in _STOP.finditer(text) if _ends(text, match.start(), match.end())}
    return sorted(stops | set(_line_ends(text)))


def _ends(text: str, stop: int, end: int) -> bool:
    """Whether the mark at ``stop``, with all that clings to it up to ``end``, ends a sentence."""
    after = _following(text, end)
    if not after:
        return True
    if after[0].islower():
        return False
    marks = text[stop:end]
    if marks[0] != "." or marks.startswith(".."):
        return True
    before = text[max(0, stop - _BACK) : stop]
    found = _LAST_WORD.search(before)
    word = found.group() if found else ""
    if not word:
        return True
    if word[-1].isdigit():
        return not _number_goes_on(before, word, after)
    word = re.split(r"[-–]", word)[-1]  # "55-j.", "Priv.-Doz."
    if _DOTTED.fullmatch(word) or (len(word) == 1 and word.isalpha()):
        return False
    folded = word.casefold().rpartition(".")[2]  # "diff.diagn."
    if folded == "no":  # a number follows, or it is the word
        return not after[0].isdecimal()
    if folded in OFTEN_LAST:
        return after[0].isupper() or not after[0].isalnum()
    return folded not in NEVER_LAST


def _number_goes_on(before: str, word: str, after: str) -> bool:
    """Whether the stop behind a number belongs to it: an ordinal, a date, the number of a list item."""
    if _NUMBERED.search(before):
        return True
    if not re.fullmatch(r"(?:\d{1,2}\.)?\d{1,2}", word):
        return False
    if _MONTH.match(after) or re.match(
        r"(?:\d{1,2}\.\s?)?(?:19|20)\d\d(?!\d)|\d{1,2}\.\s?\d{2,4}(?!\d)", after
    ):
        return True
    return bool(_BEFORE_ORDINAL.search(before))


def _line_ends(text: str) -> Iterator[int]:
    """The ends of the lines that do not go on in the next one."""
    width = max((len(line) for line in text.splitlines()), default=0)
    begin = 0
    for match in _BREAK.finditer(text):
        line = text[begin : match.start()].rstrip()
        begin = match.end()
        breaks = match.group().count("\n") or match.group().count("\r")
        after = text[match.end() : match.end() + _BACK]
        if breaks > 1 or not after or not line or _ITEM.match(after) or not _wrapped(line, after, width):
            yield match.start()


def _wrapped(line: str, after: str, width: int) -> bool:
    """Whether ``line`` goes on in the next one: with a small letter, or because the next word had no room."""
    if after[0].islower():
        return True
    last = line[-1]
    if last in ".!?:;":
        return False
    if last in ",-–/(":
        return True
    word = after.split(maxsplit=1)[0]
    return width <= _WIDEST and width >= 50 and len(line) + 1 + len(word) > width


def _following(text: str, place: int) -> str:
    """What comes next, without white space, quotes and brackets before it."""
    match = _OPENING.match(text, place)
    begin = match.end() if match else place
    return text[begin : begin + _BACK]
