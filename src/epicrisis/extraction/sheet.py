"""The model's JSON, whole or cut short, as a mapping."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Sheet(NamedTuple):
    """The members that could be read; ``complete`` if the text was one whole JSON object."""

    members: dict[str, Any]
    complete: bool


def read_sheet(text: str) -> Sheet:
    """Every complete member of the JSON object that ``text`` begins with, up to where it was cut.

    The first of two members with the same name counts. Text that is no object gives no members.
    """
    try:
        whole = json.loads(text)
    except ValueError:
        pass
    else:
        return Sheet(whole, True) if isinstance(whole, dict) else Sheet({}, False)
    members: dict[str, Any] = {}
    place = _skip(text, 0)
    if not text.startswith("{", place):
        return Sheet({}, False)
    place += 1
    while True:
        try:
            name, place = _DECODER.raw_decode(text, _skip(text, place))
            place = _skip(text, place)
            if not isinstance(name, str) or text[place : place + 1] != ":":
                break
            value, place = _DECODER.raw_decode(text, _skip(text, place + 1))
        except ValueError:
            break
        place = _skip(text, place)
        # A number or literal that ends where the text ends may have been cut: "12" of "125".
        if place >= len(text) and not isinstance(value, str | list | dict):
            break
        members.setdefault(name, value)
        if text[place : place + 1] != ",":
            break
        place += 1
    return Sheet(members, False)


def looping(text: str, *, repeats: int = 4, shortest: int = 40) -> bool:
    """Whether the end of ``text`` is one stretch over and over: ``repeats`` times, ``shortest``
    characters or more in all."""
    tail = text[-2000:]
    for size in range(1, len(tail) // repeats + 1):
        unit = tail[-size:]
        if not unit.strip():
            continue
        if tail.endswith(unit * repeats) and size * repeats >= shortest:
            return True
        # Short units need more repeats to reach the shortest loop.
        if size * repeats < shortest and tail.endswith(unit * -(-shortest // size)):
            return True
    return False


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place
