"""What holds of every copy, however it was made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import QuantityVariable
from epicrisis.errors import OptionError
from epicrisis.examples.example import Example
from epicrisis.extraction.measurements import measurements
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.worked import WorkedExample
from epicrisis.tuning.augment import Augmentation, augment, augmentations, augmented, original_id

KINDS = st.lists(st.sampled_from(list(Augmentation)), min_size=1, unique=True)
NUMBERS = st.integers(0, 400)
COPIED = ("quote", "text", "place")
Written = Callable[[int], Example]


def quotes(example: WorkedExample) -> Iterator[str]:
    for name, cell in example.cells.items():
        if cell.quote:
            yield cell.quote
        if isinstance(cell.value, list):
            for item in cell.value:
                yield from (item[key] for key in COPIED if item.get(key))
        elif name == "summary":
            yield cell.value


def values(example: WorkedExample) -> dict[str, Any]:
    """All that is not copied from the text; of mentions, how many there are."""
    found: dict[str, Any] = {}
    for name, cell in example.cells.items():
        if isinstance(cell.value, list):
            found[name] = [{k: v for k, v in item.items() if k not in COPIED} for item in cell.value]
        elif name != "summary":
            found[name] = cell.value
    return found


@given(NUMBERS, KINDS, st.integers(0, 10_000))
def test_quotes_stand_in_the_text_and_answers_stay(
    written: Written, codebook: Codebook, number: int, kinds: list[Augmentation], seed: int
) -> None:
    one = written(number)
    made = augmented(one, codebook, kinds, Random(seed))
    assert made == augmented(one, codebook, kinds, Random(seed))
    if made is None:
        return
    assert made.worked.text != one.worked.text
    assert all(quote in made.worked.text for quote in quotes(made.worked))
    assert made.worked.cells.keys() == one.worked.cells.keys()
    assert values(made.worked) == values(one.worked)
    assert (made.id, made.patient, made.quoted) == (one.id, one.patient, one.quoted)


@given(NUMBERS, KINDS, st.integers(0, 10_000))
def test_amounts_are_read_as_they_were(
    written: Written, codebook: Codebook, number: int, kinds: list[Augmentation], seed: int
) -> None:
    one = written(number)
    made = augmented(one, codebook, kinds, Random(seed)) or one
    size = codebook["size"]
    assert isinstance(size, QuantityVariable)
    cell, new = one.worked.cells.get("size"), made.worked.cells.get("size")
    if cell is not None and new is not None:
        before = [(found.number, found.unit) for found in measurements(size, cell.quote or "")]
        assert before
        assert before == [(found.number, found.unit) for found in measurements(size, new.quote or "")]
        assert cell.value == f"{before[0][0]:g} {before[0][1]}"


@given(NUMBERS, KINDS, st.sampled_from(list(Form)))
def test_a_model_may_write_the_answer(
    written: Written, codebook: Codebook, number: int, kinds: list[Augmentation], form: Form
) -> None:
    prompt = Prompt(codebook, form, examples=0)
    made = augmented(written(number), codebook, kinds, Random(number))
    if made is not None:
        answer = json.loads(prompt.written(prompt.sheet(made.worked)))
        jsonschema.validate(answer, prompt.schema)


@pytest.mark.parametrize("kind", list(Augmentation))
def test_each_way_changes_most_reports(written: Written, codebook: Codebook, kind: Augmentation) -> None:
    made = [augmented(written(number), codebook, [kind], Random(number)) for number in range(40)]
    assert sum(one is not None for one in made) > 30


def test_copies_follow_their_originals(written: Written, codebook: Codebook) -> None:
    originals = [written(number) for number in range(6)]
    found = augment(originals, codebook, ["casing", "synonyms"], times=2, seed=3)
    assert [one for one in found if one in originals] == originals
    copies = [one for one in found if one not in originals]
    assert len(copies) > 6
    assert len({one.id for one in found}) == len(found)
    assert len({one.worked.text for one in found}) == len(found)
    by_id = {one.id: one for one in originals}
    for copy in copies:
        assert copy.patient == by_id[original_id(copy.id)].patient
        assert original_id(copy.id) != copy.id
    assert found == augment(originals, codebook, ["synonyms", "casing"], times=2, seed=3)
    assert found != augment(originals, codebook, ["casing", "synonyms"], times=2, seed=4)


def test_a_copy_does_not_depend_on_the_other_examples(written: Written, codebook: Codebook) -> None:
    together = augment([written(1), written(2)], codebook, tuple(Augmentation), times=3)
    alone = augment([written(2)], codebook, tuple(Augmentation), times=3)
    assert [one for one in together if original_id(one.id) == "report-2"] == alone


def test_copies_that_would_be_alike_are_made_once(written: Written, codebook: Codebook) -> None:
    found = augment([written(0)], codebook, ["decimals"], times=5)
    assert len(found) == 2


def test_no_way_gives_the_originals(written: Written, codebook: Codebook) -> None:
    assert augment([written(0)], codebook, []) == [written(0)]


def test_names(codebook: Codebook) -> None:
    assert augmentations("decimals, synonyms,decimals") == (Augmentation.DECIMALS, Augmentation.SYNONYMS)
    assert augmentations("") == ()
    with pytest.raises(OptionError, match="no augmentation 'noise'"):
        augmentations("noise")
    with pytest.raises(OptionError, match="0 copies"):
        augment([], codebook, ["casing"], times=0)
