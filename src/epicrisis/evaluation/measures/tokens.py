"""Mentions as BIO tags over tokens, for scores that can be set beside those of a tagger.

A token is a run of letters, digits and underscores with the marks on them, or one other character that is
not white space. The reports' texts are not needed: only tokens in a mention of gold or of the answer count,
and their characters are those of the mentions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...report import Span
from ..cells import has_place, type_of
from ..estimate import Estimate
from ..resampling import Array, Resampler, ratio
from .bio import UNTYPED, Chunk, ChunkCounts, count, tags
from .common import estimates, mean_of_defined

NAMES = ("bio_f1", "bio_macro_f1", "bio_weighted_f1", "bio_precision", "bio_recall")

Mentions = Sequence[Mapping[str, Any]]


def bio(reports: Sequence[tuple[Mentions, Mentions]], resampler: Resampler) -> dict[str, Estimate]:
    """Micro, macro and weighted F1, micro precision and recall of chunks of tokens, over all reports.

    ``reports``: gold's mentions and the answer's, a place for each report. Reports with a mention whose
    place is not known are left out. What is not defined for one type counts as 0 in its means, as in
    seqeval; ``bio_precision`` and ``bio_recall`` are not defined without answered, or gold's, chunks.
    """
    counted = [chunk_counts(gold, answered) for gold, answered in reports]
    kinds = sorted({kind for one in counted for kind in one}) or [UNTYPED]
    none = ChunkCounts()
    table = np.array(
        [
            [
                (one.get(kind, none).right, one.get(kind, none).predicted, one.get(kind, none).gold)
                for kind in kinds
            ]
            for one in counted
        ],
        dtype=np.float64,
    ).reshape(len(reports), 3 * len(kinds))

    def statistic(weights: Array) -> Array:
        sums = weights @ table
        right, predicted, gold = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
        by_type = ratio(2 * right, predicted + gold)
        all_right, all_predicted, all_gold = (part.sum(axis=1) for part in (right, predicted, gold))
        weighted = ratio((gold * np.nan_to_num(by_type)).sum(axis=1), all_gold)
        # Chunks where gold has none at all are worth nothing.
        weighted = np.where((all_gold == 0) & (all_predicted > 0), 0.0, weighted)
        columns = [
            ratio(2 * all_right, all_predicted + all_gold),
            mean_of_defined(by_type),
            weighted,
            ratio(all_right, all_predicted),
            ratio(all_right, all_gold),
        ]
        return np.stack(columns, axis=1)

    predicted, gold = (int(table[:, place::3].sum()) for place in (1, 2))
    counts = [predicted + gold] * 3 + [predicted, gold]
    why = {"bio_precision": "no mention answered", "bio_recall": "no mention in gold"}
    return estimates(resampler, statistic, NAMES, counts, why=why, cases=sum(map(bool, counted)))


def chunk_counts(gold: Mentions, answered: Mentions) -> dict[str, ChunkCounts]:
    """The chunks of one report by type; none if the place of a mention is not known."""
    if not all(map(has_place, (*gold, *answered))):
        return {}
    tokens = tokens_of([*gold, *answered])
    in_gold, in_answer = (tags(len(tokens), _chunks(some, tokens)) for some in (gold, answered))
    return count(in_gold, in_answer)


def tokens_of(mentions: Mentions) -> list[Span]:
    """The tokens of the report that the mentions cover, in order.

    A mention that ends inside a word ends that word's token, unless another mention knows how it goes on.
    """
    letters: dict[int, str] = {}
    for mention in mentions:
        start, end, text = mention["start"], mention["end"], str(mention.get("text") or "")
        if len(text) != end - start:
            text = "x" * (end - start)  # not the report's own words: one token
            for place, letter in enumerate(text, start):
                letters.setdefault(place, letter)
        else:
            letters.update(enumerate(text, start))
    found: list[Span] = []
    for place in sorted(letters):
        letter = letters[place]
        if letter.isspace():
            continue
        last = found[-1] if found else None
        if last and last.end == place and _in_word(letter) and _in_word(letters[last.start]):
            found[-1] = Span(last.start, place + 1)
        else:
            found.append(Span(place, place + 1))
    return found


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"


def _chunks(mentions: Mentions, tokens: Sequence[Span]) -> list[Chunk]:
    """The tokens that each mention covers, also in part. Mentions without a token have none."""
    found = []
    for mention in mentions:
        covered = [
            place
            for place, token in enumerate(tokens)
            if token.start < mention["end"] and mention["start"] < token.end
        ]
        if covered:
            found.append(Chunk(type_of(mention) or UNTYPED, covered[0], covered[-1] + 1))
    return found
