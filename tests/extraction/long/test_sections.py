"""Sections by their headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.long.lexicon import Role
from epicrisis.extraction.long.sections import Section, sections


def shape(text: str) -> list[tuple[str, Role | None]]:
    return [(section.name, section.role) for section in sections(text)]


DUTCH = """\
Patiënt nummer 12

Klinische gegevens:
Hoofdpijn. Infarct?

VERSLAG
MRI hersenen met contrast.
Rechter hemisfeer:
Geen afwijkingen.

Conclusie:
Lacunair infarct links.
Overig:
Geen.
"""
ENGLISH = """\
INDICATION: Headache.
TECHNIQUE: MRI without contrast.
FINDINGS:
The ventricles are normal in size.
IMPRESSION:
1. No infarct.
2. Normal study.
"""
GERMAN = """\
Sehr geehrter Herr Kollege,

1. Diagnosen
Hirninfarkt links

2. Anamnese
Der Patient berichtet über Schwindel.

Befund
------
Keine Blutung.

**Beurteilung:** Kein Anhalt für einen Infarkt.
"""
FRENCH = """\
Renseignements cliniques : céphalées.
Technique : IRM sans injection.
Résultats :
Pas de lésion.
AU TOTAL : examen normal.
"""


def test_dutch() -> None:
    assert shape(DUTCH) == [
        ("", None),
        ("Klinische gegevens", Role.INDICATION),
        ("VERSLAG", Role.FINDINGS),
        ("Rechter hemisfeer", Role.FINDINGS),
        ("Conclusie", Role.CONCLUSION),
        ("Overig", Role.CONCLUSION),
    ]


def test_english() -> None:
    assert shape(ENGLISH) == [
        ("INDICATION", Role.INDICATION),
        ("TECHNIQUE", Role.TECHNIQUE),
        ("FINDINGS", Role.FINDINGS),
        ("IMPRESSION", Role.CONCLUSION),
    ]


def test_german() -> None:
    assert shape(GERMAN) == [
        ("", None),
        ("Diagnosen", Role.DIAGNOSIS),
        ("Anamnese", Role.HISTORY),
        ("Befund", Role.FINDINGS),
        ("Beurteilung", Role.CONCLUSION),
    ]
    befund, beurteilung = sections(GERMAN)[3:]
    assert GERMAN[befund.body : befund.end].strip() == "Keine Blutung."
    assert GERMAN[beurteilung.body : beurteilung.end].strip() == "Kein Anhalt für einen Infarkt."


def test_french() -> None:
    assert shape(FRENCH) == [
        ("Renseignements cliniques", Role.INDICATION),
        ("Technique", Role.TECHNIQUE),
        ("Résultats", Role.FINDINGS),
        ("AU TOTAL", Role.CONCLUSION),
    ]


def test_headings_in_one_long_line() -> None:
    text = "Verslag: MRI. Geen infarct. CONCLUSIE: normaal. Zie ook de conclusie: oud.  Advies: geen."
    assert shape(text) == [
        ("Verslag", Role.FINDINGS),
        ("CONCLUSIE", Role.CONCLUSION),
        ("Advies", Role.ADVICE),
    ]


def test_a_section_knows_the_headings_it_stands_under() -> None:
    inner = sections(DUTCH)[3]
    assert inner.level == 2
    assert [DUTCH[one.start : one.end] for one in inner.headings] == ["VERSLAG", "Rechter hemisfeer:"]


def test_markdown_and_numbers_give_levels() -> None:
    text = "# Brief\n## Conclusie\n### Links\nx\n## Advies\ny\n2.1 Diagnose:\nz\n"
    assert [(one.name, one.level, one.role) for one in sections(text)] == [
        ("Brief", 1, None),
        ("Conclusie", 2, Role.CONCLUSION),
        ("Links", 3, Role.CONCLUSION),
        ("Advies", 2, Role.ADVICE),
        ("Diagnose", 2, Role.DIAGNOSIS),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Geen infarct. In de conclusie van vorig jaar ook niet.",
        "conclusie\n",  # a word that wrapped
        "Naam: Jansen\nDatum: 12-01-2023\nArts: de Vries\n",
        "Het beloop was: goed.",
        "De conclusie is duidelijk: geen infarct.",
        "12-01-2023\n",
        "De patiënt werd gezien in verband met klachten van de linkerhand en het volgende beeld:\n",
    ],
)
def test_no_headings(text: str) -> None:
    assert shape(text) == [("", None)]


def test_upper_case_marks_nothing_in_a_report_of_upper_case() -> None:
    text = "LEFT BREAST\nINVASIVE CARCINOMA\nGRADE TWO\nMARGINS FREE\nDIAGNOSIS:\nCARCINOMA\n"
    assert shape(text) == [("", None), ("DIAGNOSIS", Role.DIAGNOSIS)]


def test_spaced_letters() -> None:
    assert shape("C O N C L U S I E :\nGeen infarct.") == [("CONCLUSIE", Role.CONCLUSION)]


def test_nothing_has_no_sections() -> None:
    assert sections("") == []


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Conclusie:", "FINDINGS", "# Brief", "1. Diagnosen", "----", "Rechts:", "", "  Advies: nee"]
        ),
        st.text(st.characters(codec="utf-8"), max_size=60),
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
def test_sections_are_the_whole_text(lines: list[str], end: str) -> None:
    text = end.join(lines)
    found = sections(text)
    assert "".join(text[one.start : one.end] for one in found) == text
    for one in found:
        assert one.start <= one.body <= one.end
        assert _headings_hold(text, one)


def _headings_hold(text: str, section: Section) -> bool:
    places = [place for heading in section.headings for place in heading]
    return places == sorted(places) and (not places or section.start <= section.headings[-1].start)
