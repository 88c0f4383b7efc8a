"""Advice of the command line, for people who are not there."""

from __future__ import annotations

import re

_OPTIONS = "text|id|patient|date|language|sheet|encoding|delimiter"
#: What the page is called where these are fields.
_THERE = " under 'How it is read'"


def in_studio_words(hint: str | None) -> str:
    """A hint without the options of the command line: they are fields of the page."""
    if not hint:
        return ""
    hint = hint.replace("with --id none", "by choosing no column for the id")
    hint = re.sub(r" ?\((?:choose )?with --\w+\)", "", hint)
    hint = re.sub(rf"(?: with)? --(?:{_OPTIONS})\b", _THERE, hint)
    return hint.replace("with 'epicrisis", "with the command 'epicrisis")
