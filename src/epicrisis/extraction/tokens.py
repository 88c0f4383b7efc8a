"""The tokens of an answer with their places in it, and how likely the ways were that it did not take.

The engine's probabilities are from before the grammar, and only of the likeliest tokens. A branch of which
no token was reported counts as impossible if the chosen token was reported, and as likely as the chosen one
if that was not reported either.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from epicrisis.engines.engine import TokenLogprob

from .places import Place


class Branch(NamedTuple):
    """Values that the tokens do not tell apart any further, and the probability of all of them together."""

    values: frozenset[str]
    probability: float


class Tokens:
    """The tokens of an answer with their places in it."""

    def __init__(self, text: str, tokens: Sequence[TokenLogprob]) -> None:
        self.text = text
        self._tokens = tokens
        # Where each token ends, and so the next one starts.
        self._ends = list(accumulate(len(token.token) for token in tokens))
        self._starts = [0, *self._ends[:-1]]

    def chosen(self, place: Place, allowed: Collection[str]) -> float:
        """The probability of the value at ``place`` among the ``allowed`` ones, which are JSON."""
        if self.text[place.start : place.end] not in allowed:
            return 1.0
        return math.prod(_share(*parting) for parting in self._partings(place, allowed))

    def spread(self, place: Place, allowed: Collection[str]) -> list[Branch]:
        """The probabilities of all ``allowed`` values, which are JSON, at ``place``.

        Of a branch that was not taken only the first token is known: its values stay together. The last
        branch is the one that was taken, with the probability that ``chosen`` gives. Empty if what is
        written there is not allowed.
        """
        if self.text[place.start : place.end] not in allowed:
            return []
        branches: list[Branch] = []
        taken, sure = frozenset(allowed), 1.0
        for token, ways, kept in self._partings(place, allowed):
            left = _left(token, ways, kept)
            share = _share(token, ways, kept)
            total = math.fsum(left.values())
            branches += [
                Branch(values, sure * (1 - share) * mass / total) for values, mass in left.items() if mass > 0
            ]
            taken, sure = frozenset(kept), sure * share
        return [*branches, Branch(taken, sure)]

    def branch(self, place: Place, chosen: Sequence[str], others: Sequence[str]) -> float:
        """The probability that what begins at ``place`` begins like one of ``chosen``, not of ``others``."""
        number = next(iter(self._over(place)), None)
        if number is None:
            return 1.0
        token = self._tokens[number]
        before = self.text[self._starts[number] : place.start]
        ways = {way: before + way for way in (*chosen, *others)}
        return _share(token, ways, set(chosen), together=True)

    def mean(self, place: Place) -> float:
        """The geometric mean of the probabilities of the tokens over a place."""
        logs = [self._tokens[number].logprob for number in self._over(place)]
        return math.exp(min(0.0, math.fsum(logs) / len(logs))) if logs else 1.0

    def _partings(
        self, place: Place, allowed: Collection[str]
    ) -> Iterator[tuple[TokenLogprob, dict[str, str], set[str]]]:
        """Every token at ``place`` where allowed values part: the text that each would bring from there on,
        and the values that the token keeps."""
        rest = self.text[place.end :]
        left = {value: value + rest for value in allowed}
        for number in self._over(place):
            if len(left) == 1:
                return
            token = self._tokens[number]
            # A token may begin before the value and end after it.
            before = self.text[min(self._starts[number], place.start) : place.start]
            done = max(0, self._starts[number] - place.start)
            ways = {value: before + full[done:] for value, full in left.items()}
            kept = {value for value in left if _fits(token.token, ways[value])}
            if len(kept) < len(left):
                yield token, ways, kept
                left = {value: left[value] for value in left if value in kept}

    def _over(self, place: Place) -> range:
        """The numbers of the tokens that have a character in ``place``."""
        return range(bisect_right(self._ends, place.start), bisect_left(self._starts, place.end))


def _share(token: TokenLogprob, ways: Mapping[str, str], kept: set[str], *, together: bool = False) -> float:
    """The part of the allowed probability that goes to the ways in ``kept``. ``together``: the other ways
    are spellings of one thing."""
    ours = others = 0.0
    seen: set[str] = set()
    for fitting, mass in _reported(token, ways):
        seen |= fitting
        part = len(fitting & kept) / len(fitting)
        ours += mass * part
        others += mass * (1 - part)
    if not _was_reported(token):
        # Nothing is known of the others, but that the grammar's choice was at least as likely.
        unseen = len(ways.keys() - kept - seen)
        others += (min(unseen, 1) if together else unseen) * math.exp(token.logprob)
    return ours / (ours + others) if ours > 0 else 0.0


def _left(token: TokenLogprob, ways: Mapping[str, str], kept: set[str]) -> dict[frozenset[str], float]:
    """The ways that are not ``kept``, each with those that it cannot be told from, and their probabilities
    beside each other: together they are what ``_share`` leaves."""
    masses: dict[frozenset[str], float] = {}
    seen: set[str] = set()
    for fitting, mass in _reported(token, ways):
        seen |= fitting
        if others := frozenset(fitting - kept):
            masses[others] = masses.get(others, 0.0) + mass * len(others) / len(fitting)
    unseen = frozenset(ways.keys() - kept - seen)
    if unseen and not _was_reported(token):
        masses[unseen] = masses.get(unseen, 0.0) + len(unseen) * math.exp(token.logprob)
    return masses


def _reported(token: TokenLogprob, ways: Mapping[str, str]) -> Iterator[tuple[set[str], float]]:
    """The ways that each reported token leaves open, and its probability."""
    top = dict(token.top)
    top.setdefault(token.token, token.logprob)
    for spelled, logprob in top.items():
        if fitting := {way for way, full in ways.items() if _fits(spelled, full)}:
            yield fitting, math.exp(logprob)


def _was_reported(token: TokenLogprob) -> bool:
    return any(spelled == token.token for spelled, _ in token.top)


def _fits(spelled: str, full: str) -> bool:
    """Whether a text that begins with ``full`` can begin with the token, or the other way round."""
    return bool(spelled) and (full.startswith(spelled) or spelled.startswith(full))
