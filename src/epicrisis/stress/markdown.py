"""A stress test as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .result import Stress
from .words import DROP_HEADINGS, HEADINGS, drop_row, injections, methods, row, said, unaltered, worst

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def markdown(stress: Stress) -> str:
    """The whole test: what was put under stress, every effect, the greatest drops, injected instructions."""
    parts = ["# Reports under stress", _list(said(stress))]
    parts += ["## Accuracy", _table(HEADINGS, map(row, stress.effects), words=1)]
    if left := list(unaltered(stress)):
        parts.append(_list(left))
    if drops := worst(stress):
        parts += ["## Greatest drops", _table(DROP_HEADINGS, (drop_row(*one) for one in drops), words=2)]
    if told := list(injections(stress)):
        parts += ["## Injected instructions", _list(told)]
    parts += ["## How", *methods(stress)]
    return "\n\n".join(parts) + "\n"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_safe(line)}" for line in lines)


def _table(headings: Sequence[str], body: Iterable[Sequence[str]], *, words: int) -> str:
    """A table whose first ``words`` columns are words, the others numbers."""
    rule = ["---"] * words + ["---:"] * (len(headings) - words)
    rows = [list(headings), rule, *([_safe(cell) for cell in one] for one in body)]
    return "\n".join("| " + " | ".join(one) + " |" for one in rows)


def _safe(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
