"""Examples that are longer than can be trained on: asked in parts, as extraction asks about long reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..codebook.codebook import Codebook
from ..codebook.variable import CountVariable, GroupVariable, SpansVariable
from ..errors import ContextOverflowError
from ..examples.example import Example
from ..extraction.grounding import Grounds
from ..extraction.long import Part, parts
from ..prompting.worked import Cell, WorkedExample

#: Words of at most so many characters say different things in different places.
_SHORT = 3


def in_parts(
    codebook: Codebook, example: Example, size: Callable[[str], int], room: int
) -> list[Example] | None:
    """The example as examples of its parts, each of at most ``room`` tokens by ``size``.

    A part states what its own words say and is silent on the rest. ``None`` where the words of a value are
    not known, where they are so short that they stand elsewhere for something else ("no", "2"), and where it
    is no matter of one place (counts): to call a part silent on it, or not, would be a guess.
    """
    worked = example.worked
    try:
        pieces = parts(worked.text, size, room)
    except ContextOverflowError:
        return None
    if any(
        (not isinstance(codebook[name], SpansVariable | GroupVariable) and cell.quote is None)
        or isinstance(codebook[name], CountVariable)
        for name, cell in worked.cells.items()
    ):
        return None
    if any(_elsewhere(worked.text, cell.quote) for cell in worked.cells.values()):
        return None
    found = [_of(codebook, worked, piece) for piece in pieces]
    kept = {name for part in found for name in part.cells}
    if kept != set(worked.cells):
        return None
    return [
        Example(
            WorkedExample(part.text, part.cells, f"{example.id} part {number}"),
            example.patient,
            example.quoted,
        )
        for number, part in enumerate(found, 1)
    ]


def _of(codebook: Codebook, worked: WorkedExample, piece: Part) -> WorkedExample:
    text = piece.text(worked.text)
    grounds = Grounds(worked.text[piece.start : piece.end])
    cells: dict[str, Cell] = {}
    for name, cell in worked.cells.items():
        variable = codebook[name]
        if isinstance(variable, SpansVariable):
            shown: Sequence[Any] = list(_there(cell.value, "text", grounds))
            if shown:
                cells[name] = Cell(shown, None)
        elif isinstance(variable, GroupVariable):
            shown = list(_there(cell.value, "quote", grounds))
            if shown:
                cells[name] = Cell(shown, shown[0]["quote"])
        elif cell.quote is not None and grounds.holds(cell.quote):
            cells[name] = cell
    return WorkedExample(text, cells, worked.report_id)


def _elsewhere(text: str, quote: str | None) -> bool:
    """Whether words so short stand in several places."""
    return quote is not None and len(quote.strip()) <= _SHORT and len(Grounds(text).occurrences(quote)) > 1


def _there(items: Sequence[dict[str, Any]], key: str, grounds: Grounds) -> Iterator[dict[str, Any]]:
    return (item for item in items if item.get(key) and grounds.holds(item[key]))
