"""Amounts as people and models write them, in English, Dutch, German and French: ``2,5 cm``,
``1.2 x 0.8 cm``, ``8-10 mm``, ``<5``, ``ca. 1.200 ml``.

``read_amount`` takes a text that is an amount, ``find_amounts`` looks for amounts in a text. What they are
to a variable is for ``quantities``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

#: Languages that write a decimal comma, and so thousands with a point; all others do the reverse.
_COMMA = frozenset(
    (
        "nl",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "da",
        "sv",
        "no",
        "nb",
        "nn",
        "fi",
        "pl",
        "cs",
        "tr",
        "ru",
        "el",
        "ro",
    )
)
_SPACE = " \u00a0\u2009\u202f"
_DIGITS = re.compile(
    rf"(?:[0-9]{{1,3}}(?:[{_SPACE}'’][0-9]{{3}})+(?:[.,][0-9]+)?"  # 1 200,5
    r"|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"  # 1.200,5 and 1,200.5
    r"|[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})"  # 1.200.000
    r"|[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]{1,3})?)(?![0-9])"
)
#: Words before a number, longest first within each sense.
_SENSES: dict[str, str] = {
    "<=": r"≤|<=|up to|at most|max(?:\.|imaal|imal|imum)?|tot(?: en met)?|hooguit|hoogstens|bis(?: zu)?"
    r"|höchstens|jusqu['’]à|au plus",
    "<": r"<|less than|smaller than|under|below|minder dan|kleiner dan|onder(?: de)?|weniger als|kleiner als"
    r"|unter|moins de|inférieure? à",
    ">=": r"≥|>=|at least|min(?:\.|imaal|imal|imum)?|minstens|ten minste|tenminste|mindestens|au moins",
    ">": r">|more than|larger than|greater than|over|above|meer dan|groter dan|boven(?: de)?|mehr als"
    r"|gr(?:ö|oe)(?:ß|ss)er als|über|plus de|supérieure? à",
    "~": r"~|≈|±|\+/-|ca\.?|circa|c\.|ongeveer|about|approx(?:\.|imately)?|around|etwa|ungefähr|rund"
    r"|environ|env\.",
}
_BEFORE = re.compile(
    "|".join(f"(?P<s{n}>{words})(?![^\\W\\d_])\\s*" for n, words in enumerate(_SENSES.values())), re.I
)
_BETWEEN = re.compile(r"(?:between|tussen|zwischen|entre)\s+", re.I)
_AND = re.compile(r"\s+(?:and|en|und|et)\s+", re.I)
_TO = re.compile(r"\s*(?:[-–—−]|\.\.\.?|…)\s*|\s+(?:tot en met|tot|t/m|to|bis|à|till)\s+", re.I)
#: ``12 x 8``, but not the power of ten in ``250 x10^9/L``.
_TIMES = re.compile(r"\s*(?:[x×*✕]\s*|(?:bij|by|mal|sur|op)\s+)(?!10(?:\^|\*))", re.I)
_MINUS = re.compile(r"[-−](?=[0-9])")
#: A unit between two numbers.
_INNER = re.compile(r"\s*(?P<unit>[^\W\d_][^\s\d]{0,11}?[²³23]?)(?=\s*[x×*✕–—−-]|\s)")
#: What no unit begins with: text that goes on with a number is a date, a blood pressure, a sentence.
_MORE = re.compile(r"\s*[-.,/:]?\s*(?!10[\^*])[0-9]")
#: Where an amount can begin in a text: not inside a word, a date or a number.
_START = re.compile(rf"(?<!\w)(?<!\w[-./,:])(?:{_BEFORE.pattern}|{_BETWEEN.pattern}|[-−]?[0-9])", re.I)
_END = re.compile(r"\w|[-./,:][0-9]")
#: Words for units, where the codebook has a sign.
UNIT_WORDS: tuple[tuple[str, str], ...] = (
    ("mm", r"millimet(?:er|re)s?|millimètres?"),
    ("cm", r"centimet(?:er|re)s?|zentimeter|centimètres?"),
    ("ml", r"millilit(?:er|re)s?"),
    ("l", r"lit(?:er|re)s?"),
    ("mg", r"milligrammes?|milligrams?"),
    ("g", r"grammes?|grams?|gramm"),
    ("kg", r"kilo|kilogrammes?|kilograms?|kilogramm"),
    ("day", r"days?|dag|dagen|tage?|tagen|jours?"),
    ("week", r"weeks?|wk|week|weken|wochen?|semaines?"),
    ("month", r"months?|mnd|maand|maanden|monate?n?|mois"),
    ("year", r"years?|yrs?|jr|jaar|jaren|jahre?n?|ans?|années?"),
)

Shape = Literal["single", "several", "range"]


@dataclass(frozen=True, slots=True)
class Amount:
    """What stands there: its numbers with the unit of each (empty for none), whether they are one number,
    several measurements or the ends of a range, and the sense of the words before it (``<``, ``<=``, ``>``,
    ``>=``, ``~`` for about, empty for none). ``written`` is ``text[start:end]`` of what was read, ``digits``
    the first number in it."""

    numbers: tuple[float, ...]
    units: tuple[str, ...]
    shape: Shape
    sense: str
    digits: str
    written: str
    start: int
    end: int


def read_amount(text: str, language: str | None = None) -> Amount | None:
    """The amount that ``text`` is, its unit being all that comes after the last number; ``None`` for others.

    ``language`` (a tag such as ``nl``) decides what a lone separator before three digits is: ``1.200`` is
    1200 in Dutch and 1.2 in English, ``1,200`` the reverse. Without one it is a decimal sign, as in the JSON
    of a model.
    """
    end = len(text.rstrip(" \t\r\n.,;"))
    found = _Reader(text[:end], language, None).amount(len(text) - len(text.lstrip()))
    return found if found is not None and found.end == end else None


def find_amounts(text: str, units: Sequence[str], language: str | None = None) -> Iterator[Amount]:
    """Every amount in ``text``, from left to right; a unit is one of ``units``, a word for one, or none."""
    reader = _Reader(text, language, _known(tuple(units)))
    place = 0
    while match := _START.search(text, place):
        found = reader.amount(match.start())
        if found is None or _END.match(text, found.end):
            place = match.end()
            continue
        yield found
        place = found.end


def number_of(digits: str, language: str | None = None) -> float:
    """The number that digits with separators stand for (see ``read_amount``)."""
    plain = re.sub(rf"[{_SPACE}'’]", "", digits)
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        thousands = "." if plain.rindex(",") > plain.rindex(".") else ","
    elif points + commas > 1:
        thousands = "." if points else ","
    else:
        thousands = _lone(plain, language)
    return float(plain.replace(thousands, "").replace(",", ".") if thousands else plain.replace(",", "."))


def _lone(plain: str, language: str | None) -> str:
    """The separator, if the only one there is separates thousands; else nothing."""
    match = re.fullmatch(r"[1-9][0-9]{0,2}([.,])[0-9]{3}", plain)
    if match is None or language is None:
        return ""
    tag = language.casefold()
    comma = tag.partition("-")[0] in _COMMA and not tag.endswith("-ch")
    return match[1] if match[1] == ("." if comma else ",") else ""


class _Part(NamedTuple):
    digits: str
    unit: str
    end: int


class _Reader:
    """Reads one amount from a place on. ``known``: the units there are; any text to the end if ``None``."""

    def __init__(self, text: str, language: str | None, known: re.Pattern[str] | None) -> None:
        self._text = text
        self._language = language
        self._known = known

    def amount(self, start: int) -> Amount | None:
        text, place, sense = self._text, start, ""
        if before := _BEFORE.match(text, place):
            sense = next(one for n, one in enumerate(_SENSES) if before[f"s{n}"] is not None)
            place = before.end()
        between = _BETWEEN.match(text, place)
        if between is not None:
            place = between.end()
        minus = _MINUS.match(text, place)
        first = self._part(place if minus is None else minus.end())
        if first is None:
            return None
        parts, shape = self._more(first, between is not None)
        if shape is None:
            return None
        end = parts[-1].end
        last = self._last_unit(end)
        if last is None:
            return None
        parts[-1] = parts[-1]._replace(unit=last[0])
        numbers = [number_of(part.digits, self._language) for part in parts]
        sign = "" if minus is None else "-"
        return Amount(
            (-numbers[0] if sign else numbers[0], *numbers[1:]),
            tuple(part.unit for part in parts),
            shape,
            sense,
            sign + parts[0].digits,
            text[start : last[1]],
            start,
            last[1],
        )

    def _more(self, first: _Part, between: bool) -> tuple[list[_Part], Shape | None]:
        """The numbers that belong to the first one."""
        if between:
            upper = self._next(first, _AND)
            return ([upper[0], upper[1]], "range") if upper else ([first], None)
        if upper := self._next(first, _TO):
            return [*upper], "range"
        parts: list[_Part] = [first]
        while len(parts) < 3 and (more := self._next(parts[-1], _TIMES)):
            parts[-1:] = more
        return parts, "several" if len(parts) > 1 else "single"

    def _next(self, part: _Part, joint: re.Pattern[str]) -> tuple[_Part, _Part] | None:
        """The part with its unit, if it has one, and the part that the joint ties to it."""
        match = joint.match(self._text, part.end)
        if match is None:
            unit = (self._known or _INNER).match(self._text, part.end)
            match = joint.match(self._text, unit.end()) if unit else None
            if unit is not None:
                part = part._replace(unit=unit["unit"], end=unit.end())
        following = self._part(match.end()) if match else None
        return (part, following) if following else None

    def _part(self, place: int) -> _Part | None:
        match = _DIGITS.match(self._text, place)
        return None if match is None else _Part(match[0], "", match.end())

    def _last_unit(self, place: int) -> tuple[str, int] | None:
        """The unit after the last number and where it ends; ``None`` if what comes there is none."""
        if self._known is not None:
            match = self._known.match(self._text, place)
            return ("", place) if match is None else (match["unit"], match.end())
        rest = self._text[place:]
        return None if _MORE.match(rest) else (rest.strip(), len(self._text))


@functools.lru_cache(maxsize=64)
def _known(units: tuple[str, ...]) -> re.Pattern[str]:
    signs = {spelling for unit in units for spelling in (unit, re.sub("3$", "³", re.sub("2$", "²", unit)))}
    either = "|".join(
        [*map(re.escape, sorted(signs, key=len, reverse=True)), *(words for _, words in UNIT_WORDS)]
    )
    return re.compile(rf"(?:\s*|-)(?P<unit>{either})(?!\w)", re.I)
