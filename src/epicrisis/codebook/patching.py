"""A codebook's YAML changed no more than a change of its content asks for.

Whoever writes YAML by hand chooses its layout and leaves comments in it. When the content is edited
elsewhere, in a form, only the values that changed are written again, where they stand; variables that move
take the comments above them along.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from .commentary import comments
from .dump import dump_document
from .source import read
from .yaml_edits import CannotEdit, edited, same

__all__ = ["Patched", "patch", "same"]


class Patched(NamedTuple):
    """The new text; whether it had to be written anew as a whole, so that its layout is gone; and the
    comments that were in the old text and are not in this one."""

    text: str
    rewritten: bool
    lost: list[str]


def patch(text: str, document: dict[str, Any]) -> Patched:
    """``text`` changed so that it reads as ``document``: keys and values, valid as a codebook or not.

    Raises ValueError for a document that YAML cannot hold, such as text with half a surrogate pair.
    """
    root, _ = read(text)
    if root is not None and same(root.plain(), document):
        return Patched(text, False, [])
    for candidate, rewritten in ((_edited(text, document), False), (dump_document(document), True)):
        if candidate is None:
            continue
        again, findings = read(candidate)
        if again is not None and not findings and same(again.plain(), document):
            lost = Counter(comments(text)) - Counter(comments(candidate))
            return Patched(candidate, rewritten, list(lost.elements()))
    raise ValueError("not content that YAML can hold")


def _edited(text: str, document: dict[str, Any]) -> str | None:
    try:
        return edited(text, document)
    except CannotEdit:
        return None
