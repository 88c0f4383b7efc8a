"""The comments of a YAML text, which no parser keeps."""

from __future__ import annotations

import re
from bisect import bisect_right

_COMMENT = re.compile(r"(?:(?<=\s)|\A)#[^\n\r\x85\u2028\u2029]*")


def comments(text: str) -> list[str]:
    """Every comment with its ``#``, in order; nothing for a text that is not YAML."""
    import yaml

    starts: list[int] = []
    ends: list[int] = []
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.ScalarEvent) and event.start_mark and event.end_mark:
                starts.append(event.start_mark.index)
                ends.append(event.end_mark.index)
    except (yaml.YAMLError, RecursionError, UnicodeEncodeError):
        return []
    found = []
    for match in _COMMENT.finditer(text):
        scalar = bisect_right(starts, match.start()) - 1
        if scalar < 0 or match.start() >= ends[scalar]:
            found.append(match[0].rstrip())
    return found
