"""Sections that change places, and all that keeps them where they are."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.tuning.augmenting.sections import sections

Make = Callable[..., Example]
REPORT = (
    "CT CHEST\n\nIndication: pain.\n\nTechnique: contrast, aspirin.\n\n"
    "Findings: a cyst, no aspirin.\n\nConclusion: a cyst.\n\nDr. A"
)
MOVED = {"Indication: pain.", "Technique: contrast, aspirin.", "Findings: a cyst, no aspirin."}


def outcomes(one: Example, codebook: Codebook) -> list[Example]:
    made = [sections(one, codebook, Random(seed)) for seed in range(30)]
    return [found for found in made if found is not None]


def test_what_opens_and_what_ends_a_report_stays(codebook: Codebook, example: Make) -> None:
    found = {one.worked.text for one in outcomes(example(REPORT), codebook)}
    assert len(found) == 5
    assert REPORT not in found
    for text in found:
        parts = text.split("\n\n")
        assert (parts[0], set(parts[1:4]), parts[4:]) == ("CT CHEST", MOVED, ["Conclusion: a cyst.", "Dr. A"])


@pytest.mark.parametrize(
    "text",
    [
        "A text without headings.\n\nAnother paragraph.\n\nA third.",
        "Findings: a cyst.\n\nConclusion: a cyst.",
        REPORT.replace("pain", "see above"),
        REPORT.replace("pain", "zie boven"),
        REPORT.replace("a cyst, no", "bovengenoemde"),
        "Indication: pain. Conclusion: old.\n\nFindings: new.\n\nConclusion: new.",
    ],
)
def test_reports_whose_order_matters_stay(codebook: Codebook, example: Make, text: str) -> None:
    assert outcomes(example(text), codebook) == []


def test_variables_of_the_first_or_last_statement_keep_the_order(example: Make) -> None:
    variable = {"name": "grade", "kind": "count", "merge": "last"}
    book = Codebook.model_validate({"name": "c", "variables": [variable]})
    assert outcomes(example(REPORT), book) == []


def test_mentions_are_in_the_order_of_the_new_text(codebook: Codebook, example: Make) -> None:
    mentions = [{"text": one, "type": "drug"} for one in ("pain", "contrast", "a cyst, no")]
    found = outcomes(example(REPORT, {"drugs": mentions}), codebook)
    assert len({one.worked.text for one in found}) == 5
    for one in found:
        places = [one.worked.text.index(mention["text"]) for mention in one.worked.cells["drugs"].value]
        assert places == sorted(places)
        assert len(places) == 3


def test_mentions_whose_places_are_not_sure_keep_the_order(codebook: Codebook, example: Make) -> None:
    # "aspirin" stands there twice and is a mention once: which one is not known.
    assert outcomes(example(REPORT, {"drugs": [{"text": "aspirin", "type": "drug"}]}), codebook) == []


def test_items_of_a_group_keep_their_order(codebook: Codebook, example: Make) -> None:
    def item(quote: str) -> dict[str, Any]:
        return {"quote": quote, "form": "flat", "width": None, "place": None}

    told = outcomes(example(REPORT, {"lesions": [item("pain"), item("a cyst, no")]}), codebook)
    assert {one.worked.text.index("pain") < one.worked.text.index("a cyst, no") for one in told} == {True}
    assert outcomes(example(REPORT, {"lesions": [item("pain"), item("")]}), codebook) == []


def test_a_quote_over_two_sections_keeps_them_together(codebook: Codebook, example: Make) -> None:
    quote = "pain.\n\nTechnique"
    for one in outcomes(example(REPORT, {"embolism": (True, quote)}), codebook):
        assert quote in one.worked.text
