"""The model's JSON, whole or cut short."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epicrisis.extraction.sheet import looping, read_sheet

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | storable
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(storable, inner, max_size=3),
    max_leaves=6,
)
sheets = st.dictionaries(storable, values, max_size=6)


@given(sheets, st.booleans(), st.sampled_from(["", " ", "\n", "\nThat is all.", "```", "}"]))
def test_a_whole_object_is_itself_whatever_follows(
    sheet: dict[str, Any], ascii_only: bool, after: str
) -> None:
    found = read_sheet(json.dumps(sheet, ensure_ascii=ascii_only) + after)
    assert found == (sheet, True)
    assert list(found.members) == list(sheet)


@given(sheets, st.data())
@example({"a": 125, "b": True, "c": -1.5e16, "d": [1.5, "x"]}, None)
def test_a_prefix_gives_the_first_members_and_no_cut_value(
    sheet: dict[str, Any], data: st.DataObject | None
) -> None:
    text = json.dumps(sheet, ensure_ascii=False)
    cuts = [data.draw(st.integers(0, len(text) - 1))] if data else range(len(text))
    for cut in cuts:
        found = read_sheet(text[:cut])
        assert not found.complete
        assert list(found.members.items()) == list(sheet.items())[: len(found.members)]
        # All that certainly was complete is there: everything before the last member that was begun.
        begun = [name for number, name in enumerate(sheet) if len(json.dumps(_first(sheet, number))) <= cut]
        if text.isascii():
            assert len(found.members) >= len(begun) - 1


def _first(sheet: dict[str, Any], count: int) -> dict[str, Any]:
    return dict(list(sheet.items())[:count])


@given(st.text(max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    for one in (text, "{" + text, '{"a": ' + text, '{"a": 1' + text):
        members, complete = read_sheet(one)
        assert isinstance(members, dict)
        if complete:
            assert one.lstrip().startswith("{")


@pytest.mark.parametrize(
    ("text", "members", "complete"),
    [
        ('{"a": 12', {}, False),
        ('{"a": 12,', {"a": 12}, False),
        ('{"a": "x', {}, False),
        ('{"a": "x"', {"a": "x"}, False),
        ('{"a": {"value": 1, "quote": "x"}, "b": {"value"', {"a": {"value": 1, "quote": "x"}}, False),
        ('{"a": tru', {}, False),
        ('{"a": 1, 7: 2}', {"a": 1}, False),
        ('{"a": 1 "b": 2}', {}, False),
        ('{"a": "x" "b": 2}', {"a": "x"}, False),
        ('{"a": 1.', {}, False),
        ('{"a": 1e', {}, False),
        ('{"a": 1, "a": 2}', {"a": 2}, True),
        ('{"a": 1, "a": 2, "b', {"a": 2}, False),
        ("{}", {}, True),
        ("", {}, False),
        ("null", {}, False),
        ("[1, 2]", {}, False),
        ("I cannot help with that.", {}, False),
        ('{"a": ' + "[" * 100_000, {}, False),
        ("[" * 100_000, {}, False),
        ('{"a": 1, "b": ' + '{"c":' * 100_000, {"a": 1}, False),
        ('{"a": ' + "9" * 5000 + "}", {}, False),
    ],
)
def test_read(text: str, members: dict[str, Any], complete: bool) -> None:
    assert read_sheet(text) == (members, complete)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"a\u0000b"', "a\ufffdb"),
        (r'["\udc00x", {"q": "\ud83d"}]', ["\ufffdx", {"q": "\ufffd"}]),
        (r'"\ud83d\ude00"', "😀"),
        (r'"\u00e9"', "é"),
        ('"\ud800"', "\ufffd"),
    ],
)
def test_what_cannot_be_stored_is_replaced(written: str, value: Any) -> None:
    for text in (f'{{"a": {written}}}', f'{{"a": {written}, "b'):
        found = read_sheet(text).members["a"]
        assert found == value
        json.dumps(found, ensure_ascii=False).encode()


@given(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=60), st.text(max_size=50))
def test_one_stretch_over_and_over_is_a_loop(unit: str, before: str) -> None:
    assert looping(before + unit * max(4, -(-40 // len(unit))))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aaaa",
        "a" * 39,
        " " * 500,
        "abcdefghij" * 3,
        '{"a": null, "b": null, "c": null, "d": null, "e": null, "f": null, "g": null',
        "MTA links 2, MTA rechts 2, GCA 2, Fazekas 2, Koedam links 2, Koedam rechts 2",
    ],
)
def test_no_loop(text: str) -> None:
    assert not looping(text)


def test_a_loop_with_its_last_round_cut() -> None:
    assert looping('{"a": "geen infarct' + ", geen infarct" * 10 + ", geen")
