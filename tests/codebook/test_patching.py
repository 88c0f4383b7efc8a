"""A codebook's YAML changed by its content: what did not change stays as it was written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.codebook import dump
from epicrisis.codebook.commentary import comments
from epicrisis.codebook.outline import Outline
from epicrisis.codebook.patching import patch, same
from epicrisis.codebook.source import read

TEXT = """\
# Made by hand.
name: brain
version: "1"   # raise it
languages: [nl, en]
instructions: >-
  Read everything, then
  answer.

variables:
  # Vascular
  - name: infarct
    kind: boolean   # or a count?
    definition: "Any infarct."
    include: [old, 'new ones']
  - name: side
    kind: category
    options:
      - {value: left, definition: L.}   # the left one
      - {value: right, definition: R.}
    when: infarct == true
  # below side

  # Other
  - name: lesions
    kind: group
    variables:
      - name: size
        kind: quantity
        unit: mm
rules:
- infarct -> side is not null
"""


def changed(change: Callable[[dict[str, Any]], Any], text: str = TEXT) -> str:
    """The text after a change of its content, which it then reads as, edited in place."""
    root, _ = read(text)
    assert root is not None
    document = copy.deepcopy(root.plain())
    change(document)
    patched = patch(text, document)
    again, _ = read(patched.text)
    assert again is not None
    assert same(again.plain(), document)
    assert not patched.rewritten
    return patched.text


def lines(text: str) -> tuple[list[str], list[str]]:
    """The lines that ``text`` no longer has, and those it has anew."""
    old, new = TEXT.splitlines(), text.splitlines()
    return [one for one in old if one not in new], [one for one in new if one not in old]


def test_nothing_is_touched_without_a_change() -> None:
    assert changed(lambda document: None) == TEXT


@pytest.mark.parametrize(
    ("change", "gone", "come"),
    [
        (lambda d: d.update(version="2"), ['version: "1"   # raise it'], ['version: "2"   # raise it']),
        (
            lambda d: d.update(instructions="Be brief."),
            ["  Read everything, then", "  answer."],
            ["  Be brief."],
        ),
        (lambda d: d["variables"][0].update(kind="text"), ["    kind: boolean   # or a count?"],
         ["    kind: text   # or a count?"]),
        (lambda d: d["variables"][0].update(definition="No: none"), ['    definition: "Any infarct."'],
         ['    definition: "No: none"']),
        (lambda d: d["variables"][0]["include"].append("a, b"), ["    include: [old, 'new ones']"],
         ["    include: [old, 'new ones', 'a, b']"]),
        (lambda d: d["variables"][1]["options"][0].update(label="Links"),
         ["      - {value: left, definition: L.}   # the left one"],
         ["      - {value: left, label: Links, definition: L.}   # the left one"]),
        (lambda d: d["variables"][1].pop("when"), ["    when: infarct == true"], []),
        (lambda d: d["variables"][1].update(section="Vessels"), [], ["    section: Vessels"]),
        (lambda d: d["variables"][2]["variables"].append({"kind": "date", "name": "seen"}), [],
         ["      - name: seen", "        kind: date"]),
        (lambda d: d["rules"].append("side is null"), [], ["- side is null"]),
        (lambda d: d.update(title="T"), [], ["title: T"]),
        (lambda d: d["variables"].pop(), TEXT.splitlines()[22:29], []),
        (lambda d: d.update(rules=[]), ["rules:", "- infarct -> side is not null"], ["rules: []"]),
    ],
)  # fmt: skip
def test_one_change_changes_its_own_lines(
    change: Callable[[dict[str, Any]], Any], gone: list[str], come: list[str]
) -> None:
    assert lines(changed(change)) == (gone, come)


def test_what_was_empty_is_written_as_if_it_were_new() -> None:
    text = "name: x\nvariables:\n  - name: a\n    kind: category\n    definition: ''\n    options: []\n"

    def fill(document: dict[str, Any]) -> None:
        document["variables"][0] |= {"definition": "A.", "options": [{"value": 1, "definition": "One."}]}

    assert changed(fill, text) == text.replace("''", "A.").replace(
        "options: []", "options:\n      - value: 1\n        definition: One."
    )


def test_a_variable_that_moves_takes_its_comments_along() -> None:
    def move(document: dict[str, Any]) -> None:
        document["variables"].insert(0, document["variables"].pop())

    text = changed(move)
    assert comments(text) == [
        "# Made by hand.", "# raise it", "# Other", "# Vascular", "# or a count?", "# the left one",
        "# below side",
    ]  # fmt: skip
    assert text.index("lesions") < text.index("# Vascular") < text.index("name: infarct")


def test_the_comments_of_a_variable_that_goes_are_named() -> None:
    root, _ = read(TEXT)
    assert root is not None
    document = root.plain()
    del document["variables"][0]
    assert patch(TEXT, document).lost == ["# Vascular", "# or a count?"]


@pytest.mark.parametrize(
    "text",
    [
        "{name: x, variables: []}",
        "base: &a {kind: boolean}\nname: x\nvariables: [*a]\n",
        "name: [",
        "",
        "- a",
    ],
)
def test_what_cannot_be_edited_is_written_anew(text: str) -> None:
    patched = patch(text, {"name": "y", "variables": [{"name": "a", "kind": "date"}]})
    assert patched.rewritten
    assert patched.text == "name: y\nvariables:\n  - name: a\n    kind: date\n"


def test_numbers_that_javascript_cannot_hold_stay() -> None:
    text = "name: x\ncode: 12345678901234567890\n"
    assert patch(text, {"name": "y", "code": "12345678901234567890"}).text == text.replace("x", "y")


@pytest.mark.parametrize("bad", [{"name": "\ud800"}, {"name": float("nan")}])
def test_what_yaml_cannot_hold_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="YAML can hold"):
        patch("name: x\n", bad)


def test_comments_are_told_from_text() -> None:
    assert comments("a: b#c # d\ne: '# f'\ng: |\n  # h\n  i\n# j\n") == ["# d", "# j"]


def test_a_line_is_about_what_begins_on_it() -> None:
    root, _ = read(TEXT)
    assert root is not None
    outline = Outline(root)
    assert outline.at(11) == ("variables", 0)
    assert outline.at(13) == ("variables", 0, "definition")
    assert outline.at(18) == ("variables", 1, "options", 0)
    assert outline.at(6) == ("instructions",)
    assert outline.at(1) == ()


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_codebook_becomes_any_other(data: st.DataObject, codebooks: st.SearchStrategy[Any]) -> None:
    """Whatever the two say, the patched text reads as the second, and variables in both keep their text."""
    text = dump(data.draw(codebooks))
    target, _ = read(dump(data.draw(codebooks)))
    root, _ = read(text)
    assert target is not None
    assert root is not None
    wanted = target.plain()
    if data.draw(st.booleans()):
        wanted["variables"] = data.draw(st.permutations([*wanted["variables"], *root.plain()["variables"]]))
    patched = patch(text, wanted)
    again, findings = read(patched.text)
    assert again is not None
    assert not findings
    assert same(again.plain(), wanted)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_reordering_loses_no_comment(data: st.DataObject, codebooks: st.SearchStrategy[Any]) -> None:
    text = dump(data.draw(codebooks))
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("variables:"))
    marked = [
        f"  # {number}\n{line}" if number > at and line.startswith("  - ") else line
        for number, line in enumerate(lines)
    ]
    commented = "\n".join(marked)
    root, findings = read(commented)
    assert not findings
    assert root is not None
    document = root.plain()
    document["variables"] = data.draw(st.permutations(document["variables"]))
    patched = patch(commented, document)
    assert not patched.rewritten
    assert patched.lost == []
