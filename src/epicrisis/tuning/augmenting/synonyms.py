"""Words of the codebook in a report replaced by others that the codebook has for the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import ClosedVariable, GroupVariable, Variable
from epicrisis.examples.example import Example
from epicrisis.prompting.worked import Cell

from .anchors import places_of
from .rewriting import Edit, rewritten
from .wordings import Owner, Wordings

_WORD = re.compile(r"\w+")
#: Within this many characters the other name of a thing is likely to be given already: "myocardial infarction
#: (heart attack)".
_NEAR = 40
_VOWELS = "aeiou"
#: From this share of capitals on, a text of so many letters is in capitals.
_SHOUTED, _LETTERS = 0.6, 20
#: Words in capitals of up to so many letters are abbreviations.
_ABBREVIATION = 5


def synonyms(example: Example, codebook: Codebook, rng: Random) -> Example | None:
    """The example with some of the codebook's words in its text replaced by their synonyms, in the same
    language and casing; ``None`` where none can be.

    Synonyms of a variable are replaced wherever they stand as whole words; its label, and the names of an
    option, only in the quote of the answer itself, if that stands in the report once: "left" is said of much.
    A word is replaced by one that means the same variables and options, no fewer and no more.
    """
    text = example.worked.text
    wordings = Wordings(codebook)
    found = _found(text, wordings, _own_places(codebook, example.worked.cells, text))
    language = wordings.language({words for words, *_ in found})
    choices: dict[str, tuple[str, ...]] = {}
    for words, *_ in found:
        others = wordings.others(words, language)
        if others:
            choices[words] = others
    if not choices:
        return None
    chosen = [words for words in choices if rng.random() < 0.5] or [rng.choice(list(choices))]
    other = {words: rng.choice(choices[words]) for words in chosen}
    edits = []
    for words, start, end in found:
        if words in other:
            written = _cased(other[words], text[start:end], shouted=_shouted(text))
            if _fits(text, start, end, written):
                edits.append(Edit(start, end, written))
    return rewritten(example, codebook, edits)


def _own_places(
    codebook: Codebook, cells: Mapping[str, Cell], text: str
) -> list[tuple[frozenset[Owner], int, int]]:
    """Where quotes stand that stand in the text once, and what is said there: variables and options."""
    found = []
    for variable in codebook.variables:
        cell = cells.get(variable.name)
        for owners, quote in () if cell is None else _statements(variable, cell):
            places = list(places_of(quote, text))
            if len(places) == 1:
                found.append((owners, *places[0]))
    return found


def _statements(variable: Variable, cell: Cell) -> Iterator[tuple[frozenset[Owner], str]]:
    if isinstance(variable, GroupVariable):
        for item in cell.value:
            if item.get("quote"):
                parts = [part for part in variable.variables if item.get(part.name) is not None]
                owners: set[Owner] = {(variable.name, None, None)}
                for part in parts:
                    owners |= _owners((variable.name, part.name), part, item[part.name])
                yield frozenset(owners), item["quote"]
    elif cell.quote:
        yield frozenset(_owners((variable.name, None), variable, cell.value)), cell.quote


def _owners(path: tuple[str, str | None], variable: Variable, value: Any) -> set[Owner]:
    owners: set[Owner] = {(*path, None)}
    if isinstance(variable, ClosedVariable):
        owners.add((*path, str(value)))
    return owners


def _found(
    text: str, wordings: Wordings, own: Sequence[tuple[frozenset[Owner], int, int]]
) -> list[tuple[str, int, int]]:
    """The codebook's words that may be replaced, and where they stand; of overlapping ones the longest."""
    found: list[tuple[str, int, int]] = []
    for match in wordings.pattern.finditer(text):
        words = wordings.key(match[0])
        if wordings.is_abbreviation(words) and match[0] not in wordings.spellings(words):
            continue
        said = any(
            low <= match.start() and match.end() <= high and owners & wordings.owners(words)
            for owners, low, high in own
        )
        if said or wordings.is_sure(words):
            found.append((words, match.start(), match.end()))
    return found


def _fits(text: str, start: int, end: int, written: str) -> bool:
    """Whether the words fit there: not said already, beside other words, after the right article."""
    around = text[max(0, start - _NEAR) : start] + "\n" + text[end : end + _NEAR]
    if written.casefold() in around.casefold():
        return False
    before, behind = (
        _WORD.findall(text[max(0, start - _NEAR) : start]),
        _WORD.findall(text[end : end + _NEAR]),
    )
    own = {word.casefold() for word in _WORD.findall(written)}
    if own & {word.casefold() for word in [*before[-1:], *behind[:1]]}:
        return False
    article = before[-1].casefold() if before else ""
    if article in ("a", "an"):
        return (written[:1].casefold() in _VOWELS) == (article == "an")
    return True


def _cased(words: str, like: str, *, shouted: bool) -> str:
    """The words in the casing of those they replace; an abbreviation says nothing about casing."""
    if like.isupper() and (shouted or sum(map(str.isalpha, like)) > _ABBREVIATION):
        return words.upper()
    if like.isupper() or any(letter.isupper() for letter in words[1:]):
        return words
    if like[:1].isupper():
        return words[:1].upper() + words[1:]
    return words


def _shouted(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= _LETTERS and sum(map(str.isupper, letters)) > _SHOUTED * len(letters)
