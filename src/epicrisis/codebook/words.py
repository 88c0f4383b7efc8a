"""Words for messages, and names made out of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

#: Names the table needs for itself.
RESERVED = frozenset({"id", "text"})


def closest(word: str, candidates: Iterable[Any]) -> str | None:
    """The candidate ``word`` was most likely meant to be, if one is close enough."""
    from rapidfuzz import fuzz, process

    by_fold = {str(candidate).casefold(): str(candidate) for candidate in candidates}
    match = process.extractOne(word.casefold()[:100], by_fold.keys(), scorer=fuzz.ratio, score_cutoff=60)
    return by_fold[match[0]] if match else None


def did_you_mean(word: str, candidates: Iterable[Any]) -> str:
    """``Did you mean 'x'?``, or nothing."""
    match = closest(word, candidates)
    return f"Did you mean '{match}'?" if match is not None else ""


def capital(text: str) -> str:
    """``text`` as the start of a sentence."""
    return text[:1].upper() + text[1:]


def listed(words: Iterable[Any], limit: int = 8) -> str:
    """``a, b and c``, cut short after ``limit``."""
    texts = [clipped(word) for word in words]
    if len(texts) > limit:
        return f"{', '.join(texts[:limit])} and {len(texts) - limit} more"
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def clipped(word: Any, limit: int = 60) -> str:
    """``word`` on one line, printable, and short enough for a message."""
    text = "".join(char if char.isprintable() else "·" for char in str(word)[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def identifier(text: str) -> str:
    """A name for a variable made out of ``text``: ASCII letters, digits and single underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_") or "variable"
    if name[0].isdigit():
        name = f"v_{name}"
    return f"{name}_value" if name.casefold() in RESERVED else name


def unique(name: str, taken: Collection[str]) -> str:
    """``name``, or ``name_2``, ``name_3``... if it is ``taken`` (upper and lower case are the same)."""
    folded = {one.casefold() for one in taken}
    candidate, number = name, 1
    while candidate.casefold() in folded:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
