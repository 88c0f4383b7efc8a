"""What a training is made from: parts of the gold, examples of a stronger model, changed copies of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..codebook.codebook import Codebook
from ..examples.example import Example
from .data import Parts

if TYPE_CHECKING:
    from .augment import Augmentation


@dataclass(frozen=True, slots=True)
class Material:
    """``parts`` train, choose and test; ``more`` examples only ever train. ``times`` changed copies are made
    of each example that trains, where there is an ``augmentation``."""

    parts: Parts
    more: Sequence[Example] = ()
    augmentation: Sequence[Augmentation] = ()
    times: int = 1

    def examples(self, codebook: Codebook, seed: int) -> list[Example]:
        """All that is trained on. ``seed`` decides how copies are changed."""
        examples = [one.example for one in self.parts.train] + list(self.more)
        if not self.augmentation:
            return examples
        from .augment import augment

        return augment(examples, codebook, self.augmentation, times=self.times, seed=seed)
