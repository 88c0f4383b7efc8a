"""The order in which examples are trained on: shuffled, the same for the same seed, little padding."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .encoding import Encoded

#: So many batches are sorted by length together.
_WINDOW = 16


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
