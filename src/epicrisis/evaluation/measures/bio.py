"""BIO tags over tokens, scored chunk by chunk as seqeval does.

Source of the measure: Ramshaw and Marcus, Text chunking using transformation-based learning, 1995, as
scored in CoNLL-2000 (Tjong Kim Sang and Buchholz). The numbers agree with those of seqeval's default
(lenient) mode, which is what benchmarks report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import OptionError

#: The type of chunks whose tags name none: ``B``, ``I``.
UNTYPED = "_"


class Chunk(NamedTuple):
    """Tokens ``start`` (included) to ``end`` (excluded)."""

    type: str
    start: int
    end: int


def chunks(tags: Sequence[str]) -> list[Chunk]:
    """The chunks of one sequence of tags (``B-``, ``I-``, ``E-``, ``S-`` and a type; ``O``), in order.

    Lenient: a chunk also begins at an ``I-`` that nothing began, or whose type is not that of the tag
    before. What stands behind the first hyphen is the type, further hyphens included. An empty tag is ``O``.
    """
    found: list[Chunk] = []
    begin, before, type_before = 0, "O", ""
    for place, tag in enumerate([*tags, "O"]):
        letter, kind = _parts(tag)
        if _ends(before, letter, kind == type_before):
            found.append(Chunk(type_before, begin, place))
        if _begins(before, letter, kind == type_before):
            begin = place
        before, type_before = letter, kind
    return found


def _parts(tag: str) -> tuple[str, str]:
    letter, rest = tag[:1] or "O", tag[1:]
    _, hyphen, behind = rest.partition("-")
    return letter, (behind if hyphen else rest) or UNTYPED


def _begins(before: str, letter: str, same_type: bool) -> bool:
    if letter in ("O", "."):
        return False
    return letter in ("B", "S") or not same_type or (letter in ("I", "E") and before in ("O", "E", "S"))


def _ends(before: str, letter: str, same_type: bool) -> bool:
    if before in ("O", "."):
        return False
    return before in ("E", "S") or not same_type or (before in ("B", "I") and letter in ("O", "B", "S"))


@dataclass(frozen=True, slots=True)
class ChunkCounts:
    """``right``: chunks that are both predicted and in gold, at the same tokens."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    @property
    def precision(self) -> float | None:
        """``right / predicted``; None if nothing is predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """``right / gold``; None if gold has nothing."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """``2 right / (predicted + gold)``; None if both have nothing."""
        both = self.predicted + self.gold
        return 2 * self.right / both if both else None

    def __add__(self, other: ChunkCounts) -> ChunkCounts:
        return ChunkCounts(self.right + other.right, self.predicted + other.predicted, self.gold + other.gold)


class BioAverage(NamedTuple):
    """``None`` where neither gold nor the prediction has a chunk of any type (seqeval warns and says 0)."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class BioScores:
    """Chunks of each type, by the type's name in order; a type is there if gold or the prediction has it.

    ``micro`` pools the chunks of all types; ``macro`` is the mean over the types; ``weighted`` the mean
    weighted by the type's chunks in gold. In these means what is not defined for one type counts as 0.
    """

    by_type: Mapping[str, ChunkCounts]

    @property
    def total(self) -> ChunkCounts:
        return sum(self.by_type.values(), ChunkCounts())

    @property
    def micro(self) -> BioAverage:
        if not self.by_type:
            return BioAverage(None, None, None)
        total = self.total
        return BioAverage(total.precision or 0.0, total.recall or 0.0, total.f1 or 0.0)

    @property
    def macro(self) -> BioAverage:
        return self._mean(dict.fromkeys(self.by_type, 1))

    @property
    def weighted(self) -> BioAverage:
        return self._mean({kind: counts.gold for kind, counts in self.by_type.items()})

    def _mean(self, weights: Mapping[str, int]) -> BioAverage:
        if not self.by_type:
            return BioAverage(None, None, None)
        # Without a chunk in gold all weights may be 0, and so is what was predicted worth.
        whole = sum(weights.values()) or 1

        def mean(name: str) -> float:
            return (
                sum(weights[kind] * (getattr(counts, name) or 0.0) for kind, counts in self.by_type.items())
                / whole
            )

        return BioAverage(mean("precision"), mean("recall"), mean("f1"))


def count(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, ChunkCounts]:
    """The chunks of one document by type. Raises OptionError if it has two numbers of tags."""
    if len(gold) != len(predicted):
        raise OptionError(f"Gold has {len(gold)} tags for this document, the prediction {len(predicted)}.")
    in_gold, in_prediction = set(chunks(gold)), set(chunks(predicted))
    golds, predictions, rights = (
        Counter(chunk.type for chunk in some) for some in (in_gold, in_prediction, in_gold & in_prediction)
    )
    return {
        kind: ChunkCounts(rights[kind], predictions[kind], golds[kind])
        for kind in sorted(golds.keys() | predictions.keys())
    }


def scores(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> BioScores:
    """The chunks of all documents together: a sequence of tags each, gold and prediction in one order.

    Raises OptionError if the numbers of documents, or of a document's tags, are not the same.
    """
    if len(gold) != len(predicted):
        raise OptionError(f"Gold has {len(gold)} documents, the prediction {len(predicted)}.")
    by_type: dict[str, ChunkCounts] = {}
    for place, (right, tried) in enumerate(zip(gold, predicted, strict=True), 1):
        try:
            counted = count(right, tried)
        except OptionError as problem:
            raise OptionError(f"Document {place}: {problem.message}") from None
        for kind, counts in counted.items():
            by_type[kind] = by_type.get(kind, ChunkCounts()) + counts
    return BioScores(dict(sorted(by_type.items())))


def tags(length: int, mentions: Sequence[Chunk]) -> list[str]:
    """The ``length`` tags of mentions given as chunks of tokens.

    A token has one tag: of mentions that share tokens, the one that begins first is kept, then the longest.
    """
    written = ["O"] * length
    for kind, start, end in _apart(mentions):
        written[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    return written


def _apart(mentions: Sequence[Chunk]) -> Iterator[Chunk]:
    reached = 0
    for mention in sorted(mentions, key=lambda chunk: (chunk.start, -chunk.end, chunk.type)):
        if mention.start >= reached and mention.end > mention.start:
            reached = mention.end
            yield mention
