"""One answer against one gold cell. Absence is scored as its own thing: what is silent in gold and
answered by us is *invented*, what gold has and we do not is *missed*."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from epicrisis.codebook.units import convert
from epicrisis.codebook.variable import (
    GroupVariable,
    ItemVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from epicrisis.extraction.answer import Answer, Status

_ASCII_WORD = re.compile(r"[a-z0-9]+")


class Outcome(StrEnum):
    """How one answer compares with gold."""

    RIGHT = "right"  #: gold has a value, and this is it
    WRONG = "wrong"  #: gold has another value
    MISSED = "missed"  #: gold has a value, the answer has none
    INVENTED = "invented"  #: gold is silent, the answer is not
    SILENT = "silent"  #: both are silent
    FAILED = "failed"  #: no valid answer: wrong, whatever gold says

    @property
    def agrees(self) -> bool:
        """Whether the answer and gold say the same, or both nothing."""
        return self in (Outcome.RIGHT, Outcome.SILENT)


def compare(variable: Variable, answer: Answer, gold: Any, *, tolerance: float | None = None) -> Outcome:
    """``gold``: the value as ``GoldCell.value`` has it, ``None`` where gold is silent.

    Quantities are equal within ``tolerance`` (a fraction; the variable's own if left out) after conversion
    to one unit. Texts are equal if they share half of their words or more (token F1 >= 0.5): two people
    seldom copy the same stretch. A list of mentions or items is right only as a whole (see ``same``); an
    empty one says nothing.
    """
    if answer.status is Status.FAILED:
        return Outcome.FAILED
    answered = answer.status.has_value and answer.value != []
    if gold is None or gold == []:
        return Outcome.INVENTED if answered else Outcome.SILENT
    if not answered:
        return Outcome.MISSED
    return Outcome.RIGHT if same(variable, answer.value, gold, tolerance=tolerance) else Outcome.WRONG


def same(variable: Variable, value: Any, gold: Any, *, tolerance: float | None = None) -> bool:
    """Whether two values of one variable are equal. Either may be gold's or an answer's.

    Mentions: each has its like on the other side, of the same type and at the same place, or with the same
    words where the place of one of the two is not known. Groups: the items can be paired so that every
    sub-variable of each pair is the same, or silent on both sides.
    """
    if isinstance(variable, SpansVariable):
        return _same_mentions(value, gold)
    if isinstance(variable, GroupVariable):
        return _same_items(variable, value, gold, tolerance)
    if isinstance(variable, QuantityVariable):
        within = variable.tolerance if tolerance is None else tolerance
        return _same_quantity(value, gold, variable.unit, within)
    if isinstance(variable, TextVariable):
        # Equal texts may have no word: "<", "+".
        return str(value) == str(gold) or token_f1(str(value), str(gold)) >= 0.5
    if isinstance(value, bool) or isinstance(gold, bool):
        return value is gold
    if isinstance(value, int | float) and isinstance(gold, int | float):
        return math.isclose(value, gold)
    return str(value).casefold() == str(gold).casefold()


def _same_quantity(value: Any, gold: Any, unit: str, tolerance: float) -> bool:
    (one, its_unit), (other, other_unit) = amount(value, unit), amount(gold, unit)
    # Amounts that no factor joins to the table's unit stay in their own, which must then be the same.
    return its_unit == other_unit and math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9)


def amount(value: Any, unit: str) -> tuple[float, str]:
    """The number and its unit: ``unit`` where it can be converted to that."""
    number, written = (
        (value["value"], value.get("unit", unit)) if isinstance(value, Mapping) else (value, unit)
    )
    converted = convert(float(number), str(written), unit)
    return (float(number), str(written)) if converted is None else (converted, unit)


def words(text: str) -> list[str]:
    """The words of a text without regard to case: runs of letters and digits, with the marks on them, in
    composed form (Unicode NFC)."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    composed = unicodedata.normalize("NFC", text.casefold())
    return "".join(
        letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " " for letter in composed
    ).split()


def token_f1(left: str, right: str) -> float:
    """Harmonic mean of the shares of words that each has in common with the other, counted with
    repeats (Rajpurkar et al., SQuAD, EMNLP 2016, section 6). 0 if they share none."""
    a, b = Counter(words(left)), Counter(words(right))
    common = sum((a & b).values())
    return 2 * common / (a.total() + b.total()) if common else 0.0


def has_place(mention: Mapping[str, Any]) -> bool:
    """Whether it is known where the mention stands."""
    return mention.get("start") is not None and mention.get("end") is not None


def type_of(mention: Mapping[str, Any]) -> str:
    """A mention's type without regard to case, a number's as it is written; empty for none."""
    kind = mention.get("type")
    if kind is None:
        return ""
    whole = isinstance(kind, float) and kind.is_integer()
    return str(int(kind) if whole else kind).casefold()


def text_of(mention: Mapping[str, Any]) -> str:
    """A mention's words without regard to case, white space and Unicode form (NFKC)."""
    text = unicodedata.normalize("NFKC", str(mention.get("text") or ""))
    return " ".join(text.casefold().split())


def _same_mentions(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    if len(one) != len(other):
        return False
    places, other_places = (
        Counter(
            (mention["start"], mention["end"], type_of(mention)) for mention in some if has_place(mention)
        )
        for some in (one, other)
    )
    # Those at the same place are each other's; what is left must be so by its words, and one of the two
    # without a place.
    matched = places & other_places
    placed, texts = _left_over(one, matched)
    other_placed, other_texts = _left_over(other, matched)
    return texts == other_texts and all(
        placed[key] + other_placed[key] <= times for key, times in texts.items()
    )


def _left_over(
    mentions: Sequence[Mapping[str, Any]], matched: Counter[tuple[Any, Any, str]]
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Mentions that are not among ``matched`` by words and type: those with a place, and all."""
    taken = matched.copy()
    placed: Counter[tuple[str, str]] = Counter()
    texts: Counter[tuple[str, str]] = Counter()
    for mention in mentions:
        key = text_of(mention), type_of(mention)
        if has_place(mention):
            place = mention["start"], mention["end"], type_of(mention)
            if taken[place]:
                taken[place] -= 1
                continue
            placed[key] += 1
        texts[key] += 1
    return placed, texts


def plain(cell: Any) -> Any:
    """The value of one cell of an item, gold's or an answer's; ``None`` if it has none."""
    if not isinstance(cell, Answer):
        return cell
    return cell.value if cell.status.has_value else None


def same_cell(variable: ItemVariable, one: Any, other: Any, *, tolerance: float | None = None) -> bool:
    """Whether two cells of one sub-variable say the same, or both nothing. A failed answer is like none."""
    if any(isinstance(cell, Answer) and cell.status is Status.FAILED for cell in (one, other)):
        return False
    value, gold = plain(one), plain(other)
    if value is None or gold is None:
        return value is gold
    return same(variable, value, gold, tolerance=tolerance)


def _same_items(
    variable: GroupVariable,
    one: Sequence[Mapping[str, Any]],
    other: Sequence[Mapping[str, Any]],
    tolerance: float | None,
) -> bool:
    if len(one) != len(other):
        return False
    alike = [
        [
            place
            for place, second in enumerate(other)
            if all(
                same_cell(sub, first.get(sub.name), second.get(sub.name), tolerance=tolerance)
                for sub in variable.variables
            )
        ]
        for first in one
    ]
    return _can_be_paired(alike)


def _can_be_paired(alike: Sequence[Sequence[int]]) -> bool:
    """Whether each item can have a partner of its own among those it is like (Kuhn's augmenting paths).

    Being alike does not carry over from one pair to the next (within a tolerance, half of the words), so
    the first that fits may be the wrong partner.
    """
    partners: dict[int, int] = {}

    def place(item: int, tried: set[int]) -> bool:
        for candidate in alike[item]:
            if candidate not in tried:
                tried.add(candidate)
                if candidate not in partners or place(partners[candidate], tried):
                    partners[candidate] = item
                    return True
        return False

    return all(place(item, set()) for item in range(len(alike)))


@dataclass(slots=True)
class Tally:
    """Outcomes counted."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome] += 1

    def __getitem__(self, outcome: Outcome) -> int:
        return self.counts[outcome]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def accuracy(self) -> float:
        """Share of cells that are right, silence where gold is silent included. NaN without cells."""
        if not self.total:
            return math.nan
        return sum(count for outcome, count in self.counts.items() if outcome.agrees) / self.total
