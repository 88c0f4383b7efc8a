"""Decimal numbers with the other mark: ``3,5`` for ``3.5``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.units import accepted_units
from epicrisis.codebook.variable import GroupVariable, QuantityVariable
from epicrisis.examples.example import Example
from epicrisis.extraction.decimals import can_be_a_day, decimal_numbers, with_other_mark
from epicrisis.extraction.long.sections import sections
from epicrisis.prompting.worked import WorkedExample

from .rewriting import Edit, rewritten

#: A time of day: hours and minutes, with a word that says so behind them or before them.
_TIME = re.compile(r"(?:[01]?\d|2[0-3])[.,][0-5]\d")
_HOUR = re.compile(r"\s?(?:uur|u|uhr|hrs?|h|hours|heures|am|pm|a\.m\.|p\.m\.)\b", re.I)
_AT = re.compile(r"\b(?:om|at|um|à|vanaf|tot|from|until|ab|bis|gegen|rond|around|dès)\s+\Z", re.I)
#: Words whose numbers are names: of versions, chapters, figures, codes.
_NAMED = re.compile(
    r"(?:\b(?:versione?|versie|release|rel|build|v|chapter|section|hoofdstuk|paragraaf|sectie|kapitel|abschnitt"
    r"|chapitre|figure|figuur|fig|abbildung|abb|tabel|table|tabelle|tableau|tab|icd(?:-?\d+)?|code|nr|no|nummer"
    r"|number|item|punt|point|punkt|protocol|protokoll|§)|\brads|#|§)[.:]?\s*\Z",
    re.I,
)
#: A list mark at the beginning of a line, and the capital or the end of the line behind it.
_OPENING = re.compile(r"(?:\A|\n)[ \t>*•–-]*\Z")
_ITEM = re.compile(r"[.)]?(?:[ \t]+[^\W\d_a-zß-öø-ÿ]|[ \t]*(?:\n|\Z))")
#: A German day without a year: "am 3.5. operiert".
_ORDINAL = re.compile(r"\.\s+[a-zß-öø-ÿ]")
_SHORT_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])")
#: What only stands behind an amount, besides the codebook's units; the other sides of an extent come first.
_UNIT = (
    "mm|cm|dm|m|µm|µl|ml|dl|l|cc|µg|mcg|mg|g|kg|ng|pg|mmol|µmol|nmol|pmol|mol|iu|ie|u|kpa|mmhg|gy|mbq|t|°c?|%"
)
_SIDES = r"(?:\s*[x×*–-]\s*\d+(?:[.,]\d+)?)*"


def decimals(example: Example, codebook: Codebook, rng: Random) -> Example | None:  # noqa: ARG001 - all or none
    """The example with all its decimal numbers in the other style; ``None`` where there is none that is sure.

    Left alone is what can be a date, a time, a version, the number of a chapter or of an item, thousands, and
    two numbers with a comma between them that no unit and no answer shows to be one (``segments 4,7``).
    """
    text = example.worked.text
    amount = _amounts(codebook)
    stated = set(_stated(codebook, example.worked))
    headings = [(section.start, section.body) for section in sections(text) if section.body > section.start]
    edits = [
        Edit(match.start(), match.end(), with_other_mark(match[0]))
        for match in decimal_numbers(text)
        if not any(start <= match.start() < end for start, end in headings)
        and not _is_a_name(text, match)
        and ("." in match[0] or _is_one_number(text, match, amount, stated))
    ]
    return rewritten(example, codebook, edits)


def _is_a_name(text: str, match: re.Match[str]) -> bool:
    """Whether the number may count nothing: a time, a day, a version, a chapter."""
    number = match[0]
    before = text[max(0, match.start() - 24) : match.start()]
    if can_be_a_day(with_other_mark(number)) or _NAMED.search(before):
        return True
    if _SHORT_DAY.fullmatch(number) and _ORDINAL.match(text, match.end()):
        return True
    if _TIME.fullmatch(number) and (_HOUR.match(text, match.end()) or _AT.search(before)):
        return True
    line = text.rfind("\n", 0, match.start()) + 1
    return bool(_OPENING.search(text[max(0, line - 1) : match.start()]) and _ITEM.match(text, match.end()))


def _is_one_number(text: str, match: re.Match[str], amount: re.Pattern[str], stated: set[str]) -> bool:
    """Whether the comma is a decimal one for sure."""
    number = with_other_mark(match[0])
    return number.startswith("0.") or number in stated or amount.match(text, match.end()) is not None


def _amounts(codebook: Codebook) -> re.Pattern[str]:
    own = {unit for variable in _quantities(codebook) for unit in accepted_units(variable) if unit != "1"}
    units = "|".join([*map(re.escape, sorted(own, key=lambda unit: (-len(unit), unit))), _UNIT])
    return re.compile(rf"{_SIDES}\s?(?:{units})(?!\w)", re.I)


def _stated(codebook: Codebook, example: WorkedExample) -> Iterator[str]:
    """The numbers of the amounts that the answers state, with points."""
    for variable in codebook.variables:
        cell = example.cells.get(variable.name)
        if cell is None:
            continue
        if isinstance(variable, QuantityVariable):
            yield from _numbers(cell.value)
        elif isinstance(variable, GroupVariable):
            for part in variable.variables:
                if isinstance(part, QuantityVariable):
                    for item in cell.value:
                        yield from _numbers(item.get(part.name))


def _numbers(amount: str | None) -> list[str]:
    return re.findall(r"\d+\.\d+", amount or "")


def _quantities(codebook: Codebook) -> Iterator[QuantityVariable]:
    return (one for _, one in codebook.walk() if isinstance(one, QuantityVariable))
