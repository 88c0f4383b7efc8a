"""Whether a stretch of a report says the same as a quote that is not quite verbatim."""

from __future__ import annotations

import re

#: A fuzzy match must be at least this alike (normalised Indel similarity, 0 to 100, rapidfuzz's ``ratio``).
#: 85 lets one wrong letter in seven pass, as OCR and dictation make them. Numbers, words of denial and sides
#: are held to equality besides: "MTA 2" and "MTA 3" are 80 alike, "geen infarct" and "een infarct" 96.
FUZZY_THRESHOLD = 85.0
#: Where the words differ, what stands in their place must be this alike: one wrong letter in a word of
#: three passes, "benigne" for "maligne" (57) does not.
WORD_THRESHOLD = 60.0
#: Shorter quotes are located exactly or not at all: with few letters, anything is alike.
FUZZY_MINIMUM = 8

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"\w+")
_HELD = frozenset(
    word
    for words in (
        ("geen", "niet", "niets", "nooit", "zonder", "noch", "nee", "afwezig", "negatief", "negatieve"),
        ("no", "not", "none", "never", "without", "neither", "nor", "absent", "negative", "non", "cannot"),
        ("kein", "keine", "keinen", "keiner", "keinem", "keines", "nicht", "nichts", "ohne", "nein", "nie"),
        ("negativ", "negativer", "negativen", "pas", "aucun", "aucune", "sans", "ni", "jamais"),
        (
            "links",
            "linker",
            "linkse",
            "linkszijdig",
            "linkszijdige",
            "li",
            "left",
            "linke",
            "linken",
            "gauche",
        ),
        ("rechts", "rechter", "rechtse", "rechtszijdig", "rechtszijdige", "re", "right", "rechte", "rechten"),
        ("droit", "droite", "beiderzijds", "bdz", "bilateral", "bilateraal", "beidseits"),
    )
    for word in words
)


def alike(quote: str, found: str) -> bool:
    """Whether ``found`` can stand for ``quote`` (both normalised): alike as a whole, alike wherever
    their words differ, with the same numbers, denials and sides in the same order."""
    from rapidfuzz import fuzz

    if fuzz.ratio(quote, found) < FUZZY_THRESHOLD or held(quote) != held(found):
        return False
    return _words_alike(_WORD.findall(quote), _WORD.findall(found))


def can_be_alike(quote: str, text: str) -> bool:
    """Whether ``text`` can hold something alike, as cheaply as that can be told: asked before the search."""
    if len(quote) < FUZZY_MINIMUM:
        return False
    numbers, words = held(quote)
    return all(one in text for one in numbers) and all(one in text for one in words)


def held(text: str) -> tuple[list[str], list[str]]:
    """What no two texts that say the same may differ in: numbers, and words of denial and of a side."""
    return _NUMBER.findall(text), [word for word in _WORD.findall(text) if word in _HELD]


def _words_alike(quote: list[str], found: list[str]) -> bool:
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein

    return all(
        fuzz.ratio(
            "".join(quote[step.src_start : step.src_end]), "".join(found[step.dest_start : step.dest_end])
        )
        >= WORD_THRESHOLD
        for step in Levenshtein.opcodes(quote, found)
        if step.tag == "replace"
    )
