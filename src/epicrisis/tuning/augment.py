"""Further training examples made from those there are: the same answers to a text that reads otherwise.

Only examples that are trained on are ever to be augmented. A copy has the patient of its original and an id
that tells it (``original_id``), so that copies never part from their originals.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from random import Random

from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..examples.example import Example
from .augmenting.casing import casing
from .augmenting.decimals import decimals
from .augmenting.sections import sections
from .augmenting.synonyms import synonyms

_COPY = re.compile(r"~augmented-[0-9]+\Z")


class Augmentation(StrEnum):
    """What a copy differs in."""

    SYNONYMS = "synonyms"
    DECIMALS = "decimals"
    CASING = "casing"
    SECTIONS = "sections"


_MAKERS: dict[Augmentation, Callable[[Example, Codebook, Random], Example | None]] = {
    # In the order in which they are done: headings are known by their casing.
    Augmentation.SECTIONS: sections,
    Augmentation.SYNONYMS: synonyms,
    Augmentation.DECIMALS: decimals,
    Augmentation.CASING: casing,
}


def augmentations(names: str | Iterable[str]) -> tuple[Augmentation, ...]:
    """The kinds named, as in ``synonyms,decimals``. Raises ``OptionError`` for a name that there is not."""
    wanted = names.split(",") if isinstance(names, str) else list(names)
    found = []
    for name in filter(None, (one.strip() for one in wanted)):
        if name not in tuple(Augmentation):
            raise OptionError(
                f"There is no augmentation {name!r}.", hint=f"There are: {', '.join(Augmentation)}."
            )
        found.append(Augmentation(name))
    return tuple(dict.fromkeys(found))


def augmented(
    example: Example, codebook: Codebook, kinds: Iterable[Augmentation | str], rng: Random
) -> Example | None:
    """The example, changed in one or several of the ways ``kinds``, drawn by ``rng``: each as likely as not.

    The answers are the same, with their quotes as the changed text has them. ``None`` where no way changes
    anything. The id stays that of the original.
    """
    ways = [kind for kind in _MAKERS if kind in tuple(kinds)]
    drawn = [kind for kind in ways if rng.random() < 0.5]
    made = _made(example, codebook, drawn, rng)
    if made is None:
        others = [kind for kind in ways if kind not in drawn]
        for kind in rng.sample(others, len(others)):
            made = made or _made(example, codebook, [kind], rng)
    return made


def augment(
    examples: Iterable[Example],
    codebook: Codebook,
    kinds: Iterable[Augmentation | str],
    *,
    times: int = 1,
    seed: int = 0,
) -> list[Example]:
    """The examples, each followed by its copies: ``times`` at most, fewer where they would be alike.

    A copy depends on the example's id, its number and ``seed`` alone, not on the other examples. Raises
    ``OptionError`` for fewer than one copy.
    """
    if times < 1:
        raise OptionError(f"{times} copies of each report were asked for.", hint="Ask for at least one.")
    originals, ways = list(examples), augmentations(kinds)
    ids = {example.id for example in originals}
    found: list[Example] = []
    for example in originals:
        found.append(example)
        texts = {example.worked.text}
        for number in range(1, times + 1):
            copy = augmented(example, codebook, ways, _chance(seed, example.id, number))
            own = f"{example.id}~augmented-{number}"
            if copy is None or copy.worked.text in texts or own in ids:
                continue
            texts.add(copy.worked.text)
            found.append(replace(copy, worked=copy.worked._replace(report_id=own)))
    return found


def original_id(name: str) -> str:
    """The id of the report that a copy was made from; the id of an original itself."""
    return _COPY.sub("", name)


def _made(example: Example, codebook: Codebook, kinds: Sequence[Augmentation], rng: Random) -> Example | None:
    """Changed in all of these ways that change anything."""
    made = example
    for kind in kinds:
        made = _MAKERS[kind](made, codebook, rng) or made
    return None if made is example else made


def _chance(seed: int, name: str, number: int) -> Random:
    key = f"{seed}\n{number}\n{name}".encode("utf-8", "surrogatepass")
    return Random(int.from_bytes(hashlib.sha256(key).digest()))
