"""The shape of reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.examples.shape import likeness, shape

TEMPLATE = "Techniek: CT.\nBevindingen: lever {} mm, milt {} mm.\n\nConclusie: {}.\n"
PROSE = "Aan de patiënt is verteld dat er geen bijzonderheden zijn en dat controle over een jaar volgt."


@given(st.text(), st.text())
def test_likeness_is_a_share_and_has_no_order(one: str, other: str) -> None:
    left, right = shape(one), shape(other)
    assert 0 <= likeness(left, right) <= 1
    assert likeness(left, right) == likeness(right, left)


@given(st.text())
def test_every_text_is_like_itself(text: str) -> None:
    assert likeness(shape(text), shape(text)) == pytest.approx(1)


def test_one_template_filled_in_twice_is_nearer_than_prose() -> None:
    one, other = (shape(TEMPLATE.format(*values)) for values in ((12, 14, "gaaf"), (9, 8, "cyste")))
    assert likeness(one, other) > 0.9
    assert likeness(one, shape(PROSE)) < 0.5


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Conclusie: geen infarct", "conclusie"),
        ("tekst\n  Klinische gegevens: pijn", "klinische gegevens"),
        ("CONCLUSIE\nGeen infarct", "conclusie"),
        ("SPECIMEN: a. FINAL DIAGNOSIS: b", "final diagnosis"),
        ("MTA links: 2", "mta links"),
    ],
)
def test_headers_are_seen(text: str, header: str) -> None:
    assert header in shape(text)[0]


@pytest.mark.parametrize("text", ["Gezien om 12:30 uur", "geen kop", "Zonder dubbelepunt."])
def test_what_is_no_header(text: str) -> None:
    assert shape(text)[0] == {"none": 1.0}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("d.d. 12-01-2023", "date"),
        ("2023-01-12", "date"),
        ("12 x 8 mm", "size"),
        ("1,2 cm x 0,8 cm", "size"),
        ("PSA <0,1", "bound"),
        ("3 - 5", "range"),
        ("score 2/3", "score"),
        ("2,5", "decimal"),
        ("7 laesies", "whole"),
        ("7 mm", "unit mm"),
        ("5 mmol/l", "unit mmol/l"),
        ("3 g/dl", "unit g/dl"),
    ],
)
def test_numbers_are_told_apart(text: str, kind: str) -> None:
    assert kind in shape(text)[2]


def test_length_counts() -> None:
    line = "Een regel van een gewoon verslag zonder iets.\n"
    short, longer, long = (shape(line * times) for times in (2, 3, 60))
    assert likeness(short, longer) > likeness(short, long)
