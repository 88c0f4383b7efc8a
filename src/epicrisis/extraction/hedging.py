"""Whether the words around a quote hedge.

A small lexicon of cues per language, looked for in the quote's own sentence, in the manner of ConText
(Harkema et al., J Biomed Inform 2009, doi:10.1016/j.jbi.2009.05.002): a cue counts if it stands in the same
clause as the finding. A denied doubt ("geen twijfel", "niet verdacht") is no hedge. A question is one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from epicrisis.report import Span

_CUES = {
    "nl": (
        r"mogelijke?|misschien|waarschijnlijke?|wellicht|vermoedelijke?|verdenking op|verdachte?"
        r"|niet uit te sluiten|niet uitgesloten|kan niet worden uitgesloten|zou kunnen"
        r"|zou passen|suggestief|differentiaal\w*|twijfel|twijfelachtige?|dubieuze?|dubieus|vraag"
        r"|ongeveer|circa"
    ),
    "en": (
        r"possib(?:le|ly)|probab(?:le|ly)|likely|perhaps|may be|might be|could be|suspicious for|suspected"
        r"|suggestive of|cannot be (?:excluded|ruled out)|not excluded|questionable|equivocal|doubt|doubtful"
        r"|presum(?:ed|ably)|versus|approximately"
    ),
    "de": (
        r"möglich\w*|eventuell\w*|vielleicht|wahrscheinlich\w*|vermutlich\w*|verdacht auf|verdächtig\w*"
        r"|nicht auszuschlie(?:ß|ss)en|nicht ausgeschlossen|fraglich\w*|zweifel|zweifelhaft\w*|a\.?\s?e\."
        r"|am ehesten|könnten?"
    ),
    # Before a number they are other words: "d.d. 12-01-2023" dates a scan, "v.a. 2012" is "from 2012".
    "shared": r"(?>d\.?d\.?|v\.?\s?a\.)(?!\s*\d)",
}
#: For text in lower case: letters of both cases are looked for three times as slowly.
_HEDGE = re.compile(rf"(?<!\w)(?:{'|'.join(_CUES.values())})(?!\w)".replace(" ", r"\s+"))
_NO_DOUBT = re.compile(
    r"(?<!\w)(?:geen|niet|zonder|no|not|without|kein\w*|nicht|ohne)"
    r"(?:\s+(?:duidelijke?|sterke?|enige?|evidente?|echte?|clear|clearly|strong|any|real|sichere?\w?|klare?\w?))*"
    r"\W*\Z"
)
#: Where a clause ends: a new line that is not a wrapped one, a semicolon, an adversative "but", and a full
#: stop after a word of three letters, a bracket or, before a capital, a number or a word of two. The stops of
#: "d.d." and "v.a." end nothing.
_BORDER = re.compile(
    r"\n(?!\s*[a-zß-öø-ÿ])\s*|;|(?:(?<=[^\W\d_][^\W\d_][^\W\d_])|(?<=[)\]]))[.!?](?=\s|\Z)"
    r"|(?:(?<=\d)|(?<=\w[^\W\d_]))[.!?](?=\s+[A-ZÀ-ÖØ-Þ]|\s*\Z)|(?<=[\s\d])[!?](?=\s|\Z)"
    r"|,\s*(?:maar|but|aber|doch)\s"
)


#: What every border begins with: looked for first, which is several times as fast.
_MARK = re.compile(r"[\n;.!?,]")


class Clauses:
    """A report's text, cut into clauses once for any number of questions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[tuple[int, int], bool] = {}

    def around(self, start: int, end: int) -> Span:
        """The clause, or clauses, that ``text[start:end]`` stands in."""
        before = bisect_right(self._ends, start)
        left = self._ends[before - 1] if before else 0
        after = bisect_left(self._starts, end)
        return Span(left, self._starts[after] if after < len(self._starts) else len(self.text))

    def hedged(self, start: int, end: int) -> bool:
        """Whether the clause around ``text[start:end]`` hedges before, in or right after it."""
        left, right = self.around(start, end)
        if self.text.startswith("?", right):
            return True
        # Many answers rest on one clause.
        known = self._known.get((left, right))
        if known is None:
            known = self._known[left, right] = _hedges(self.text[left:right].lower())
        return known

    @cached_property
    def _borders(self) -> list[tuple[int, int]]:
        found = (_BORDER.match(self.text, mark.start()) for mark in _MARK.finditer(self.text))
        return [border.span() for border in found if border]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._borders]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end in self._borders]


def _hedges(clause: str) -> bool:
    """Whether a clause, in lower case, has a cue that is not denied."""
    return any(not _NO_DOUBT.search(clause, 0, cue.start()) for cue in _HEDGE.finditer(clause))


def hedged(text: str, start: int, end: int) -> bool:
    """Whether the clause around ``text[start:end]`` hedges before, in or right after it."""
    return Clauses(text).hedged(start, end)
