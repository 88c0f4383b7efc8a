"""What an uploaded file is called in the project."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from ..project import is_name

#: Bytes: file systems take 255, and a number may be added.
_LONGEST = 180
_CHARACTERS = 110
_NUMBERED = re.compile(r"(.*) \(\d+\)")


def safe_name(given: str, otherwise: str = "reports") -> str:
    """The name closest to ``given`` that a file of a project may have; its ending is kept.

    Folders before it are dropped, so that it can lead nowhere.
    """
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", given)[-1])
    name = re.sub(r"[^\w .()+-]+", "-", name)
    name = re.sub(r"\.{2,}", ".", name)
    stem, ending = _parts(name)
    stem = re.sub(r"^[\W_]+", "", stem).rstrip(". ") or otherwise
    while len(stem) + len(ending) > _CHARACTERS or len(f"{stem}{ending}".encode()) > _LONGEST:
        stem = stem[:-1]
    name = f"{stem.rstrip('. ')}{ending}".rstrip(". ")
    return name if is_name(name) else otherwise


def free_name(name: str, taken: Container[str]) -> str:
    """``name``, or with the first number that is free: ``reports (2).csv``."""
    stem, ending = _parts(name)
    if name in taken and (numbered := _NUMBERED.fullmatch(stem)):
        stem = numbered[1]
    number = 2
    while name in taken:
        name = f"{stem} ({number}){ending}"
        number += 1
    return name


def stem_of(name: str) -> str:
    """The name without its ending."""
    return _parts(name)[0]


def ending_of(name: str) -> str:
    """The ending by which a file is known: ``.csv``, ``.csv.gz``, or nothing."""
    return _parts(name)[1]


def _parts(name: str) -> tuple[str, str]:
    """Stem and ending; that of a compressed file is in two parts (``.csv.gz``)."""
    found = re.fullmatch(r"(.*?)((?:\.[A-Za-z]{1,8}\d?)?\.gz|\.[A-Za-z]{1,8}\d?|)", name, re.DOTALL)
    assert found is not None
    return found[1], found[2]
