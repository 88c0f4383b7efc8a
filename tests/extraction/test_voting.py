"""The majority of several samples."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor
from epicrisis.extraction.candidate import Candidate
from epicrisis.extraction.voting import vote
from epicrisis.prompting import Form
from epicrisis.report import Report

CATEGORY = {"name": "x", "kind": "category", "options": ["a", "b", "c"]}
COUNT = {"name": "x", "kind": "count"}
SPANS = {"name": "x", "kind": "spans"}


def voted(codebook_of: Any, variable: dict[str, Any], *cast: Candidate) -> Candidate:
    (made,) = codebook_of(variable).variables
    return vote([made], [{"x": one} for one in cast])["x"]


def test_the_majority_counts_and_the_share_is_kept(codebook_of: Any) -> None:
    found = voted(codebook_of, CATEGORY, Candidate("a"), Candidate("b", "quote"), Candidate("b"))
    assert (found.value, found.quote, found.notes) == ("b", "quote", ("2 of 3 samples agree",))
    assert found.confidence == found.votes == pytest.approx(2 / 3)


def test_one_sample_has_no_votes(codebook_of: Any) -> None:
    assert voted(codebook_of, CATEGORY, Candidate("a", confidence=0.9)) == Candidate("a", confidence=0.9)


def test_a_tie_goes_to_the_first(codebook_of: Any) -> None:
    assert voted(codebook_of, CATEGORY, Candidate("b"), Candidate("a")).value == "b"


def test_silence_is_a_vote_and_trouble_is_not(codebook_of: Any) -> None:
    found = voted(codebook_of, CATEGORY, Candidate(problem="bad"), Candidate(), Candidate(), Candidate("a"))
    assert (found.value, found.notes) == (None, ("2 of 4 samples agree",))
    assert voted(codebook_of, CATEGORY, Candidate(problem="bad"), Candidate(problem="worse")).problem == "bad"


def test_numbers_have_a_median(codebook_of: Any) -> None:
    numbers = [Candidate(n) for n in (3, 40, 4, 4, 5)]
    assert voted(codebook_of, COUNT, *numbers).value == 4
    assert voted(codebook_of, COUNT, Candidate(3), Candidate(), Candidate()).value is None


def test_lists_agree_whatever_their_order(codebook_of: Any) -> None:
    one, other = [{"text": "a"}, {"text": "b"}], [{"text": "b"}, {"text": "a"}]
    found = voted(codebook_of, SPANS, Candidate([{"text": "c"}]), Candidate(one), Candidate(other))
    assert found.value == one


def test_how_sure_each_was_weighs(codebook_of: Any) -> None:
    cast = Candidate("a", confidence=0.9), Candidate("a", confidence=0.5), Candidate("b", confidence=0.8)
    found = voted(codebook_of, CATEGORY, *cast)
    assert (found.confidence, found.votes) == (pytest.approx(1.4 / 3), pytest.approx(2 / 3))
    # What is left without the votes is the mean of those that agree.
    assert found.confidence / found.votes == pytest.approx(0.7)


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=2, max_size=9))
def test_nothing_beats_the_chosen_value(values: list[str | None]) -> None:
    from epicrisis.codebook.codebook import Codebook

    (variable,) = Codebook.model_validate({"name": "b", "variables": [CATEGORY]}).variables
    found = vote([variable], [{"x": Candidate(value)} for value in values])["x"]
    assert values.count(found.value) == max(values.count(value) for value in values)


def test_every_sample_has_its_own_seed_and_a_temperature(codebook_of: Any) -> None:
    replies = iter([{"x": "a"}, {"x": "b"}, {"x": "b"}])
    seen: list[Request] = []

    def answer(request: Request) -> Any:
        seen.append(request)
        return next(replies)

    options = ExtractionOptions(second_look=False, form=Form.VALUE, samples=3, seed=5)
    found = Extractor(codebook_of(CATEGORY), ScriptedEngine(answer), options).extract(Report("r", "Tekst."))
    assert found.answers["x"].value == "b"
    assert "2 of 3 samples agree" in found.answers["x"].notes
    assert found.answers["x"].votes == pytest.approx(2 / 3)
    assert [(one.seed, one.temperature) for one in seen] == [(5, 0.7), (6, 0.7), (7, 0.7)]
    assert found.usage.requests == 3
