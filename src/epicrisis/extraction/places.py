"""Where each value stands in the model's answer: characters of the JSON text, by path."""

from __future__ import annotations

import json
from typing import NamedTuple

_DECODER = json.JSONDecoder()
_SPACES = " \t\r\n"


class Place(NamedTuple):
    """Characters ``start`` (included) to ``end`` (excluded) of the answer."""

    start: int
    end: int


def member_places(text: str, start: int = 0) -> dict[str, Place]:
    """Where the value of each complete member of the object at ``start`` stands.

    Ends where the text stops being JSON; no object gives no members. Of two members with the same name the
    last counts.
    """
    places: dict[str, Place] = {}
    at = _skip(text, start)
    if not text.startswith("{", at):
        return places
    at = _skip(text, at + 1)
    try:
        while text.startswith('"', at):
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
            if not text.startswith(":", at):
                return places
            begin = _skip(text, at + 1)
            _, end = _DECODER.raw_decode(text, begin)
            places[name] = Place(begin, end)
            at = _skip(text, end)
            if not text.startswith(",", at):
                return places
            at = _skip(text, at + 1)
    except (ValueError, RecursionError):
        return places
    return places


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at
