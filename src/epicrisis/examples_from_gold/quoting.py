"""The words of a report that a right answer rests on.

Those a person marked, if they did; else the words that say the value, where they can be told. What cannot be
told has no quote: a wrong one would teach the model to quote at random.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from epicrisis.codebook.variable import (
    BooleanVariable,
    CategoryVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    OrdinalVariable,
    QuantityVariable,
    TextVariable,
    Variable,
)
from epicrisis.examples.dates import dates_written
from epicrisis.extraction.answer import Evidence, Grade
from epicrisis.extraction.grounding import Grounds
from epicrisis.extraction.measurements import measurements, same_measurement
from epicrisis.extraction.support import support
from epicrisis.prompting.schema import QUOTE_LENGTH

#: Where a statement ends: a line, a semicolon, the end of a sentence. "d.d. 3 mei" ends nothing.
_BORDER = re.compile(r"\n|;\s|(?<=[^\W\d_]{3})[.!?](?=\s|\Z)|(?<=[\d)\]])[.!?](?=\s+[A-ZÀ-Þ]|\s*\Z)")

#: A statement of more characters than this is quoted in part.
_LONG = 120

Place = tuple[int, int]


def quote_for(
    variable: Variable, value: Any, given: str | None, grounds: Grounds, near: int = 0
) -> Evidence | None:
    """The words in the report for the ``value`` of a variable that is no list: verbatim, at most as long as
    a model may quote. ``given`` is what a person marked; of several places the one nearest to ``near``."""
    marked = marked_words(given, grounds, near)
    if marked is not None:
        return marked
    found = _found(variable, value, grounds, near)
    return None if found is None else _short(found, grounds.text)


def marked_words(given: str | None, grounds: Grounds, near: int = 0) -> Evidence | None:
    """What a person marked, as it stands in the report; ``None`` if it is not there."""
    found = grounds.locate(given, near) if given else None
    return None if found is None else _short(found, grounds.text)


def quote_for_item(
    group: GroupVariable, item: dict[str, Any], statements: list[Statement], used: set[int]
) -> Evidence | None:
    """The statement that says most of an item's values, of several the first that no item has yet; ``None``
    if none says any. The number of the statement is added to ``used``."""
    scores = [statement.says(group, item) for statement in statements]
    best = max(range(len(scores)), key=lambda one: (scores[one], one not in used, -one), default=None)
    if best is None or not scores[best]:
        return None
    used.add(best)
    return statements[best].evidence


class Statement:
    """A sentence or line of a report, with its place."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._grounds = Grounds(text[start:end])
        whole = Evidence(text[start:end], start, end, Grade.EXACT)
        self.evidence = _short(whole, text)

    def says(self, group: GroupVariable, item: dict[str, Any]) -> int:
        """How many of the item's values stand in it."""
        return sum(
            item.get(part.name) is not None and _says(part, item[part.name], self._grounds)
            for part in group.variables
        )


def statements(text: str) -> list[Statement]:
    """The report's statements, in order."""
    return [Statement(text, start, end) for start, end in _stretches(text)]


def _says(variable: Variable, value: Any, grounds: Grounds) -> bool:
    match variable:
        case QuantityVariable():
            return any(
                same_measurement(variable, one, value["value"], value["unit"])
                for one in measurements(variable, grounds.text)
            )
        case CountVariable():
            return bool(grounds.occurrences(str(value)))
        case DateVariable():
            return any(grounds.occurrences(form) for form in dates_written(value))
        case TextVariable():
            return bool(grounds.occurrences(value))
        case ClosedVariable() if isinstance(value, int | float):
            return bool(grounds.occurrences(f"{value:g}"))
        case BooleanVariable() if not value:
            return False  # the word for it proves nothing
        case _:
            return support(variable, value, grounds) is not None


def _found(variable: Variable, value: Any, grounds: Grounds, near: int) -> Evidence | None:
    match variable:
        case DateVariable():
            forms = (grounds.occurrences(form) for form in dates_written(value))
            places = next((found for found in forms if found), [])
            return _evidence(grounds, min(places, key=lambda one: abs(one[0] - near))) if places else None
        case BooleanVariable():
            # The word for it alone does not tell yes from no: the statement does.
            found = support(variable, value, grounds, near)
            return None if found is None else _statement(grounds, found)
        case QuantityVariable():
            return support(variable, value, grounds, near) or _only_amount(variable, value, grounds)
        case CategoryVariable() | OrdinalVariable() if isinstance(value, str):
            found = support(variable, value, grounds, near)
            return None if found is None else _beside_its_name(variable, grounds, found)
        case _:
            return support(variable, value, grounds, near)


def _only_amount(variable: QuantityVariable, value: dict[str, Any], grounds: Grounds) -> Evidence | None:
    """The amount with its unit, if it stands in the report once, or is told apart by its digits: of two
    places that say 3.2 cm, both will be of the same thing; of two that say 1 cm, perhaps not."""
    places = [
        (one.start, one.end)
        for one in measurements(variable, grounds.text)
        if same_measurement(variable, one, value["value"], value["unit"])
    ]
    digits = len(f"{value['value']:g}".replace(".", "").strip("-0"))
    return _evidence(grounds, places[0]) if places and (digits > 1 or len(set(places)) == 1) else None


def _beside_its_name(
    variable: CategoryVariable | OrdinalVariable, grounds: Grounds, found: Evidence
) -> Evidence | None:
    """The option's words, if they stand in the report once or those of no other option do: "links" is said
    of many things. Else a statement that names the variable too."""
    words = grounds.occurrences(found.quote)
    others = (one.value for one in variable.options if support(variable, one.value, grounds) is not None)
    if len(words) == 1 or len(list(others)) == 1:
        return found
    named = BooleanVariable(
        name=variable.name, kind="boolean", label=variable.label, synonyms=variable.synonyms
    )
    for start, end in words:
        low, high = _around(grounds.text, start, end)
        if support(named, True, Grounds(grounds.text[low:high])) is not None:
            return _statement(grounds, _evidence(grounds, (start, end)))
    return None


def _statement(grounds: Grounds, found: Evidence) -> Evidence:
    """The statement around what was found; of a long one the part between commas. Models quote at the
    length they are shown, and every token they write takes time."""
    low, high = _around(grounds.text, found.start, found.end)
    if high - low > _LONG:
        before = grounds.text.rfind(", ", low, found.start)
        after = grounds.text.find(", ", found.end, high)
        low = low if before < 0 else before + 2
        high = high if after < 0 else after
    return _evidence(grounds, (low, high)) if high - low <= QUOTE_LENGTH else found


def _around(text: str, start: int, end: int) -> Place:
    for low, high in _stretches(text):
        if low <= start and end <= high:
            return low, high
    return start, end


def _stretches(text: str) -> Iterator[Place]:
    """Where each statement begins and ends, white space around it and its full stop left out."""
    begin = 0
    for border in _BORDER.finditer(text):
        yield from _trimmed(text, begin, border.start())
        begin = border.end()
    yield from _trimmed(text, begin, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Place]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ".,;"):
        end -= 1
    if start < end:
        yield start, end


def _short(found: Evidence, text: str) -> Evidence:
    """Cut at the end of a word where it is longer than a model may write."""
    if len(found.quote) <= QUOTE_LENGTH:
        return found
    cut = found.quote[: QUOTE_LENGTH + 1].rsplit(maxsplit=1)[0][:QUOTE_LENGTH].rstrip()
    return Evidence(
        text[found.start : found.start + len(cut)], found.start, found.start + len(cut), found.grade
    )


def _evidence(grounds: Grounds, place: Place) -> Evidence:
    start, end = place
    return Evidence(grounds.text[start:end], start, end, Grade.EXACT)
