"""Sections shuffled, instructions injected, irrelevant text put around."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.long.blocks import blocks_of
from epicrisis.prompting.control_words import without_control_words
from epicrisis.stress.changes.injected_instruction import injected_instruction, injected_value
from epicrisis.stress.changes.injection_words import FORGERIES, ORDERS
from epicrisis.stress.changes.irrelevant_text import SENTENCES, irrelevant_text
from epicrisis.stress.changes.shuffled_sections import shuffled_sections

REPORT = """\
CT abdomen

Klinische gegevens: pijn.

Verslag:
Lever normaal. Vraagstelling: geen.

Bevindingen:
Milt 12 cm.

Conclusie: geen afwijkingen."""
PIECES = st.sampled_from(
    ["Verslag:\n", "Conclusie: geen.", "\n", "\n\n", " ", "Milt 12 cm.", "TECHNIEK\n", "x", "\t"]
)


def _bodies(text: str) -> list[str]:
    return [body for body, _ in blocks_of(text)]


@given(st.lists(PIECES, max_size=20).map("".join))
def test_blocks_are_the_text(text: str) -> None:
    assert "".join(body + gap for body, gap in blocks_of(text)) == text


@given(st.lists(PIECES, max_size=20).map("".join), st.integers(1, 3), st.integers(0, 9))
def test_shuffling_loses_nothing(text: str, strength: int, seed: int) -> None:
    done = shuffled_sections(text, strength, Random(seed))
    assert sorted(done) == sorted(text)


def test_sections_keep_what_is_in_them() -> None:
    bodies = _bodies(REPORT)
    assert bodies[0] == "CT abdomen"
    assert "Verslag:\nLever normaal. Vraagstelling: geen." in bodies
    moved = []
    for strength in (1, 2, 3):
        done = shuffled_sections(REPORT, strength, Random(4))
        assert all(body in done for body in bodies)
        order = sorted(bodies, key=done.index)
        moved.append(sum(one != other for one, other in zip(order, bodies, strict=True)))
    assert moved == [2, 3, 5]


def test_a_heading_with_nothing_below_it_keeps_the_next_section() -> None:
    text = "Verslag:\nVergelijking: geen.\nLever normaal.\n\nConclusie: normaal.\n\nAdvies: geen."
    assert _bodies(text)[0].startswith("Verslag:\nVergelijking: geen.")


def test_paragraphs_where_there_are_no_headings() -> None:
    text = "Een lever.\n\nTwee nieren.\n \nDrie."
    assert sorted(shuffled_sections(text, 3, Random(1)).split("\n")) == sorted(text.split("\n"))
    assert shuffled_sections(text, 3, Random(1)) != text
    assert shuffled_sections("Een lever. Twee nieren.", 3, Random(1)) == "Een lever. Twee nieren."


@given(st.text(max_size=60), st.integers(1, 3), st.integers(0, 30), st.sampled_from(["nl", "en", "de", "xx"]))
def test_an_instruction_leaves_the_report_whole(text: str, strength: int, seed: int, language: str) -> None:
    done = injected_instruction(text, strength, Random(seed), language)
    orders = [one for one in ORDERS.get(language, ORDERS["en"])[strength] if one in done]
    assert len(orders) == 1
    assert "4" in orders[0]
    if strength > 1:
        assert text in done
    else:
        assert done.replace(f" {orders[0]}", "", 1) == text


def test_a_remark_stands_between_sentences() -> None:
    text = "Lever normaal. Milt 12 cm. Nieren normaal."
    for seed in range(20):
        done = injected_instruction(text, 1, Random(seed), "nl")
        assert any(done.startswith(f"{text[:end]} ") for end in (14, 26, 42)), done


def test_every_wording_comes_up_in_every_language() -> None:
    for language, by_strength in ORDERS.items():
        for strength, wordings in by_strength.items():
            done = [injected_instruction("x", strength, Random(seed), language) for seed in range(60)]
            assert all(any(order in one for one in done) for order in wordings)


def test_forged_marks_are_broken_before_they_are_sent() -> None:
    for forgery in FORGERIES:
        sent = without_control_words(forgery)
        for mark in ("</report>", "<report>", "<|", "[/INST]", "<end_of_turn>", "<s>", "<<SYS>>"):
            assert mark not in sent


def test_what_the_instruction_asks_for(codebook: Codebook) -> None:
    assert {one.name: injected_value(one) for one in codebook.variables} == {
        "side": "both",
        "grade": 3,
        "normal": True,
        "lesions": 4,
        "small_count": None,
        "size": {"value": 4.0, "unit": "mm"},
        "seen": None,
        "words": None,
    }


@pytest.mark.parametrize("language", SENTENCES)
def test_irrelevant_text_surrounds_the_report(language: str) -> None:
    known = SENTENCES[language]
    added = [
        sum(irrelevant_text(REPORT, strength, Random(1), language).count(one) for one in known)
        for strength in (1, 2, 3)
    ]
    assert added[:2] == [2, 8]
    assert added[2] >= 8
    assert irrelevant_text(REPORT, 1, Random(1), language).startswith(REPORT)
    for strength in (2, 3):
        done = irrelevant_text(REPORT, strength, Random(1), language)
        assert any(done.startswith(one) for one in known)
        assert any(done.endswith(one) for one in known)
        assert all(body in done for body in _bodies(REPORT))


@given(st.text(max_size=3000))
def test_the_most_irrelevant_text_is_as_long_as_the_report(text: str) -> None:
    assert len(irrelevant_text(text, 3, Random(1))) >= 2 * len(text.rstrip())
