"""Typing errors, dropped spaces, capitals, misread characters, decimal marks: what they leave alone."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.stress.changes.decimal_style import decimal_style
from epicrisis.stress.changes.dropped_spaces import dropped_spaces
from epicrisis.stress.changes.ocr_confusions import ocr_confusions
from epicrisis.stress.changes.typing_errors import typing_errors
from epicrisis.stress.changes.upper_case import upper_case

WORDY = st.lists(
    st.sampled_from(["geen", "Läsion", "2,5", "12", "mm", "T2", "B", "1.000", "infarct,", "(links)", "-"]),
    min_size=1,
    max_size=40,
).map(" ".join)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def _changed(before: str, after: str) -> set[int]:
    """The places of the words that differ."""
    return {
        place
        for place, (one, other) in enumerate(zip(before.split(), after.split(), strict=True))
        if one != other
    }


@given(WORDY, st.integers(1, 3), st.integers(0, 9))
def test_typing_errors_leave_numbers_units_and_first_letters(text: str, strength: int, seed: int) -> None:
    done = typing_errors(text, strength, Random(seed), "de")
    assert _numbers(done) == _numbers(text)
    for before, after in zip(text.split(), done.split(), strict=True):
        assert before == after or (len(before) >= 4 and after[:1] == before[:1] != "")
        assert abs(len(before) - len(after)) <= 1


@pytest.mark.parametrize(
    ("language", "keys"), [("de", "rzfg"), ("DE-at", "rzfg"), ("nl", "ryfg"), ("xx", "ryfg"), ("fr", "ryfg")]
)
def test_typing_errors_are_of_the_keyboard(language: str, keys: str) -> None:
    done = typing_errors(" ".join(["tttt"] * 400), 3, Random(5), language)
    assert set(done) == {"t", " ", *keys}
    assert set(typing_errors(" ".join(["TTTT"] * 400), 3, Random(5), language)) == {"T", " ", *keys.upper()}


@pytest.mark.parametrize("change", [typing_errors, ocr_confusions])
def test_a_greater_strength_keeps_the_errors_of_the_lesser(change: object) -> None:
    text = " ".join(["milten", "lesies", "normaal", "mild", "klein"] * 40)
    assert callable(change)
    places = [_changed(text, change(text, strength, Random(1))) for strength in (1, 2, 3)]
    assert [len(one) for one in places] == [6, 20, 50]
    assert places[0] < places[1] < places[2]


@given(WORDY, st.integers(1, 3), st.integers(0, 9))
def test_dropped_spaces_drop_nothing_else_and_join_no_numbers(text: str, strength: int, seed: int) -> None:
    done = dropped_spaces(text, strength, Random(seed))
    assert done.replace(" ", "") == text.replace(" ", "")
    assert sorted(_numbers(done)) == sorted(_numbers(text))


def test_dropped_spaces_stay_within_lines() -> None:
    assert dropped_spaces("een\n twee  drie \n", 3, Random(1)) == "een\n twee  drie \n"


@given(WORDY, st.integers(1, 3), st.integers(0, 9))
def test_upper_case_changes_case_only(text: str, strength: int, seed: int) -> None:
    done = upper_case(text, strength, Random(seed))
    assert done.casefold() == text.casefold()
    assert strength < 3 or done == text.upper()


@given(WORDY, st.integers(1, 3), st.integers(0, 9))
def test_ocr_makes_no_other_number(text: str, strength: int, seed: int) -> None:
    """A digit is read as a letter; no digit stands where there was another, and none is added to a number."""
    done = ocr_confusions(text, strength, Random(seed))
    for before, after in zip(text.split(), done.split(), strict=True):
        if any(one.isdigit() for one in before):
            assert len(before) == len(after)
            assert all(a == b or not b.isdigit() for a, b in zip(before, after, strict=True))
        if len(before) == 1:
            assert not after.isdigit() or after == before


def test_ocr_confuses_both_ways() -> None:
    done = {ocr_confusions(word, 1, Random(seed)) for seed in range(40) for word in ("10", "hernia", "alm")}
    assert {"1O", "l0", "hemia", "a1m"} <= done


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Lesie van 2,5 cm.", "Lesie van 2.5 cm."),
        ("PSA 0.125; eerder 12,25", "PSA 0,125; eerder 12.25"),
        ("(1.5 T) en 3,0", "(1,5 T) en 3.0"),
        ("1.000 cellen en 1,234", "1.000 cellen en 1,234"),
        ("12.03.2021 en 12.03 en 10.30.15", "12.03.2021 en 12.03 en 10.30.15"),
        ("1.2.3 en v1.5 en 1,5,2 en 3/2,5", "1.2.3 en v1.5 en 1,5,2 en 3/2,5"),
        ("geen", "geen"),
    ],
)
def test_decimal_marks(before: str, after: str) -> None:
    assert decimal_style(before, 3, Random(1)) == after


@given(st.lists(st.sampled_from(["2,5 cm", "1.75 ml", "0,8", "geen", "12"]), max_size=30), st.integers(0, 9))
def test_decimal_style_is_undone_by_doing_it_again(parts: list[str], seed: int) -> None:
    text = "; ".join(parts)
    done = decimal_style(text, 3, Random(seed))
    assert decimal_style(done, 3, Random(seed)) == text
    assert [one.replace(",", ".") for one in _numbers(done)] == [
        one.replace(",", ".") for one in _numbers(text)
    ]
