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
        return math.prod(share for share, _, _ in self._partings(place, allowed))

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
        for share, kept, others in self._partings(place, allowed):
            branches += [Branch(values, sure * part) for values, part in others.items()]
            taken, sure = kept, sure * share
        return [*branches, Branch(taken, sure)]

    def branch(self, place: Place, chosen: Sequence[str], others: Sequence[str]) -> float:
        """The probability that what begins at ``place`` begins like one of ``chosen``, not of ``others``."""
        number = next(iter(self._over(place)), None)
        if number is None:
            return 1.0
        token = self._tokens[number]
        before = self.text[self._starts[number] : place.start]
        ways = {way: before + way for way in (*chosen, *others)}
        return _share(token, ways, set(chosen))

    def mean(self, place: Place) -> float:
        """The geometric mean of the probabilities of the tokens over a place."""
        logs = [self._tokens[number].logprob for number in self._over(place)]
        return math.exp(min(0.0, math.fsum(logs) / len(logs))) if logs else 1.0

    def _partings(self, place: Place, allowed: Collection[str]) -> Iterator[_Parting]:
        """What each token from ``place`` on decides, as long as more than one of the allowed values is left.
        That a number ends there (0, not 0.5) is decided by what comes after it."""
        rest = self.text[place.end :]
        left = {value: value + rest for value in allowed}
        for number in range(self._over(place).start, len(self._tokens)):
            if len(left) <= 1:
                return
            token = self._tokens[number]
            # A token may begin before the value and end after it.
            before = self.text[min(self._starts[number], place.start) : place.start]
            done = max(0, self._starts[number] - place.start)
            parting = _parting(token, {value: before + full[done:] for value, full in left.items()})
            yield parting
            left = {value: full for value, full in left.items() if value in parting.kept}

    def _over(self, place: Place) -> range:
        """The numbers of the tokens that have a character in ``place``."""
        return range(bisect_right(self._ends, place.start), bisect_left(self._starts, place.end))


class _Parting(NamedTuple):
    """What one token decides: the values it keeps and their share of the probability of all that were left,
    and the shares of the others, together with those they cannot be told from."""

    share: float
    kept: frozenset[str]
    others: dict[frozenset[str], float]


def _parting(token: TokenLogprob, ways: Mapping[str, str]) -> _Parting:
    """``ways``: the text that each value would bring from the token on."""
    kept = frozenset(way for way, full in ways.items() if _fits(token.token, full))
    ours = 0.0
    others: dict[frozenset[str], float] = {}
    seen: set[str] = set()
    for fitting, mass in _reported(token, ways):
        seen |= fitting
        if fitting < kept:
            # A longer token that says at once what the chosen one leaves open.
            others[fitting] = others.get(fitting, 0.0) + mass
            continue
        ours += mass * len(fitting & kept) / len(fitting)
        if left := fitting - kept:
            others[left] = others.get(left, 0.0) + mass * len(left) / len(fitting)
    unseen = frozenset(ways.keys() - kept - seen)
    if unseen and not _was_reported(token):
        # Nothing is known of them, but that the grammar's choice was at least as likely as each.
        others[unseen] = others.get(unseen, 0.0) + len(unseen) * math.exp(token.logprob)
    total = math.fsum((ours, *others.values()))
    if not total:
        return _Parting(0.0, kept, {})
    return _Parting(ours / total, kept, {values: mass / total for values, mass in others.items()})


def _share(token: TokenLogprob, ways: Mapping[str, str], kept: set[str]) -> float:
    """The part of the allowed probability that goes to the ways in ``kept``; the others are spellings of
    one thing."""
    ours = others = 0.0
    seen: set[str] = set()
    for fitting, mass in _reported(token, ways):
        seen |= fitting
        part = len(fitting & kept) / len(fitting)
        ours += mass * part
        others += mass * (1 - part)
    if not _was_reported(token) and ways.keys() - kept - seen:
        # Nothing is known of it, but that the grammar's choice was at least as likely.
        others += math.exp(token.logprob)
    return ours / (ours + others) if ours > 0 else 0.0


def _reported(token: TokenLogprob, ways: Mapping[str, str]) -> Iterator[tuple[frozenset[str], float]]:
    """The ways that each reported token leaves open, and its probability."""
    top = dict(token.top)
    top.setdefault(token.token, token.logprob)
    for spelled, logprob in top.items():
        if fitting := frozenset(way for way, full in ways.items() if _fits(spelled, full)):
            yield fitting, math.exp(logprob)


def _was_reported(token: TokenLogprob) -> bool:
    return any(spelled == token.token for spelled, _ in token.top)


def _fits(spelled: str, full: str) -> bool:
    """Whether a text that begins with ``full`` can begin with the token, or the other way round."""
    return bool(spelled) and (full.startswith(spelled) or spelled.startswith(full))
