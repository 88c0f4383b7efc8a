"""Whether the words around a quote hedge.

A small lexicon of cues per language, looked for in the quote's own sentence, in the manner of ConText
(Harkema et al., J Biomed Inform 2009, doi:10.1016/j.jbi.2009.05.002): a cue counts if it stands in the same
clause as the finding. A denied doubt ("geen twijfel") is no hedge.
"""

from __future__ import annotations

import re

_CUES = {
    "nl": (
        r"mogelijke?|misschien|waarschijnlijk\w*|wellicht|vermoedelijk\w*|verdenking op|verdacht"
        r"|verdachte|niet uit te sluiten|niet uitgesloten|kan niet worden uitgesloten|zou kunnen"
        r"|zou passen|suggestief|d\.?d\.?|differentiaal\w*|dubieuze?|twijfelachtige?|vraag|ongeveer"
        r"|circa|v\.?a\."
    ),
    "en": (
        r"possib(?:le|ly)|probab(?:le|ly)|likely|perhaps|may be|might be|could be|suspicious for|suspected"
        r"|suggestive of|cannot be (?:excluded|ruled out)|not excluded|questionable|equivocal"
        r"|presum(?:ed|ably)|versus|approximately"
    ),
    "de": (
        r"möglich\w*|eventuell|vielleicht|wahrscheinlich\w*|vermutlich|verdacht auf|v\.?\s?a\.|verdächtig"
        r"|nicht auszuschlie(?:ß|ss)en|nicht ausgeschlossen|fraglich\w*|a\.?e\.|am ehesten|dd\b|könnte"
    ),
}
_HEDGE = re.compile(rf"(?<!\w)(?:{'|'.join(_CUES.values())})(?!\w)", re.I)
_NO_DOUBT = re.compile(r"(?<!\w)(?:geen|no|kein\w*|zonder|without|ohne|un)\W*\Z", re.I)
#: Where a clause ends. A full stop after a digit or a short abbreviation does not end a sentence.
_BORDER = re.compile(
    r"\n\s*|;|(?<=[a-zà-ÿ)\]]{3})[.!?](?=\s|\Z)|(?<=\d)\.(?=\s+[A-ZÀ-Ý])|,\s*(?:maar|but|aber|doch)\s"
)


def hedged(text: str, start: int, end: int) -> bool:
    """Whether the sentence around ``text[start:end]`` hedges before, in or right after it."""
    left = max((border.end() for border in _BORDER.finditer(text, 0, start)), default=0)
    after = _BORDER.search(text, end)
    right = after.start() if after else len(text)
    clause = text[left:right]
    return any(not _NO_DOUBT.search(clause[: cue.start()]) for cue in _HEDGE.finditer(clause))
