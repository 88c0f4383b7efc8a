"""Whether the clause around a quote hedges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.hedging import Clauses, hedged


def around(text: str, words: str) -> bool:
    start = text.index(words)
    return hedged(text, start, start + len(words))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mogelijk een lacunair infarct.", "lacunair infarct"),
        ("Waarschijnlijk oud infarct links.", "infarct"),
        ("Er wordt verdenking op metastase vermeld", "metastase"),
        ("Metastase niet uit te sluiten.", "Metastase"),
        ("Metastase kan niet worden uitgesloten.", "Metastase"),
        ("Beeld zou kunnen passen bij een infarct", "infarct"),
        ("DD lacune of perivasculaire ruimte", "lacune"),
        ("dd. metastase", "metastase"),
        ("Twijfel over een lacune rechts", "lacune"),
        ("Possible lacunar infarct.", "lacunar infarct"),
        ("Findings suspicious for metastasis", "metastasis"),
        ("A metastasis cannot be excluded.", "metastasis"),
        ("Möglicherweise ein Infarkt.", "Infarkt"),
        ("V.a. Metastase links", "Metastase"),
        ("a.e. Lakune", "Lakune"),
        ("Metastase nicht auszuschließen.", "Metastase"),
        ("MTA 2? GCA 1.", "MTA 2"),
        ("mogelijk\nlacunair infarct", "infarct"),  # a wrapped line
        ("infarct niet\nuit te sluiten", "infarct"),
        ("geen bloeding, mogelijk tumor", "tumor"),
        ("laesie van 1.5 cm, mogelijk tumor", "1.5 cm"),  # the stop in a number ends nothing
        ("Mogelijk o.a. Lacune", "Lacune"),  # nor do those of an abbreviation
    ],
)
def test_hedges(text: str, words: str) -> None:
    assert around(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lacunair infarct links.", "infarct"),
        ("Geen twijfel over een infarct.", "infarct"),
        ("Zonder twijfel een infarct.", "infarct"),
        ("Geen verdenking op metastase.", "metastase"),
        ("Geen duidelijke verdenking op metastase.", "metastase"),
        ("Niet verdacht voor metastase", "metastase"),
        ("no doubt about the infarct", "infarct"),
        ("No clear suspicion, not suspicious for metastasis", "metastasis"),
        ("Kein Verdacht auf Metastase.", "Metastase"),
        ("ohne Zweifel ein Infarkt", "Infarkt"),
        ("unlikely infarct", "infarct"),
        ("Mogelijk tumor. Infarct links.", "Infarct"),  # other sentences
        ("Infarct links. Mogelijk tumor.", "Infarct"),
        ("Infarct in het gebied van de ACM. Mogelijk tumor.", "Infarct"),
        ("MTA 2. Mogelijk tumor.", "MTA 2"),
        ("MTA li. Mogelijk tumor.", "MTA"),
        ("Infarct links; mogelijk tumor", "Infarct"),
        ("Infarct links, maar mogelijk tumor", "Infarct"),
        ("Mogelijk tumor\nInfarct links", "Infarct"),
        ("- mogelijk tumor\n- infarct links", "infarct"),
        ("Infarct? MTA 2.", "MTA 2"),
        ("MRI d.d. 12-01-2023: infarct links", "infarct"),  # "dated", not "differential diagnosis"
        ("v.a. 2012 infarct", "infarct"),  # "from 2012"
        ("vraagstelling infarct", "infarct"),  # only part of a word
    ],
)
def test_does_not_hedge(text: str, words: str) -> None:
    assert not around(text, words)


def test_each_clause_is_remembered_for_itself() -> None:
    text = "MOGELIJK een infarct. Geen bloeding. Infarct? Mogelijk een lacune."
    clauses = Clauses(text)
    for _ in range(2):
        for words, expected in (("infarct", True), ("bloeding", False), ("Infarct", True), ("lacune", True)):
            start = text.index(words)
            assert clauses.hedged(start, start + len(words)) is expected


@given(st.text("Mogelijk .?;\n2a", max_size=40), st.data())
def test_any_place_can_be_asked_about(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert Clauses(text).hedged(start, end) == hedged(text, start, end)
