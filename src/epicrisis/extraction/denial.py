"""Whether the words around a finding deny it.

Cues in four languages, before or after the finding in its clause, in the manner of NegEx (Chapman et al.,
J Biomed Inform 2001, doi:10.1006/jbin.2001.1029). It tells what to ask the model again, not what is true:
"no change in the lesion" is denied here only if nothing says that something else is.
"""

from __future__ import annotations

import re

from epicrisis.report import Span

from .hedging import Clauses

_BEFORE = (
    r"geen|niet|zonder|noch|afwezigheid van|vrij van"
    r"|no|not|without|nor|neither|absence of|denies|denied|free of|negative for"
    r"|kein\w{0,2}|nicht|ohne|weder|fehlen(?:d\w*)? (?:von|der|des)"
    r"|pas d[e'’]|aucune?s?|sans|absence d[e'’]|ni"
)
_AFTER = (
    r"geen|niet|afwezig|ontbre(?:ekt|ken)|negatief"
    r"|none|no|not|absent|negative"
    r"|kein\w{0,2}|nicht|fehl(?:t|en|end)|negativ"
    r"|aucune?s?|absente?s?|n[ée]gati(?:f|fs|ve|ves)|non|pas"
)
#: What a cue before the finding denies instead: a change, a doubt, an increase.
_SOMETHING_ELSE = (
    r"chang\w*|increase\w*|progress\w*|doubt|longer|only|known|new|further|other|significant change"
    r"|toename|verandering\w*|progressie|twijfel|meer|alleen|bekende?|nieuwe?|uit te sluiten|uitgesloten"
    r"|zunahme|[äa]nderung\w*|zweifel|mehr|nur|neue?\w?|auszuschlie(?:ß|ss)en|excluded|ruled out"
    r"|changement\w*|augmentation|doute|seulement|nouve\w+"
)
#: Words between the cue and the finding, at most, none of which is what the cue is about.
_BETWEEN = rf"(?:[\W_]+(?!(?:{_SOMETHING_ELSE})\b)\w+){{0,5}}?"
_DENIED = re.compile(rf"(?<!\w)(?:{_BEFORE})(?!\w){_BETWEEN}[\W_]*\Z", re.I)
_DENIED_AFTER = re.compile(
    rf"\A{_BETWEEN}[\W_]*(?<!\w)(?:{_AFTER})(?!\w)(?![\W_]+(?:{_SOMETHING_ELSE})\b)", re.I
)


def denied(clauses: Clauses, place: Span) -> bool:
    """Whether the clause around ``text[place.start:place.end]`` denies what stands there."""
    left, right = clauses.around(*place)
    before, after = clauses.text[left : place.start], clauses.text[place.end : right]
    return bool(_DENIED.search(before) or _DENIED_AFTER.search(after))
