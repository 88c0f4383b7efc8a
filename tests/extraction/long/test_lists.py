"""Mentions and items of several parts as one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.long.merging import merge
from epicrisis.extraction.long.part import Part

TEXT = (
    "Verslag: laesie links van 12 mm in de lever. Laesie rechts van 8 mm, oud. "
    "Metoprolol 50 mg en aspirine.\nConclusie: laesie links, 14 mm. Aspirine gestaakt."
)
MIDDLE = TEXT.index("Metoprolol")
#: They overlap by the sentence on medication.
PARTS = [Part(0, TEXT.index("Conclusie")), Part(MIDDLE, len(TEXT))]


def at(words: str, part: Part, nth: int = 0) -> tuple[int, int]:
    """Where ``words`` stand in a part."""
    start = -1
    for _ in range(nth + 1):
        start = part.text(TEXT).index(words, start + 1)
    return start, start + len(words)


def mentions(part: Part, *words: str, kind: str = "drug") -> Answer:
    listed = [
        {"text": one, "type": kind, "start": at(one, part)[0], "end": at(one, part)[1]} for one in words
    ]
    start, end = at(words[0], part)
    return Answer(Status.STATED, listed, Evidence(words[0], start, end, Grade.EXACT), 0.8)


def item(part: Part, quote: str | None, **values: Any) -> dict[str, Answer]:
    evidence = Evidence(quote, *at(quote, part), Grade.EXACT) if quote is not None else None
    status = Status.STATED if quote is not None else Status.INFERRED
    return {
        name: Answer(Status.NOT_MENTIONED) if value is None else Answer(status, value, evidence)
        for name, value in values.items()
    }


def listed(*items: dict[str, Answer], notes: tuple[str, ...] = ()) -> Answer:
    first = next((cell.evidence for one in items for cell in one.values() if cell.evidence), None)
    return Answer(Status.STATED if first else Status.INFERRED, list(items), first, 0.7, notes)


def mm(number: float) -> dict[str, Any]:
    return {"value": number, "unit": "mm"}


SILENT = Answer(Status.NOT_MENTIONED)
SPANS = {"name": "x", "kind": "spans", "options": ["drug", "dose"]}
LESIONS: dict[str, Any] = {
    "name": "x",
    "kind": "group",
    "keys": ["side"],
    "variables": [
        {"name": "side", "kind": "text"},
        {"name": "size", "kind": "quantity", "unit": "mm"},
        {"name": "old", "kind": "boolean"},
        {"name": "age", "kind": "count", "when": "old == true"},
    ],
}


@pytest.fixture
def merged(codebook_of: Callable[..., Codebook]) -> Callable[..., Answer]:
    def run(variable: dict[str, Any], *answers: Answer, parts: Sequence[Part] = PARTS) -> Answer:
        return merge(codebook_of(variable), [{"x": answer} for answer in answers], parts, TEXT)["x"]

    return run


def plain(answer: Answer) -> list[dict[str, Any]]:
    return [{name: cell.value for name, cell in one.items() if cell.status.has_value} for one in answer.value]


def test_mentions_of_all_parts_once(merged: Callable[..., Answer]) -> None:
    found = merged(
        SPANS, mentions(PARTS[0], "Metoprolol", "aspirine"), mentions(PARTS[1], "aspirine", "Aspirine")
    )
    assert [TEXT[one["start"] : one["end"]] for one in found.value] == ["Metoprolol", "aspirine", "Aspirine"]
    assert all(one["text"] == TEXT[one["start"] : one["end"]] for one in found.value)
    assert found.evidence is not None
    assert found.evidence.start == MIDDLE
    assert found.confidence == 0.8


def test_of_overlapping_mentions_the_longer_one(merged: Callable[..., Answer]) -> None:
    found = merged(SPANS, mentions(PARTS[0], "Metoprolol"), mentions(PARTS[1], "Metoprolol 50 mg"))
    assert [one["text"] for one in found.value] == ["Metoprolol 50 mg"]
    # A part may list a mention within another; so may two parts, if they are of different types.
    found = merged(SPANS, SILENT, mentions(PARTS[1], "Metoprolol 50 mg", "Metoprolol"))
    assert len(found.value) == 2
    found = merged(SPANS, mentions(PARTS[0], "50 mg", kind="dose"), mentions(PARTS[1], "Metoprolol 50 mg"))
    assert len(found.value) == 2


def test_two_types_for_one_mention(merged: Callable[..., Answer]) -> None:
    found = merged(SPANS, mentions(PARTS[0], "aspirine"), mentions(PARTS[1], "aspirine", kind="dose"))
    place = TEXT.index("aspirine")
    assert [one["type"] for one in found.value] == ["drug"]
    assert found.notes == (f"another part gives another type, at characters {place} to {place + 8}",)


def test_no_more_mentions_than_the_codebook_allows(merged: Callable[..., Answer]) -> None:
    found = merged(
        {**SPANS, "max_items": 2},
        mentions(PARTS[0], "Metoprolol", "aspirine"),
        mentions(PARTS[1], "Aspirine"),
    )
    assert [one["text"] for one in found.value] == ["Metoprolol", "aspirine"]
    assert found.notes == ("1 further mentions left out: at most 2",)


def test_the_first_or_the_last_list(merged: Callable[..., Answer]) -> None:
    first, last = mentions(PARTS[0], "Metoprolol"), mentions(PARTS[1], "Aspirine")
    assert merged({**SPANS, "merge": "first"}, first, last).value[0]["text"] == "Metoprolol"
    assert merged({**SPANS, "merge": "last"}, first, last).value[0]["text"] == "Aspirine"
    assert merged({**SPANS, "merge": "last"}, first, SILENT).value[0]["text"] == "Metoprolol"


def test_lists_that_no_part_has(merged: Callable[..., Answer]) -> None:
    assert merged(SPANS, SILENT, SILENT) == SILENT
    failed = Answer(Status.FAILED, notes=("must be a list",))
    assert merged(LESIONS, SILENT, failed).notes == ("must be a list", "failed in part 2 of 2")
    found = merged(SPANS, failed, mentions(PARTS[1], "Aspirine"))
    assert found.notes == ("failed in part 1 of 2: must be a list",)


def test_items_with_the_same_keys_are_one(merged: Callable[..., Answer]) -> None:
    left, right = "laesie links van 12 mm", "Laesie rechts van 8 mm"
    found = merged(
        LESIONS,
        listed(
            item(PARTS[0], left, side="links", size=mm(12), old=None),
            item(PARTS[0], right, side="rechts", size=mm(8), old=True),
        ),
        listed(item(PARTS[1], "laesie links, 14 mm", side="Links", size=mm(14), old=False)),
    )
    assert plain(found) == [
        {"side": "Links", "size": mm(14), "old": False},  # the conclusion's own words
        {"side": "rechts", "size": mm(8), "old": True},
    ]
    place = TEXT.index(left)
    assert found.value[0]["size"].notes == (
        f"another part gives another value, at characters {place} to {place + len(left)}",
    )
    assert found.status is Status.STATED
    assert found.confidence == 0.7


def test_items_without_keys_are_one_if_they_agree(merged: Callable[..., Answer]) -> None:
    no_keys = {**LESIONS, "keys": []}
    one = item(PARTS[0], "laesie links van 12 mm", side="links", size=mm(12), old=None)
    same = item(PARTS[1], "laesie links, 14 mm", side="links", size=None, old=False)
    other = item(PARTS[1], "laesie links, 14 mm", side="links", size=mm(14), old=None)
    assert plain(merged(no_keys, listed(one), listed(same))) == [
        {"side": "links", "size": mm(12), "old": False}
    ]
    assert len(merged(no_keys, listed(one), listed(other)).value) == 2


def test_agreeing_in_little_is_not_enough(merged: Callable[..., Answer]) -> None:
    one = item(PARTS[0], "Laesie rechts van 8 mm", side="rechts", size=None, old=True, age=4)
    other = item(PARTS[1], "laesie links, 14 mm", side=None, size=mm(14), old=True, age=None)
    third = item(PARTS[1], "laesie links, 14 mm", side=None, size=mm(14), old=None, age=None)
    assert len(merged(LESIONS, listed(one), listed(third)).value) == 2
    assert len(merged({**LESIONS, "keys": []}, listed(one), listed(other)).value) == 1
    assert (
        len(merged(LESIONS, listed({**one, "size": Answer(Status.INFERRED, mm(3))}), listed(other)).value)
        == 2
    )


def test_items_of_one_part_are_never_one(merged: Callable[..., Answer]) -> None:
    twice = item(PARTS[0], "laesie links van 12 mm", side="links", size=mm(12), old=None)
    found = merged(LESIONS, listed(twice, dict(twice)), listed(dict(twice_in_two())))
    assert len(found.value) == 2


def twice_in_two() -> dict[str, Answer]:
    return item(PARTS[1], "laesie links, 14 mm", side="links", size=mm(12), old=None)


def test_words_for_one_place_may_differ_but_not_its_side(merged: Callable[..., Answer]) -> None:
    def count(one: str, other: str) -> int:
        first = item(PARTS[0], "laesie links van 12 mm", side=one, size=None, old=None)
        second = item(PARTS[1], "laesie links, 14 mm", side=other, size=None, old=None)
        return len(merged(LESIONS, listed(first), listed(second)).value)

    assert count("lever segment 4", "Segment 4") == 1
    assert count("linker bovenkwab", "bovenkwab, linker") == 1
    assert count("lever segment 4", "lever segment 6") == 2
    assert count("linker long", "long") == 2
    assert count("long", "linker long rechts onder") == 2


def test_when_within_an_item_is_decided_anew(merged: Callable[..., Answer]) -> None:
    one = item(PARTS[0], "laesie links van 12 mm", side="links", size=None, old=True, age=3)
    other = item(PARTS[1], "laesie links, 14 mm", side="links", size=None, old=False, age=None)
    codebook = {
        **LESIONS,
        "variables": [
            *LESIONS["variables"][:2],
            {"name": "old", "kind": "boolean", "merge": "last"},
            LESIONS["variables"][3],
        ],
    }
    found = merged(codebook, listed(one), listed(other))
    assert found.value[0]["old"].value is False
    assert found.value[0]["age"] == Answer(Status.NOT_APPLICABLE, notes=("ignored: needs old == true",))


def test_notes_say_which_part(merged: Callable[..., Answer]) -> None:
    one = listed(item(PARTS[0], "laesie links van 12 mm", side="links"), notes=("why",))
    other = listed(item(PARTS[1], "laesie links, 14 mm", side="rechts"))
    assert merged(LESIONS, one, other).notes == ("part 1 of 2: why",)


def test_items_without_evidence(merged: Callable[..., Answer]) -> None:
    found = merged(LESIONS, listed(item(PARTS[0], None, side="links")), SILENT)
    assert (found.status, found.evidence) == (Status.INFERRED, None)


PLACES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 12), st.sampled_from(["drug", "dose"])), max_size=6
)


@given(PLACES, PLACES)
def test_every_mention_is_kept_or_covered(first: list[Any], second: list[Any]) -> None:
    codebook = Codebook.model_validate({"name": "test", "variables": [SPANS]})
    answers = []
    for part, places in zip(PARTS, (first, second), strict=True):
        length = part.end - part.start
        unique = {(start, min(start + size, length), kind) for start, size, kind in places if start < length}
        own = [
            {"text": part.text(TEXT)[start:end], "type": kind, "start": start, "end": end}
            for start, end, kind in sorted(unique)
        ]
        answers.append(Answer(Status.STATED, own) if own else SILENT)
    found = merge(codebook, [{"x": answer} for answer in answers], PARTS, TEXT)["x"]
    kept = found.value or []
    assert [(one["start"]) for one in kept] == sorted(one["start"] for one in kept)
    for part, answer in zip(PARTS, answers, strict=True):
        for mention in answer.value or []:
            start, end = part.start + mention["start"], part.start + mention["end"]
            assert any(one["start"] < end and start < one["end"] for one in kept)
    for one in kept:
        assert TEXT[one["start"] : one["end"]] == one["text"]
