"""One answer against one gold cell. Absence is scored as its own thing: what is silent in gold and
answered by us is *invented*, what gold has and we do not is *missed*."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from epicrisis.codebook.units import convert
from epicrisis.codebook.variable import QuantityVariable, TextVariable, Variable
from epicrisis.extraction.answer import Answer, Status

_WORD = re.compile(r"\w+")


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
    """``gold``: the value as ``Answer.value`` has it, ``None`` where gold is silent.

    Quantities are equal within ``tolerance`` (a fraction; the variable's own if left out) after conversion
    to one unit. Texts are equal if
    they share half of their words or more (token F1 >= 0.5): two people seldom copy the same stretch.
    """
    if answer.status is Status.FAILED:
        return Outcome.FAILED
    if gold is None:
        return Outcome.INVENTED if answer.status.has_value else Outcome.SILENT
    if not answer.status.has_value:
        return Outcome.MISSED
    return Outcome.RIGHT if same(variable, answer.value, gold, tolerance=tolerance) else Outcome.WRONG


def same(variable: Variable, value: Any, gold: Any, *, tolerance: float | None = None) -> bool:
    """Whether two values of one variable are equal."""
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


def token_f1(left: str, right: str) -> float:
    """Harmonic mean of the shares of words that each has in common with the other, counted with
    repeats (Rajpurkar et al., SQuAD, EMNLP 2016, section 6). 0 if they share none."""
    from collections import Counter

    a, b = (Counter(_WORD.findall(text.casefold())) for text in (left, right))
    common = sum((a & b).values())
    return 2 * common / (a.total() + b.total()) if common else 0.0


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
