"""Reports in capitals, in small letters, and in sentences."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.tuning.augmenting.casing import casing

Make = Callable[..., Example]


def outcomes(one: Example, codebook: Codebook) -> set[str]:
    made = [casing(one, codebook, Random(seed)) for seed in range(30)]
    return {found.worked.text for found in made if found is not None}


def test_all_three(codebook: Codebook, example: Make) -> None:
    assert outcomes(example("CT thorax:\n- geen PE. Ook geen Tumor"), codebook) == {
        "CT THORAX:\n- GEEN PE. OOK GEEN TUMOR",
        "ct thorax:\n- geen pe. ook geen tumor",
        "Ct thorax:\n- Geen pe. Ook geen tumor",
    }


def test_what_is_in_that_case_is_made_another(codebook: Codebook, example: Make) -> None:
    assert outcomes(example("geen tumor"), codebook) == {"GEEN TUMOR", "Geen tumor"}
    assert outcomes(example("123"), codebook) == set()


def test_letters_that_become_two(codebook: Codebook, example: Make) -> None:
    cells = {"drugs": [{"text": "große", "type": "drug"}], "summary": "große Masse"}
    found = [casing(example("eine große Masse", cells), codebook, Random(seed)) for seed in range(30)]
    upper = next(one for one in found if one is not None and one.worked.text.isupper())
    assert upper.worked.text == "EINE GROSSE MASSE"
    assert upper.worked.cells["drugs"].value == [{"text": "GROSSE", "type": "drug"}]
    assert upper.worked.cells["summary"].value == "GROSSE MASSE"
