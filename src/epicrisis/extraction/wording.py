"""Which option the words of a quote speak of, by the words of the codebook."""

from __future__ import annotations

from collections import Counter
from typing import Any

from epicrisis.codebook.names import names_of
from epicrisis.codebook.variable import CategoryVariable, Option

from .naming import has_word, words_of

#: Shorter words are in everything.
_SHORTEST = 5


def nearer(variable: CategoryVariable, value: Any, quote: str) -> Option | None:
    """The option that ``quote`` has words of, where it has none that tell ``value`` from that option.

    Of several the first with the most words; ``None`` where nothing speaks for another option than ``value``.
    """
    said = frozenset(words_of(quote))
    words = [_words(option) for option in variable.options]
    count = Counter(word for some in words for word in some)
    # What most options have tells none of them from the others.
    telling = [{word for word in some if 2 * count[word] <= len(words)} for some in words]
    chosen = next(
        some for option, some in zip(variable.options, telling, strict=True) if option.value == value
    )
    best: tuple[int, Option] | None = None
    for option, own in zip(variable.options, telling, strict=True):
        if option.value == value or any(has_word(said, word) for word in chosen - own):
            continue
        found = sum(has_word(said, word) for word in own - chosen)
        if found and (best is None or found > best[0]):
            best = (found, option)
    return None if best is None else best[1]


def _words(option: Option) -> frozenset[str]:
    texts = [*names_of(option), option.definition or ""]
    return frozenset(word for text in texts for word in words_of(text) if len(word) >= _SHORTEST)
