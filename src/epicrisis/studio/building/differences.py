"""How two versions of a codebook differ: line by line, and in what they ask."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import BaseModel

from ...codebook.lint import examine
from ...codebook.patching import same
from ...codebook.source import read

#: Lines that are shown around a change.
_AROUND = 3
#: Lines longer than this are not compared word by word.
_LONGEST_LINE = 2000
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Part(BaseModel):
    """A stretch of a line; ``changed``: whether the other version does not have it."""

    text: str
    changed: bool


class Line(BaseModel):
    """A line of one or both versions with its number in each, or ``gap``: equal lines that are left out."""

    kind: Literal["same", "removed", "added", "gap"]
    old: int | None = None
    new: int | None = None
    parts: list[Part] = []
    left_out: int = 0


class VariableChange(BaseModel):
    """A variable that both versions have, and its keys that differ."""

    name: str
    keys: list[str]


class Difference(BaseModel):
    """From one version to another. ``elsewhere`` are keys of the codebook itself that differ;
    ``reordered``: whether the variables that both have stand in another order. ``asks_otherwise``: whether
    reports have to be asked again; ``None`` where one of the two holds errors."""

    lines: list[Line]
    added: list[str]
    removed: list[str]
    changed: list[VariableChange]
    elsewhere: list[str]
    reordered: bool
    asks_otherwise: bool | None

    @property
    def is_empty(self) -> bool:
        return not self.lines


def difference(old: str, new: str) -> Difference:
    """How the YAML ``new`` differs from ``old``; either may hold errors."""
    before, after = _content(old), _content(new)
    was, now = _by_name(before), _by_name(after)
    both = [name for name in now if name in was]
    digests = [
        None if book is None else book.digest for book in (examine(old).codebook, examine(new).codebook)
    ]
    keys = {*before, *after} - {"variables", "derive"}
    return Difference(
        lines=_lines(old.splitlines(), new.splitlines()),
        added=[name for name in now if name not in was],
        removed=[name for name in was if name not in now],
        changed=[
            VariableChange(name=name, keys=_differing(was[name], now[name]))
            for name in both
            if not same(was[name], now[name])
        ],
        elsewhere=sorted(key for key in keys if not same(before.get(key), after.get(key))),
        reordered=both != [name for name in was if name in now],
        asks_otherwise=None if None in digests else digests[0] != digests[1],
    )


def _content(text: str) -> dict[str, Any]:
    root, _ = read(text)
    return root.plain() if root is not None and root.is_mapping else {}


def _by_name(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key in ("variables", "derive"):
        entries = content.get(key)
        for one in entries if isinstance(entries, list) else []:
            if isinstance(one, dict) and isinstance(one.get("name"), str):
                found.setdefault(one["name"], one)
    return found


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    names = [*old, *(name for name in new if name not in old)]
    return [name for name in names if (name in old) != (name in new) or not same(old[name], new[name])]


def _lines(old: list[str], new: list[str]) -> list[Line]:
    found: list[Line] = []
    if old == new:
        return found
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > 3000)
    codes = matcher.get_opcodes()
    for number, (tag, first, last, begin, stop) in enumerate(codes):
        if tag == "equal":
            head = _AROUND if number > 0 else 0
            tail = _AROUND if number + 1 < len(codes) else 0
            found += _same(old[first:last], first, begin, head, tail)
        else:
            found += _changed(old[first:last], new[begin:stop], first, begin)
    return found


def _same(lines: list[str], old: int, new: int, head: int, tail: int) -> list[Line]:
    shown = [
        Line(kind="same", old=old + at + 1, new=new + at + 1, parts=[Part(text=line, changed=False)])
        for at, line in enumerate(lines)
    ]
    left_out = len(lines) - head - tail
    if left_out < 2:
        return shown
    return [*shown[:head], Line(kind="gap", left_out=left_out), *shown[len(shown) - tail :]]


def _changed(old: list[str], new: list[str], first: int, begin: int) -> list[Line]:
    removed = [[Part(text=line, changed=True)] for line in old]
    added = [[Part(text=line, changed=True)] for line in new]
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if max(len(one), len(other)) <= _LONGEST_LINE:
            removed[at], added[at] = _words(one, other)
    return [
        *(Line(kind="removed", old=first + at + 1, parts=parts) for at, parts in enumerate(removed)),
        *(Line(kind="added", new=begin + at + 1, parts=parts) for at, parts in enumerate(added)),
    ]


def _words(old: str, new: str) -> tuple[list[Part], list[Part]]:
    """Both lines, the words that only one has marked; all of them where they have little in common."""
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.5:
        return [Part(text=old, changed=True)], [Part(text=new, changed=True)]
    removed: list[Part] = []
    added: list[Part] = []
    for tag, first, last, begin, stop in matcher.get_opcodes():
        if first < last:
            removed.append(Part(text="".join(left[first:last]), changed=tag != "equal"))
        if begin < stop:
            added.append(Part(text="".join(right[begin:stop]), changed=tag != "equal"))
    return removed, added
