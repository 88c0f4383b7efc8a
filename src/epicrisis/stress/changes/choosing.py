"""Which places of a text are changed: more of them at a greater strength, and always those of the lesser."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from random import Random

#: How strongly a report is perturbed; 0 leaves it as it is.
STRENGTHS = (1, 2, 3)


def share_of(shares: Sequence[float], strength: int) -> float:
    """The share for a strength, of one share for each; 0 for strength 0. Raises ValueError for others."""
    if strength not in (0, *STRENGTHS):
        raise ValueError(f"the strength is {strength}, not one of 0 to {STRENGTHS[-1]}")
    return shares[strength - 1] if strength else 0.0


def chosen(rng: Random, count: int, share: float) -> dict[int, Random]:
    """That share of ``count`` places, at least one unless it is 0, each with a source of chance of its own.

    What happens at one place does not depend on which others are chosen; of two shares, the greater
    chooses all that the lesser does.
    """
    if not count or not share:
        return {}
    keys = [rng.getrandbits(64) for _ in range(count)]
    order = sorted(range(count), key=keys.__getitem__)
    return {place: Random(keys[place]) for place in order[: math.ceil(share * count)]}


def changed(
    text: str,
    matches: Sequence[re.Match[str]],
    rng: Random,
    share: float,
    change: Callable[[str, Random], str],
) -> str:
    """``text`` with ``change`` done to a share of the stretches that were matched."""
    pieces, end = [], 0
    for place, own in sorted(chosen(rng, len(matches), share).items()):
        match = matches[place]
        pieces += [text[end : match.start()], change(match[0], own)]
        end = match.end()
    return "".join([*pieces, text[end:]])
