"""Answers that come from an example and not from the report.

A small model that is shown another report sometimes answers for that one. It can be seen where what it wrote,
a quote or a value of an open kind, stands in an example and not in the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from epicrisis.codebook.units import accepted_units
from epicrisis.codebook.variable import (
    CountVariable,
    DateVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from epicrisis.examples.dates import dates_written
from epicrisis.prompting.worked import WorkedExample

from .answer import Grade
from .candidate import Candidate, parts_of
from .checking import InvalidValueError, check
from .grounding import Grounds
from .measurements import Measurement, measurements, same_measurement

QUOTE_LEAK = "the quote is from an example and not in this report"
VALUE_LEAK = "the value is from an example and not in this report"

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
#: Two to twelve, as reports write them out. One and none are said in too many ways to be missed.
_COUNTED = {
    2: "twee two zwei deux beide both beiden",
    3: "drie three drei trois",
    4: "vier four quatre",
    5: "vijf five fünf cinq",
    6: "zes six sechs",
    7: "zeven seven sieben sept",
    8: "acht eight huit",
    9: "negen nine neun neuf",
    10: "tien ten zehn dix",
    11: "elf eleven onze",
    12: "twaalf twelve zwölf douze",
}


class Leaks:
    """Looks for leaks from a set of examples, in any number of answers. Safe to call from several threads."""

    def __init__(self, examples: Iterable[WorkedExample]) -> None:
        self._examples = tuple(examples)
        self._grounds = tuple(Grounds(one.text) for one in self._examples)

    def mark(self, variables: Sequence[Variable], candidates: Mapping[str, Candidate], text: str) -> None:
        """Note on every candidate that leaked that it did; ``text`` is the report's."""
        if not self._examples:
            return
        grounds = Grounds(text)
        for variable in variables:
            found = candidates[variable.name]
            note = self.note(variable, found, grounds)
            if note and note not in found.notes:
                found.notes = (*found.notes, note)

    def note(self, variable: Variable, found: Candidate, grounds: Grounds) -> str | None:
        """What to say of an answer that leaked; ``None`` if it did not, as far as can be told.

        ``grounds`` are the report's. A quote counts as the report's if it stands there, or is close and in
        no example word for word. Of values, texts, amounts, dates, counts, mentions and the parts of groups
        are looked at; options, true and false are the same in every report. The note quotes nothing.
        """
        if not self._examples or found.value is None:
            return None
        if isinstance(variable, SpansVariable):
            texts = [item.get("text") for item in found.value]
            return VALUE_LEAK if any(self._foreign(text, grounds) for text in texts) else None
        if isinstance(variable, GroupVariable):
            notes = [self._item(variable, item, grounds) for item in found.value]
            return next((note for note in notes if note), None)
        if found.quote and self._foreign(found.quote, grounds):
            return VALUE_LEAK if isinstance(variable, TextVariable) else QUOTE_LEAK
        shown = [one.cells[variable.name].value for one in self._examples if variable.name in one.cells]
        return VALUE_LEAK if self._value(variable, found.value, shown, grounds) else None

    def _item(self, group: GroupVariable, item: Mapping[str, Any], grounds: Grounds) -> str | None:
        if self._foreign(item.get("quote"), grounds):
            return QUOTE_LEAK
        shown = [
            other
            for one in self._examples
            if group.name in one.cells
            for other in one.cells[group.name].value
        ]
        for name, part in parts_of(group, item).items():
            variable = next(one for one in group.variables if one.name == name)
            values = [other[name] for other in shown if other.get(name) is not None]
            if part.value is not None and self._value(variable, part.value, values, grounds):
                return VALUE_LEAK
        return None

    def _foreign(self, words: object, grounds: Grounds) -> bool:
        """Whether words stand in an example and not in the report."""
        if not isinstance(words, str) or not words.strip():
            return False
        # Most words are the report's, character for character; looking for ones that are not takes longest.
        if grounds.holds(words) or not any(one.occurrences(words) for one in self._grounds):
            return False
        here = grounds.locate(words)
        return here is None or here.grade is Grade.FUZZY

    def _value(self, variable: Variable, value: Any, shown: Sequence[Any], grounds: Grounds) -> bool:
        """Whether a value is one of those ``shown`` for the variable, and the report does not say it."""
        match variable:
            case TextVariable():
                return self._foreign(value, grounds)
            case QuantityVariable():
                same = any(_amount(variable, one) == (value["value"], value["unit"]) for one in shown)
                return same and not _says_amount(variable, value, grounds.text)
            case DateVariable():
                return value in shown and not any(grounds.occurrences(one) for one in dates_written(value))
            case CountVariable():
                return value > 1 and value in shown and not _says_count(value, grounds)
            case _:
                return False


def leak(
    variable: Variable, value: Any, quote: str | None, examples: Iterable[WorkedExample], text: str
) -> str | None:
    """The note for one answer about the report ``text``: see ``Leaks.note``, which is quicker for many.

    ``value`` is checked: as ``Answer.value`` has it, but for mentions and items of groups, which are as the
    model wrote them.
    """
    return Leaks(examples).note(variable, Candidate(value=value, quote=quote), Grounds(text))


def _amount(variable: QuantityVariable, written: Any) -> tuple[float, str] | None:
    try:
        value = check(variable, written)
    except InvalidValueError:
        return None
    return value["value"], value["unit"]


def _says_amount(variable: QuantityVariable, value: Mapping[str, Any], text: str) -> bool:
    """Whether the amount stands in the text with its unit; or its number does, in any unit it could have
    there, with the unit elsewhere or left out."""
    number, unit = value["value"], value["unit"]
    if any(same_measurement(variable, one, number, unit) for one in measurements(variable, text)):
        return True
    bare = {float(match.group().replace(",", ".")) for match in _NUMBER.finditer(text)}
    units = dict.fromkeys([unit, *accepted_units(variable)])
    return any(
        same_measurement(variable, Measurement(sign * one, other, 0, 0), number, unit)
        for one in bare
        for other in units
        for sign in (1, -1)
    )


def _says_count(value: int, grounds: Grounds) -> bool:
    words = _COUNTED.get(value, "").split()
    return any(grounds.occurrences(word) for word in (str(value), *words))
