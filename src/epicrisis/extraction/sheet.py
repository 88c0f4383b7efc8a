"""The model's JSON, whole or cut short, as a mapping."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
#: Half a surrogate pair cannot be encoded, and databases end a text at NUL.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


class Sheet(NamedTuple):
    """The members that could be read; ``complete`` if the text began with one whole JSON object."""

    members: dict[str, Any]
    complete: bool


def read_sheet(text: str) -> Sheet:
    """Every complete member of the JSON object that ``text`` begins with, up to where it was cut.

    Of two members with the same name the last counts, as in all JSON readers. Text that is no object gives
    no members. Characters that cannot be stored (half a surrogate pair, NUL) become U+FFFD.
    """
    sheet = _read(text)
    # Only an escape or a broken engine can bring them in.
    if "\\u" in text or _UNSTORABLE.search(text):
        return Sheet(_clean(sheet.members), sheet.complete)
    return sheet


def looping(text: str, *, repeats: int = 4, shortest: int = 40) -> bool:
    """Whether the end of ``text`` is one stretch over and over: ``repeats`` times, ``shortest``
    characters or more in all."""
    tail = text[-2000:]
    for size in range(1, len(tail) // repeats + 1):
        unit = tail[-size:]
        # Short units need more repeats to reach the shortest loop.
        if unit.strip() and tail.endswith(unit * max(repeats, -(-shortest // size))):
            return True
    return False


def _read(text: str) -> Sheet:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        pass
    else:
        return Sheet(whole, True) if isinstance(whole, dict) else Sheet({}, False)
    members: dict[str, Any] = {}
    place = _skip(text, 0)
    if not text.startswith("{", place):
        return Sheet({}, False)
    place = _skip(text, place + 1)
    while not text.startswith("}", place):
        try:
            name, place = _DECODER.raw_decode(text, place)
            place = _skip(text, place)
            if not isinstance(name, str) or not text.startswith(":", place):
                return Sheet(members, False)
            value, place = _DECODER.raw_decode(text, _skip(text, place + 1))
        except (ValueError, RecursionError):  # cut short, or brackets without end
            return Sheet(members, False)
        place = _skip(text, place)
        # A number or literal that nothing ends may have been cut: "12" of "125", "1." of "1.5".
        if not text.startswith((",", "}"), place) and not isinstance(value, str | list | dict):
            return Sheet(members, False)
        members[name] = value
        if text.startswith(",", place):
            place = _skip(text, place + 1)
        elif not text.startswith("}", place):
            return Sheet(members, False)
    return Sheet(members, True)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(one) for name, one in value.items()}
    return value


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place
