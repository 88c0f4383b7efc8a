"""Sentences, in reports that do not make it easy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.long.sentences import sentences


def split(text: str) -> list[str]:
    return [text[one.start : one.end] for one in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Vergeleken met MRI d.d. 12-01-2023 geen verandering.",
        "MRI i.v.m. Parkinson verricht.",
        "O.b.v. CT geen metastasen.",
        "Laesie van ca. 12 mm links.",
        "Zie ook o.a. Lacune rechts.",
        "Verwezen door Dr. Jansen en Prof. de Vries.",
        "Vgl. Voruntersuchung vom 12. März 2023.",
        "Befund z.B. Zyste, bzw. Tumor.",
        "Am 3. Mai und am 12. 01. 2023 operiert.",
        "Nach dem 2. Zyklus stabil.",
        "Z.n. Mastektomie re. Mamma.",
        "V.a. Metastase in der Leber.",
        "Specimen no. 5 shows carcinoma.",
        "Seen by Mr. Smith vs. Dr. Jones.",
        "A 2.5 x 1.8 cm. lesion",
        "Laesie van 1,2 cm. en een van 3 mm. rechts",
        "Opérée par le Dr. Martin et Mme. Dubois.",
        "Verloop van de A. carotis interna normaal.",
        "Metastase? in segment 4",
        "(Zie verslag.) is een verwijzing.",
        "Een 55-j. Patientin.",
        "Bijv. Een cyste, bv. In de lever.",
        "Cave: diff.diagn. Cyste of tumor, conf. Vorige scan.",
        "Beleid n.a.v. MRI, t.g.v. Trauma en m.b.t. OK.",
        "Afm. 12 x 8 mm.",
        "Ca. 3 Zysten, ggf. MRT, inkl. Lymphknoten.",
        "St.p. Appendektomie bei Dr. med. Müller.",
        "Env. 12 mm, p. ex. Une masse, cf. Scanner du 12 mars.",
        "Adressé par le Pr. Petit, c.-à-d. Le service.",
    ],
)
def test_one_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Geen infarct. Geen bloeding.", ["Geen infarct.", "Geen bloeding."]),
        ("MTA links 2. MTA rechts 1.", ["MTA links 2.", "MTA rechts 1."]),
        ("Tumor van 12 mm. Geen invasie.", ["Tumor van 12 mm.", "Geen invasie."]),
        ("Infarct? Bloeding!", ["Infarct?", "Bloeding!"]),
        ('Hij zei "pijn." Verder niets.', ['Hij zei "pijn."', "Verder niets."]),
        ("Dosis 5 mg. Daarna 10 ml. Stop.", ["Dosis 5 mg.", "Daarna 10 ml.", "Stop."]),
        ("Adhesions? No. The liver is normal.", ["Adhesions?", "No.", "The liver is normal."]),
        ("Roken, alcohol enz. Verder gezond.", ["Roken, alcohol enz.", "Verder gezond."]),
        ("Wait... Then more.", ["Wait...", "Then more."]),
        ("Conclusie:\nGeen infarct", ["Conclusie:", "Geen infarct"]),
        ("- infarct\n- bloeding\n", ["- infarct", "- bloeding"]),
        ("1. Mamma rechts\n2. mamma links", ["1. Mamma rechts", "2. mamma links"]),
        ("Infarct in de linker\nhemisfeer.", ["Infarct in de linker\nhemisfeer."]),
        ("Geen infarct\n\nbloeding", ["Geen infarct", "bloeding"]),
        ("Lever normaal\r\nMilt normaal\r\n", ["Lever normaal", "Milt normaal"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert split(text) == found


def test_a_hard_wrapped_line_goes_on_before_a_capital() -> None:
    text = (
        "Im Bereich der rechten Hemisphäre zeigt sich eine kleine Läsion in der\n"
        "Wand des Ventrikels. Die übrigen Abschnitte sind unauffällig, es findet\n"
        "sich kein Hinweis auf eine Blutung.\n"
    )
    assert len(split(text)) == 2


def test_short_lines_are_not_wrapped() -> None:
    assert (
        len(split("Milt normaal\nLever normaal\nNieren beiderzijds zonder afwijkingen in beeld gebracht"))
        == 3
    )


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["d.d.", "12.", "Dr.", "Geen infarct.", "\n", "\r\n", "\n\n", "-", "1.", "mm.", "?", "z.B."]
        ),
        st.text(st.characters(codec="utf-8"), max_size=12),
    ),
    max_size=20,
)


@given(PIECES)
def test_between_sentences_there_is_white_space_only(pieces: list[str]) -> None:
    text = " ".join(pieces)
    place = 0
    for one in sentences(text):
        assert not text[place : one.start].strip()
        assert one.start < one.end
        assert text[one.start : one.end] == text[one.start : one.end].strip()
        place = one.end
    assert not text[place:].strip()


def test_a_page_of_white_space_takes_no_longer_than_any_other() -> None:
    assert sentences(" " * 200_000 + "\n" * 1000 + "Geen infarct.") == [(201_000, 201_013)]
