"""From tags to what a codebook asks for, and back: the shipped codebooks of numbered entities."""

from __future__ import annotations

import re

import pytest

from epicrisis.codebook import load
from epicrisis.dragon.alignment import numbered_tags
from epicrisis.dragon.entities import cells, first_index, mentions
from epicrisis.extraction.answer import Answer, Status
from epicrisis.library import path

NEEDLES = re.findall(
    r"\S+",
    "Verslag van de biopten . Naald 1 : Apex links ventraal : Representatief . "
    "Naald 2 : Basis rechts dorsaal : Mogelijk te ondiep .",
)
SPECIMENS = re.findall(
    r"\S+",
    "CONCLUSIE : I : Huidbiopt neus : basaalcelcarcinoom , nodulair en sprieterig . "
    "II : Huidexcisie rug : naevus .",
)


def tagged(tokens: list[str], *marks: tuple[str, int, str]) -> list[list[str]]:
    """``marks``: words, index and tag."""
    tags: list[list[str]] = [[] for _ in tokens]
    for words, index, tag in marks:
        wanted = words.split()
        start = next(at for at in range(len(tokens)) if tokens[at : at + len(wanted)] == wanted)
        for place in range(start, start + len(wanted)):
            tags[place].append(f"{'B' if place == start else 'I'}-{index}-{tag}")
    return [some or ["O"] for some in tags]


CASES = {
    "dragon/task027": (
        NEEDLES,
        tagged(
            NEEDLES,
            ("Apex links ventraal", 1, "locatie naald"),
            ("Representatief", 1, "representatief"),
            ("Basis rechts dorsaal", 2, "locatie naald"),
            ("Mogelijk te ondiep", 2, "ambigu"),
        ),
    ),
    "dragon/task028": (
        SPECIMENS,
        tagged(
            SPECIMENS,
            ("Huidbiopt", 1, "biopt"),
            ("basaalcelcarcinoom", 1, "BCC"),
            ("nodulair", 1, "nodular"),
            ("sprieterig", 1, "infiltrative"),
            ("Huidexcisie", 2, "excision"),
            ("naevus", 2, "Benign"),
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_perfect_quotes_give_the_tags_back(name: str) -> None:
    codebook = load(path(name))
    tokens, tags = CASES[name]
    answers = {}
    for variable, cell in cells(codebook, tokens, tags).items():
        items = [
            {part: Answer(Status.STATED, value) for part, value in item.items() if value}
            for item in cell.value
        ]
        answers[variable] = Answer(Status.STATED, items)
    assert numbered_tags(tokens, mentions(codebook, answers), first_index(codebook)) == tags


def test_tasks_count_their_parts_from_nought_or_one() -> None:
    assert first_index(load(path("dragon/task109"))) == 0
    assert first_index(load(path("dragon/task027"))) == 1
