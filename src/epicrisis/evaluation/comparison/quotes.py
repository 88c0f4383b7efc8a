"""What an answer rests on, as people read it in a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...extraction.answer import Answer

#: Between the quotes of several items.
_BETWEEN = " … "


def quote_of(answer: Answer) -> str | None:
    """The report's own words for an answer on one line; those of its items where it has several."""
    return _BETWEEN.join(dict.fromkeys(_quotes(answer))) or None


def _quotes(answer: Answer) -> Iterator[str]:
    if answer.evidence is not None:
        yield " ".join(answer.evidence.quote.split())
        return
    # Mentions are quotes themselves; the items of a group have answers of their own.
    for item in answer.value if isinstance(answer.value, list | tuple) else ():
        for part in item.values() if isinstance(item, Mapping) else ():
            if isinstance(part, Answer):
                yield from _quotes(part)
