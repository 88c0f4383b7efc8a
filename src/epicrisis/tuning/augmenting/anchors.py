"""What of an example's answers stands word for word in its text, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable, TextVariable, Variable
from epicrisis.extraction.answer import Grade
from epicrisis.extraction.grounding import Grounds
from epicrisis.prompting import Form
from epicrisis.prompting.schema import QUOTE_LENGTH, answer_schema
from epicrisis.prompting.worked import Cell, WorkedExample

#: Where in the cells it stands: the variable's name, then ``quote`` or ``value``; of a list the number of the
#: item and its key.
Path = tuple[str | int, ...]


class Anchor(NamedTuple):
    """Characters ``start`` to ``end`` of the text, as the cell at ``path`` has them. ``most``: the most
    characters that a model may write there."""

    path: Path
    start: int
    end: int
    most: int


def anchors(codebook: Codebook, example: WorkedExample) -> list[Anchor] | None:
    """The places of all quotes and mentions, and of the texts that are copied from the report.

    Of several places of a quote it is the first that cuts no word; mentions are in the order of the text.
    ``None`` where one is not in the text.
    """
    found: list[Anchor] = []
    for variable in codebook.variables:
        cell = example.cells.get(variable.name)
        if cell is None:
            continue
        after = 0
        for path, words, most, needed in _quoted(variable, cell):
            mention = path[-1] == "text" and isinstance(variable, SpansVariable)
            place = place_of(words, example.text, after if mention else 0)
            if place is not None:
                found.append(Anchor(path, *place, most))
                after = place[0] + 1
            elif needed:
                return None
    return found


def place_of(words: str, text: str, after: int = 0) -> tuple[int, int] | None:
    """Where ``words`` stand in ``text``, character for character: from ``after`` on and cutting no word, if
    there is such a place."""
    places = list(places_of(words, text))
    if not places:
        return None
    whole = [place for place in places if _whole(text, *place)] or places
    return next((place for place in whole if place[0] >= after), whole[0])


def places_of(words: str, text: str) -> Iterator[tuple[int, int]]:
    """All places of ``words`` in ``text``, character for character."""
    start = text.find(words) if words else -1
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)


def paraphrases(codebook: Codebook, example: WorkedExample) -> list[tuple[int, int]]:
    """Where the text says almost what an answer in free text says, but for case, white space or a letter."""
    grounds = Grounds(example.text)
    found = []
    for variable in codebook.variables:
        cell = example.cells.get(variable.name)
        for words in () if cell is None else _texts(variable, cell):
            place = grounds.locate(words)
            if place is not None and place.grade is not Grade.EXACT:
                found.append((place.start, place.end))
    return found


def with_words(cells: Mapping[str, Cell], words: Mapping[Path, str]) -> dict[str, Cell]:
    """The cells with other words at some paths."""
    changed: dict[str, Cell] = {}
    for name, cell in cells.items():
        value = cell.value
        if isinstance(value, list):
            value = [
                {key: words.get((name, number, key), one) for key, one in item.items()}
                for number, item in enumerate(value)
            ]
        quote = words.get((name, "quote"), cell.quote)
        changed[name] = Cell(words.get((name, "value"), value), quote)
    return changed


def _quoted(variable: Variable, cell: Cell) -> Iterator[tuple[Path, str, int, bool]]:
    """What may stand in the text: its path, the words, the longest that it may be, whether it must."""
    name = variable.name
    if cell.quote:
        yield (name, "quote"), cell.quote, QUOTE_LENGTH, True
    match variable:
        case SpansVariable():
            most = _longest_mention(variable)
            for number, mention in enumerate(cell.value):
                yield (name, number, "text"), mention["text"], most, True
        case GroupVariable():
            texts = [part for part in variable.variables if isinstance(part, TextVariable)]
            for number, item in enumerate(cell.value):
                if item.get("quote"):
                    yield (name, number, "quote"), item["quote"], QUOTE_LENGTH, True
                for part in texts:
                    if item.get(part.name):
                        yield (name, number, part.name), item[part.name], part.max_length, False
        case TextVariable():
            yield (name, "value"), cell.value, variable.max_length, False


def _texts(variable: Variable, cell: Cell) -> Iterator[str]:
    if isinstance(variable, TextVariable):
        yield cell.value
    elif isinstance(variable, GroupVariable):
        for part in variable.variables:
            if isinstance(part, TextVariable):
                yield from (item[part.name] for item in cell.value if item.get(part.name))


def _longest_mention(variable: SpansVariable) -> int:
    items = answer_schema([variable], Form.VALUE)["properties"][variable.name]["items"]
    return int(items["properties"]["text"]["maxLength"])


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no word runs across its borders."""
    before, after = text[start - 1 : start + 1], text[end - 1 : end + 1]
    return not ((start and before.isalnum()) or (end < len(text) and after.isalnum()))
