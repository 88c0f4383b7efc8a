"""Quotes located in the report."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from epicrisis.extraction.answer import Evidence, Grade
from epicrisis.extraction.grounding import FUZZY_MINIMUM, FUZZY_THRESHOLD, Grounds
from epicrisis.extraction.normalise import normalise

REPORT = (
    "MRI hersenen d.d. 12-01-2023.\r\n"
    "Verslag: geen aanwijzingen voor een recent infarct. Oude lacune in de thalamus rechts, 1,5 cm.\n"
    "MTA links 2, rechts 1. Enkele wittestof-\nafwijkingen, Fazekas 1.\n"
    "Conclusie: MTA links 2; Straßburg-Skala „normal“."
)
WORDS = [
    "MTA",
    "links",
    "2",
    "1,5",
    "geen",
    "infarct",
    "Straße",
    "pari\u00ebtaal",
    "cafe\u0301",
    "GCA-score",
    "b.d.z.",
]
reports = st.lists(
    st.sampled_from(WORDS) | st.text("abcdéß12.,", min_size=1, max_size=8), min_size=1, max_size=20
)
spaces = st.sampled_from([" ", "  ", "\n", "\r\n", "\u00a0", "\t "])


def located(text: str, quote: str, near: int = 0) -> Evidence | None:
    found = Grounds(text).locate(quote, near)
    if found is not None:
        assert text[found.start : found.end] == found.quote
    return found


def grade(text: str, quote: str) -> Grade:
    found = located(text, quote)
    return Grade.NONE if found is None else found.grade


def cuts_a_word(text: str, border: int) -> bool:
    return 0 < border < len(text) and text[border - 1].isalnum() and text[border].isalnum()


@given(reports, spaces, st.data())
@example(["1,5", "1", ",5"], " ", None)
def test_whole_words_of_a_report_are_located_exactly(
    words: list[str], space: str, data: st.DataObject | None
) -> None:
    text = space.join(words)
    first = data.draw(st.integers(0, len(words) - 1)) if data else 1
    last = data.draw(st.integers(first, len(words) - 1)) if data else 1
    quote = space.join(words[first : last + 1])
    start = len(space.join([*words[:first], ""]))
    found = located(text, quote, near=start)
    assert found == Evidence(quote, start, start + len(quote), Grade.EXACT)


@given(reports, spaces, spaces, st.data())
def test_the_same_words_in_other_dress_are_located_as_normalised(
    words: list[str], space: str, other: str, data: st.DataObject
) -> None:
    text = space.join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = other.join(words[first : last + 1]).upper()
    assume(quote not in text)
    found = located(text, quote)
    assert found is not None
    assert found.grade is Grade.NORMALISED
    assert normalise(found.quote).text == normalise(quote).text


@given(st.text(st.sampled_from("abcdeé\u0301 12.,-\n½ßnogeen\u00ad"), max_size=60), st.data())
def test_what_is_located_is_the_reports_and_cuts_no_word(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = list(text[start : data.draw(st.integers(start, len(text)))])
    if quote and data.draw(st.booleans()):
        quote[data.draw(st.integers(0, len(quote) - 1))] = data.draw(st.sampled_from("xyé 7"))
    found = located(text, "".join(quote))
    if found is None:
        return
    assert found.quote.strip()
    assert not cuts_a_word(text, found.start)
    assert not cuts_a_word(text, found.end)
    wanted, got = normalise("".join(quote)).text, normalise(found.quote).text
    if found.grade is Grade.FUZZY:
        bare = wanted.strip(" .,-")
        assert fuzz.ratio(bare, got) >= FUZZY_THRESHOLD - 5  # what is around a quote is left out
        assert re.findall(r"\d+(?:\.\d+)?", bare) == re.findall(r"\d+(?:\.\d+)?", got)
        assert ("geen" in bare.split()) == ("geen" in got.split()) or "." in got or "," in got or "-" in got
    else:
        assert got in wanted


@pytest.mark.parametrize(
    ("quote", "expected", "words"),
    [
        ("Oude lacune in de thalamus", Grade.EXACT, "Oude lacune in de thalamus"),
        ("oude LACUNE in de\nthalamus", Grade.NORMALISED, "Oude lacune in de thalamus"),
        ("thalamus rechts, 1.5 cm", Grade.NORMALISED, "thalamus rechts, 1,5 cm"),
        ("enkele wittestofafwijkingen", Grade.NORMALISED, "Enkele wittestof-\nafwijkingen"),
        ("STRASSBURG-SKALA", Grade.NORMALISED, "Straßburg-Skala"),
        ('Skala "normal"', Grade.NORMALISED, "Skala „normal“"),
        ("Oude lacune in thalamus rechts", Grade.FUZZY, "Oude lacune in de thalamus rechts"),
        ("aanwijzingen voor een resent infarct", Grade.FUZZY, "aanwijzingen voor een recent infarct"),
        ("Oude lacune ... thalamus rechts", Grade.EXACT, "thalamus rechts"),
        ("Oude lacune […] de", Grade.EXACT, "Oude lacune"),
        ("… recent infarct", Grade.EXACT, "recent infarct"),
        ("recent infarct...", Grade.EXACT, "recent infarct"),
        ('"recent infarct!"', Grade.EXACT, "recent infarct"),
        ("- recent infarct;", Grade.EXACT, "recent infarct"),
        ("*Recent infarct*", Grade.NORMALISED, "recent infarct"),
    ],
)
def test_the_ladder(quote: str, expected: Grade, words: str) -> None:
    found = located(REPORT, quote)
    assert found is not None
    assert (found.grade, found.quote) == (expected, words)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        " \n",
        "...",
        "?!",
        "tumor",
        "MTA link",  # a word cut short
        "TA li",
        "thalamus rechts, 1",  # a number cut short
        "5 cm",
        "12-01-202",
        "aanwijzingen voor een recent infarct in de linker hemisfeer",
        "aanwijzingen voor recent infarct. Oude lacune in de thalamus links",  # the other side
        "MTA rechts 2, links 1.",
        "infarkt",  # near, but too short to tell
    ],
)
def test_not_there(quote: str) -> None:
    assert grade(REPORT, quote) is Grade.NONE


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Er is geen vers infarct te zien", "Er is een vers infarct te zien"),
        ("Er is een vers infarct te zien", "Er is geen vers infarct te zien"),
        ("there is no acute infarction", "there is an acute infarction"),
        ("kein Anhalt für eine Blutung", "ein Anhalt für eine Blutung"),
        ("diameter van de laesie 12 mm", "diameter van de laesie 13 mm"),
        ("diameter van de laesie 1,2 mm", "diameter van de laesie 12 mm"),
        ("infarct in de rechter hemisfeer", "infarct in de linker hemisfeer"),
        ("benigne laesie in de mamma", "maligne laesie in de mamma"),
        ("oppervlak van het veld 10² mm", "oppervlak van het veld 102 mm"),
    ],
)
def test_what_means_something_else_is_not_alike(text: str, quote: str) -> None:
    assert grade(text, quote) is Grade.NONE


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [(1, Grade.FUZZY), (2, Grade.FUZZY), (3, Grade.FUZZY), (4, Grade.NONE), (6, Grade.NONE)],
)
def test_the_threshold_on_both_sides(wrong: int, expected: Grade) -> None:
    """Every wrong letter of 21 costs two of 42: three are 85.7 alike, four 81."""
    words = "abcdefg hijklmn opqrs"
    quote = words
    for letter in "adhlpq"[:wrong]:
        quote = quote.replace(letter, "X")
    ratio = fuzz.ratio(words, quote.lower())
    assert (ratio >= FUZZY_THRESHOLD) == (expected is Grade.FUZZY)
    assert grade(f"zz {words} zz", quote) is expected


def test_short_quotes_are_not_matched_by_likeness() -> None:
    long, short = "a" * FUZZY_MINIMUM, "a" * (FUZZY_MINIMUM - 1)
    assert grade(f"zz {long}b zz", long) is Grade.FUZZY
    assert grade(f"zz {short}b zz", short) is Grade.NONE


@pytest.mark.parametrize("near", [0, 7, 8, 15, 40])
@pytest.mark.parametrize("quote", ["MTA 2 links", "mta 2  LINKS", "MMA 2 links"])
def test_the_nearest_of_several_places_wins(near: int, quote: str) -> None:
    text = "MTA 2 links; MTA 2 links; MTA 2 links."
    found = located(text, quote, near)
    assert found is not None
    assert found.start == min((0, 13, 26), key=lambda start: (abs(start - near), start))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("ca\u0301fe", "ca"),  # an accent is part of its letter
        ("cafe\u0301s", "cafe\u0301"),
        ("in\u00adfarct", "farct"),  # what is not seen does not end a word
        ("in\u200bfarct", "in"),
        ("1½ cm", "1"),
        ("1½ cm", "11"),
        ("½ cm", "1"),
        ("10² mm", "10"),
        ("Straße", "stras"),
        ("1.5 cm", "5 cm"),
        ("1,5 cm", "1"),
        ("12 cm", "2 cm"),
    ],
)
def test_no_word_or_number_is_cut(text: str, quote: str) -> None:
    assert located(text, quote) is None
    assert Grounds(text).occurrences(quote) == []


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("in\u00adfarct links", "infarct", "in\u00adfarct"),
        ("\ufeffMRI", "MRI", "MRI"),
        ("(MTA 2)", "MTA 2", "MTA 2"),
        ("-5 °C", "-5 °C.", "-5 °C"),
        ("cafe\u0301 noir", "café", "cafe\u0301"),
        ("MMSE 24/30", "24", "24"),
        ("1, 2, 3", "2", "2"),
        ("links.5", "links", "links"),
    ],
)
def test_whole_words_beside_signs(text: str, quote: str, expected: str) -> None:
    found = located(text, quote)
    assert found is not None
    assert found.quote == expected


def test_occurrences_in_order_and_case_blind() -> None:
    text = "Infarct links. infarct rechts. INFARCT. Infarcten."
    assert Grounds(text).occurrences("infarct") == [(0, 7), (15, 22), (31, 38)]
    assert Grounds(text).occurrences_of_term("Infarct") == [(0, 7), (15, 22), (31, 38)]
    assert Grounds(text).occurrences("") == []


@given(reports, spaces, st.data())
@example(["MTA 2,5"], " ", None)
def test_what_is_held_is_what_is_located_exactly(
    words: list[str], space: str, data: st.DataObject | None
) -> None:
    text = space.join(words)
    quote = "MTA 2" if data is None else data.draw(st.sampled_from([*words, *WORDS]) | st.text(max_size=6))
    found = Grounds(text).locate(f" {quote} ")
    exactly = found is not None and found.grade is Grade.EXACT and found.quote == quote.strip()
    assert Grounds(text).holds(f" {quote} ") == exactly


def test_a_quote_longer_than_the_report() -> None:
    assert (
        located("geen infarct", "geen infarct, geen bloeding, geen tumor en geen andere bevindingen") is None
    )
    assert located("", "geen infarct te zien") is None
