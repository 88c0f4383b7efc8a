"""Where values stand in an answer."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.places import member_places

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), st.booleans(), st.booleans())
def test_every_value_is_where_it_is_said_to_be(
    members: dict[str, object], ascii_only: bool, wide: bool
) -> None:
    text = json.dumps(members, ensure_ascii=ascii_only, indent=2 if wide else None)
    places = member_places(text)
    assert {name: json.loads(text[place.start : place.end]) for name, place in places.items()} == members


@given(st.text(max_size=40), st.integers(0, 40))
def test_any_text_is_harmless(text: str, start: int) -> None:
    for place in member_places(text, start).values():
        json.loads(text[place.start : place.end])


def test_a_cut_answer_has_the_members_before_the_cut() -> None:
    assert list(member_places('{"a": 1, "b": {"c": 2}, "d": [1, ')) == ["a", "b"]
    assert member_places("[1]") == {}
