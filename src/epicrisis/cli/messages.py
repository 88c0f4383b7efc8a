"""What commands say: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from ..errors import EpicrisisError

DEBUG_VARIABLE = "EPICRISIS_DEBUG"


def out(text: str) -> None:
    """A line of result."""
    sys.stdout.write(f"{text}\n")


def out_json(value: Any) -> None:
    """A result for programs."""
    out(json.dumps(value, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """A line for the person, not part of the result."""
    sys.stderr.write(f"{text}\n")


def tell(error: EpicrisisError) -> None:
    """What happened and what to do about it."""
    where = f"{error.location}: " if error.location else ""
    say(f"error: {where}{error.message}")
    if error.hint:
        say(error.hint)


def debugging() -> bool:
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def trace(error: BaseException) -> None:
    """When debugging: where an error came from. Frames and types, no messages: those may hold report text."""
    if not debugging():
        return
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    for one in reversed(chain):
        say("".join(traceback.format_tb(one.__traceback__)).rstrip())
        say(f"{type(one).__module__}.{type(one).__qualname__}")


def count(number: int, noun: str) -> str:
    """``1 report``, ``1,200 reports``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
