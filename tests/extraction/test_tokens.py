"""How the probability of an answer spreads over all allowed values: constructed cases, worked out by hand."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.engines.engine import TokenLogprob
from epicrisis.extraction.places import member_places
from epicrisis.extraction.tokens import Tokens


def tokens(*told: tuple[str, dict[str, float]]) -> tuple[Tokens, str]:
    """Tokens with the probabilities that were reported."""
    found = [
        TokenLogprob(token, math.log(top.get(token, 0.001)), tuple((t, math.log(p)) for t, p in top.items()))
        for token, top in told
    ]
    text = "".join(token for token, _ in told)
    return Tokens(text, found), text


def spread(allowed: list[str], *told: tuple[str, dict[str, float]]) -> dict[tuple[str, ...], float]:
    found, text = tokens(*told)
    place = member_places(text)["x"]
    branches = found.spread(place, allowed)
    if branches:
        assert branches[-1].probability == found.chosen(place, allowed)
    shares: dict[tuple[str, ...], float] = {}
    for values, probability in branches:
        key = tuple(sorted(values))
        shares[key] = shares.get(key, 0.0) + probability
    return shares


HEAD = '{"x":', {'{"x":': 1.0}
STAGES = [f'"{value}"' for value in ("t1", "t1a", "t1b", "t2")] + ["null"]


def test_every_option_of_a_boolean_has_its_share() -> None:
    found = spread(
        ["true", "false", "null"],
        HEAD,
        (" true", {" true": 0.3, " false": 0.1, " null": 0.1, " maybe": 0.5}),
        ("}", {"}": 1.0}),
    )
    assert found == {
        ("true",): pytest.approx(0.6),
        ("false",): pytest.approx(0.2),
        ("null",): pytest.approx(0.2),
    }


def test_values_that_share_prefixes() -> None:
    found = spread(
        STAGES,
        HEAD,
        (' "', {' "': 0.8, " null": 0.2}),
        ("t", {"t": 0.9, "n": 0.1}),
        ("1", {"1": 0.6, "2": 0.2, "3": 0.2}),
        ("a", {"a": 0.5, "b": 0.2, '"': 0.1, '"}': 0.1, "c": 0.1}),
        ('"}', {'"}': 1.0}),
    )
    assert found == {
        ("null",): pytest.approx(0.2),
        ('"t2"',): pytest.approx(0.8 * 0.25),
        ('"t1"',): pytest.approx(0.8 * 0.75 * 2 / 9),
        ('"t1b"',): pytest.approx(0.8 * 0.75 * 2 / 9),
        ('"t1a"',): pytest.approx(0.8 * 0.75 * 5 / 9),
    }


def test_what_is_below_a_branch_not_taken_stays_together() -> None:
    found = spread(
        STAGES,
        HEAD,
        (' "t', {' "t': 1.0}),
        ("2", {"2": 0.5, "1": 0.25, "1a": 0.25}),
        ('"}', {'"}': 1.0}),
    )
    assert found == {
        ('"t1"', '"t1a"', '"t1b"'): pytest.approx(0.25),
        ('"t1a"',): pytest.approx(0.25),
        ('"t2"',): pytest.approx(0.5),
    }


def test_longer_tokens_that_say_more_than_the_one_chosen() -> None:
    found = spread(
        ["0", "0.5", "1"],
        HEAD,
        (" 0", {" 0": 0.5, " 0.5": 0.3, " 1": 0.2}),
        ("}", {"}": 0.8, ".": 0.2}),
    )
    assert found == {
        ("0",): pytest.approx(0.4),
        ("0.5",): pytest.approx(0.4),
        ("1",): pytest.approx(0.2),
    }
    # Also where the chosen token parts nothing.
    found = spread(
        STAGES[:-1],
        HEAD,
        (' "', {' "': 0.6, ' "t2': 0.4}),
        ("t2", {"t2": 0.5, "t1": 0.5}),
        ('"}', {'"}': 1.0}),
    )
    assert found == {('"t2"',): pytest.approx(0.7), ('"t1"', '"t1a"', '"t1b"'): pytest.approx(0.3)}


def test_numbers_of_a_scale_that_begin_alike() -> None:
    found = spread(
        ["0", "0.5", "1"],
        HEAD,
        (" ", {" ": 1.0}),
        ("0", {"0": 0.7, "1": 0.3}),
        (".", {".": 0.2, "}": 0.6}),
        ("5", {"5": 1.0}),
        ("}", {"}": 1.0}),
    )
    assert found == {
        ("1",): pytest.approx(0.3),
        ("0",): pytest.approx(0.7 * 0.75),
        ("0.5",): pytest.approx(0.7 * 0.25),
    }


def test_what_was_not_reported() -> None:
    # Forced by the grammar: of the others it is known that they were no likelier, not which of them it is.
    forced = spread(["true", "false", "null"], HEAD, (" true", {" yes": 0.9}), ("}", {"}": 1.0}))
    assert forced == {("true",): pytest.approx(1 / 3), ("false", "null"): pytest.approx(2 / 3)}
    # Reported, the others are not: they are impossible.
    sure = spread(["true", "false", "null"], HEAD, (" true", {" true": 0.4, " yes": 0.6}), ("}", {"}": 1.0}))
    assert sure == {("true",): 1.0}


def test_what_is_not_allowed_has_no_spread() -> None:
    assert spread(["true", "false"], HEAD, (" null", {" null": 1.0}), ("}", {"}": 1.0})) == {}


@given(
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=6, unique=True),
    st.data(),
)
def test_all_branches_make_one(values: list[str], data: st.DataObject) -> None:
    allowed = [json.dumps(value) for value in values]
    written = data.draw(st.sampled_from(allowed))
    told = [HEAD]
    rest = f" {written}}}"
    while rest:
        token = rest[: data.draw(st.integers(1, 3))]
        rest = rest[len(token) :]
        others = data.draw(st.lists(st.text('ab"}', min_size=1, max_size=3), max_size=4, unique=True))
        told.append((token, {**dict.fromkeys(others, 0.1), token: data.draw(st.floats(0.01, 1.0))}))
    found, text = tokens(*told)
    place = member_places(text)["x"]
    branches = found.spread(place, allowed)
    assert math.fsum(branch.probability for branch in branches) == pytest.approx(1)
    assert branches[-1].values == {written}
    assert branches[-1].probability == found.chosen(place, allowed)
    assert all(branch.values <= set(allowed) and branch.probability >= 0 for branch in branches)
