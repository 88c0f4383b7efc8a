"""The order in which examples are trained on: shuffled, the same for the same seed, little padding."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .encoding import Encoded

_T = TypeVar("_T")

#: So many batches are sorted by length together.
_WINDOW = 16

#: Batches are padded to a multiple of this many tokens: for every new shape a processor's kernels are made
#: anew, and kept.
_ROUNDED = 32


def steps_of(
    examples: Sequence[Encoded], epoch: int, *, batch: int, accumulate: int, seed: int
) -> list[list[list[int]]]:
    """The steps of an epoch: each is a list of batches, each the places of its examples.

    Examples of like length share a batch, or padding would be most of it; which batches make a step, and
    in which order the steps come, is drawn.
    """
    rng = random.Random(f"{seed} {epoch}")
    order = list(range(len(examples)))
    rng.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), batch * _WINDOW):
        window = sorted(order[start : start + batch * _WINDOW], key=lambda place: len(examples[place]))
        batches += [window[at : at + batch] for at in range(0, len(window), batch)]
    rng.shuffle(batches)
    return [batches[start : start + accumulate] for start in range(0, len(batches), accumulate)]


def padded(examples: Sequence[Encoded]) -> int:
    """The tokens that each of these is padded to."""
    return -(-max(map(len, examples)) // _ROUNDED) * _ROUNDED


def pieces(
    items: Sequence[_T], most: int | None, *, width: Callable[[Sequence[_T]], int], count: int | None = None
) -> Iterator[Sequence[_T]]:
    """Neighbours that are computed together: at most ``count`` of them and ``most`` tokens with padding, or a
    single one; ``None``: no limit. ``width``: the tokens that each of some is padded to."""
    piece: list[_T] = []
    for one in items:
        grown = [*piece, one]
        full = count is not None and len(grown) > count
        if piece and (full or (most is not None and len(grown) * width(grown) > most)):
            yield piece
            grown = [one]
        piece = grown
    if piece:
        yield piece
