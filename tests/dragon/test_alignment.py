"""Mentions onto tokens, and labelled cases into mentions and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis import library
from epicrisis.codebook import Codebook, load, loads
from epicrisis.codebook.variable import GroupVariable, SpansVariable
from epicrisis.dragon.alignment import Mention, numbered_tags, tags
from epicrisis.dragon.contract import Dataset, read_job
from epicrisis.dragon.entities import cells, entities, mentions
from epicrisis.dragon.score import score
from epicrisis.extraction.answer import Answer, Status

SPANS = loads(
    """
name: spans
variables:
  - name: found
    kind: spans
    definition: What is found.
    options: [NAME, DATE]
"""
)
GROUP = loads(
    """
name: group
variables:
  - name: parts
    kind: group
    definition: The parts.
    variables:
      - name: number
        kind: text
        definition: Its number.
        codes: [{system: DRAGON number, code: number}]
      - name: kind
        kind: category
        definition: What it is.
        options: [benign, malignant]
        codes: [{system: DRAGON type, code: type}]
      - {name: words, kind: text, definition: The words that say so.}
"""
)


def shown(tokens: Sequence[str], found: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(token, tag) for token, tag in zip(tokens, found, strict=True) if tag not in ("O", ["O"])]


def test_every_occurrence_is_tagged() -> None:
    tokens = ["I", "lesion", ".", "II", "normal", ".", "III", "lesion", "."]
    found = tags(tokens, [Mention("lesion", "X"), Mention("III", "N"), Mention("I", "N")])
    assert shown(tokens, found) == [("I", "B-N"), ("lesion", "B-X"), ("III", "B-N"), ("lesion", "B-X")]


def test_a_mention_of_one_place_is_tagged_once() -> None:
    tokens = ["the", "patient", "has", "pain", ".", "the", "patient", "coughs"]
    found = tags(tokens, [Mention("The patient", "P", every=False)])
    assert shown(tokens, found) == [("the", "B-P"), ("patient", "I-P")]


def test_the_longest_mention_owns_its_tokens() -> None:
    tokens = ["chronic", "fatigue", ",", "a", "sign", "of", "chronic", "fatigue", "syndrome"]
    listed = [Mention("chronic fatigue", "S"), Mention("a sign of chronic fatigue syndrome", "D")]
    for order in (listed, listed[::-1]):
        assert tags(tokens, order) == ["B-S", "I-S", "O", "B-D", *["I-D"] * 5]


def test_neighbours_of_one_tag_stay_apart() -> None:
    assert tags(["a", "b", "a"], [Mention("a b", "X"), Mention("a", "X")]) == ["B-X", "I-X", "B-X"]


def test_a_long_stretch_is_given_by_its_ends() -> None:
    tokens = ["Rest", ".", "Rest", ".", "Drink", ".", "Rest", ".", "Come", "back", ".", "Bye", "."]
    rest = Mention("Rest .", "N", every=False)
    assert tags(tokens, [rest, Mention("Rest. Drink ... back.", "N")])[2:] == [
        "B-N",
        *["I-N"] * 7,
        "O",
        "O",
        "O",
    ]
    assert tags(tokens, [rest, Mention("Rest. Drink. ...", "N")]) == ["B-N", "I-N", "B-N", *["I-N"] * 10]
    assert tags(tokens, [Mention("Drink … Walk", "N")]) == ["O"] * 13


def test_what_is_not_there_tags_nothing() -> None:
    assert tags(["a", "b"], [Mention("c", "X"), Mention(" ", "X"), Mention("", "X")]) == ["O", "O"]


def test_indices_come_from_the_documents_own_numbers() -> None:
    tokens = [
        "I+II",
        "lesion",
        "of",
        "12",
        "mm",
        ".",
        "III",
        "normal",
        "of",
        "9",
        "mm",
        ".",
        "IV",
        "lesion",
        "of",
        "12",
        "mm",
        ".",
    ]
    found = numbered_tags(
        tokens, [Mention("12 mm", "size", number="I+II"), Mention("12 mm.", "size", number="4")]
    )
    assert shown(tokens, found) == [
        ("12", ["B-0-size", "B-1-size"]),
        ("mm", ["I-0-size", "I-1-size"]),
        ("12", ["B-3-size"]),
        ("mm", ["I-3-size"]),
    ]


def test_a_wrong_number_gives_way_to_the_documents() -> None:
    tokens = ["I", "normal", ".", "II", "lesion", "of", "3", "cm", "."]
    for number in ("I", "7", None, "none"):
        found = numbered_tags(tokens, [Mention("3 cm", "size", number=number)])
        assert shown(tokens, found) == [("3", ["B-1-size"]), ("cm", ["I-1-size"])], number


def test_without_a_number_a_mention_is_meant_wherever_it_stands() -> None:
    tokens = ["I", "naevus", "II", "cyst", "III", "naevus"]
    found = numbered_tags(tokens, [Mention("naevus", "benign")])
    assert shown(tokens, found) == [("naevus", ["B-0-benign"]), ("naevus", ["B-2-benign"])]
    once = numbered_tags(tokens, [Mention("naevus", "benign", every=False)])
    assert shown(tokens, once) == [("naevus", ["B-0-benign"])]


def test_before_the_first_heading_the_models_number_counts() -> None:
    tokens = ["biopsy", "sent", "I", "naevus", "II", "cyst"]
    found = numbered_tags(tokens, [Mention("biopsy", "procedure", number="II")])
    assert shown(tokens, found) == [("biopsy", ["B-1-procedure"])]


def test_without_numbers_in_the_document_the_models_count() -> None:
    tokens = ["naevus", "of", "the", "left", "arm"]
    assert numbered_tags(tokens, [Mention("naevus", "benign")])[0] == ["B-0-benign"]
    assert numbered_tags(tokens, [Mention("naevus", "benign", number="2")])[0] == ["B-1-benign"]


def test_mentions_may_overlap_across_numbers_only() -> None:
    tokens = ["I+II", "basal", "cell", "carcinoma"]
    found = numbered_tags(
        tokens,
        [Mention("basal cell carcinoma", "bcc", number="I"), Mention("carcinoma", "other", number="I + II")],
    )
    assert found == [["O"], ["B-0-bcc"], ["I-0-bcc"], ["I-0-bcc"]]


def answers(codebook: Codebook, tokens: Sequence[str], labels: Sequence[Any]) -> dict[str, Answer]:
    """What a perfect model would say of a labelled case."""
    found: dict[str, Answer] = {}
    for name, cell in cells(codebook, tokens, labels).items():
        value = cell.value
        if isinstance(codebook[name], GroupVariable):
            value = [{part: Answer(Status.STATED, said) for part, said in item.items()} for item in value]
        elif isinstance(codebook[name], SpansVariable):
            value = [{"type": None, **one} for one in value]
        found[name] = Answer(Status.STATED, value)
    return found


WORDS = st.sampled_from(["pain", "Jan", "12", "mm", ".", "de", "Vries", "left", "on", "3/4"])


@st.composite
def labelled(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """A document with one or two entities of words that occur nowhere else, each perhaps repeated."""
    names = [["Anna", "Bos"], ["Bo"], ["1", "/", "2", "/", "2024"], ["maart"]]
    kinds = ["NAME", "NAME", "DATE", "DATE"]
    pieces: list[tuple[list[str], str | None]] = [
        ([word], None) for word in draw(st.lists(WORDS, min_size=1, max_size=15))
    ]
    for place in draw(st.lists(st.integers(0, 3), min_size=1, max_size=5)):
        pieces.insert(draw(st.integers(0, len(pieces))), (names[place], kinds[place]))
    tokens = [word for words, _ in pieces for word in words]
    labels = [
        "O" if kind is None else f"{'B' if number == 0 else 'I'}-{kind}"
        for words, kind in pieces
        for number in range(len(words))
    ]
    return tokens, labels


@given(labelled())
def test_entities_listed_once_are_all_found_again(case: tuple[list[str], list[str]]) -> None:
    tokens, labels = case
    listed = mentions(SPANS, answers(SPANS, tokens, labels))
    assert len({one.quote for one in listed}) == len(listed)
    assert tags(tokens, listed) == labels
    assert tags(tokens, listed[::-1]) == labels


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(["benign", "malignant", None])), min_size=1, max_size=5
    )
)
def test_numbered_entities_are_found_again(parts: list[tuple[int, str | None]]) -> None:
    from epicrisis.dragon.numbering import roman

    tokens, labels, reached = ["Skin", "."], [["O"], ["O"]], 0
    for size, kind in parts:
        own = range(reached + 1, reached + size + 1)
        reached += size
        tokens += ["+".join(roman(number) for number in own), "naevus", "cells", "."]
        labels.append(["O"])
        if kind is None:
            labels += [["O"], ["O"]]
        else:
            labels.append([f"B-{number - 1}-{kind}" for number in own])
            labels.append([f"I-{number - 1}-{kind}" for number in own])
        labels.append(["O"])
    listed = mentions(GROUP, answers(GROUP, tokens, labels))
    assert numbered_tags(tokens, listed[::-1]) == labels


def test_entities_of_several_numbers_are_one() -> None:
    labels = [["B-0-x", "B-1-x"], ["I-0-x", "I-1-x"], ["B-1-y"]]
    assert [(one.tag, tuple(one.stretch), one.numbers) for one in entities(labels)] == [
        ("x", (0, 2), (1, 2)),
        ("y", (2, 3), (2,)),
    ]


@pytest.mark.parametrize("number", [108, 109])
def test_perfect_quotes_give_the_challenges_tags(dragon_folder: Path, number: int) -> None:
    job = read_job(next(dragon_folder.glob(f"Task{number}_*-fold0")))
    codebook = load(library.path(f"dragon/task{number}"))
    for dataset in (Dataset.TRAINING, Dataset.VALIDATION):
        gold = job.cases(dataset)
        align = numbered_tags if job.label_type.several else tags
        given_ = {}
        for case in gold:
            assert case.parts is not None
            listed = mentions(codebook, answers(codebook, case.parts, case.label))
            given_[case.uid] = align(case.parts, listed)
        result = score(gold, given_, job.label_type, task=str(number), draws=0)
        assert result.estimate.value is not None
        assert result.estimate.value >= 0.99


def test_the_answers_asked_for_are_short(dragon_folder: Path) -> None:
    job = read_job(next(dragon_folder.glob("Task108_*-fold0")))
    codebook = load(library.path("dragon/task108"))
    for case in job.cases(Dataset.TRAINING):
        assert case.parts is not None
        said = cells(codebook, case.parts, case.label)
        for name, cell in said.items():
            assert len(cell.value) <= codebook[name].max_length  # type: ignore[union-attr]
