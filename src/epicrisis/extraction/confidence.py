"""How sure the model was, from the probabilities of its tokens.

At every token where the allowed values part, the confidence is multiplied by the share of the chosen branch
in the probability of all allowed branches: what the grammar forbids does not count. A value from an open
kind (number, date, text) has no list of alternatives: there the branch is "a value" against "none", and the
rest is the geometric mean of the token probabilities.

The engine's probabilities are from before the grammar, and only of the likeliest tokens. A branch of which
no token was reported counts as impossible if the chosen token was reported, and as likely as the chosen one
if that was not reported either.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from epicrisis.codebook.variable import BooleanVariable, ClosedVariable, Variable
from epicrisis.engines.engine import Reply, TokenLogprob
from epicrisis.prompting import Form

from .places import Place, member_places

#: Alternatives asked for with every token: the most that common servers give.
TOP = 20
#: Stands for any value of an open kind: it begins like a string or like a number.
_OPEN = ('"', *"-0123456789", "[", "{")


def confidences(
    reply: Reply, variables: Sequence[Variable], form: Form, absent: str | None
) -> dict[str, float]:
    """The probability of each variable's answer, in [0, 1]; empty if the reply has no log-probabilities.

    Where the form has the quote before the value, whether there is a quote at all is part of the answer.
    """
    if not reply.logprobs:
        return {}
    tokens = _Tokens(reply.text, reply.logprobs)
    places = member_places(reply.text)
    found = {}
    for variable in variables:
        if (place := places.get(variable.name)) is not None:
            found[variable.name] = _confidence(tokens, place, variable, form, absent)
    return found


def _confidence(tokens: _Tokens, place: Place, variable: Variable, form: Form, absent: str | None) -> float:
    none = json.dumps(absent, ensure_ascii=False)
    inner = member_places(tokens.text, place.start) if tokens.text[place.start] == "{" else {}
    if "value" not in inner:
        bare = form.bare_null and tokens.text[place.start : place.end] != none
        return 1.0 if bare else _value(tokens, place, variable, none)
    sure = _value(tokens, inner["value"], variable, none)
    if form.bare_null:
        # Having a pair at all was the first choice.
        sure *= tokens.branch(Place(place.start, place.start + 1), ("{",), (none,))
    elif form.quote_first and "quote" in inner:
        sure *= _present(tokens, inner["quote"], "null")
    return sure


def _value(tokens: _Tokens, place: Place, variable: Variable, none: str) -> float:
    if isinstance(variable, BooleanVariable | ClosedVariable):
        values = [True, False] if isinstance(variable, BooleanVariable) else variable.values
        allowed = [json.dumps(value, ensure_ascii=False) for value in values]
        return tokens.chosen(place, dict.fromkeys((*allowed, none)))
    if tokens.text[place.start : place.end] == none:
        return _present(tokens, place, none)
    return _present(tokens, place, none) * tokens.mean(place)


def _present(tokens: _Tokens, place: Place, none: str) -> float:
    """The probability of having a value, or of having none, whichever was chosen."""
    silent = tokens.text[place.start : place.end] == none
    return tokens.branch(place, (none,), _OPEN) if silent else tokens.branch(place, _OPEN, (none,))


class _Tokens:
    """The tokens of an answer with their places in it."""

    def __init__(self, text: str, tokens: Sequence[TokenLogprob]) -> None:
        self.text = text
        self._tokens = tokens
        # Where each token ends, and so the next one starts.
        self._ends = list(accumulate(len(token.token) for token in tokens))
        self._starts = [0, *self._ends[:-1]]

    def chosen(self, place: Place, allowed: Mapping[str, object]) -> float:
        """The probability of the value at ``place`` among the ``allowed`` ones."""
        written = self.text[place.start : place.end]
        rest = self.text[place.end :]
        left = {value: value + rest for value in allowed}
        if written not in left:
            return 1.0
        sure = 1.0
        for number in self._over(place):
            token = self._tokens[number]
            # A token may begin before the value and end after it.
            before = self.text[min(self._starts[number], place.start) : place.start]
            done = max(0, self._starts[number] - place.start)
            ways = {value: before + full[done:] for value, full in left.items()}
            kept = {value for value in left if _fits(token.token, ways[value])}
            if len(kept) < len(left):
                sure *= _share(token, ways, kept)
                left = {value: left[value] for value in left if value in kept}
            if len(left) == 1:
                break
        return sure

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

    def _over(self, place: Place) -> range:
        """The numbers of the tokens that have a character in ``place``."""
        return range(bisect_right(self._ends, place.start), bisect_left(self._starts, place.end))


def _share(token: TokenLogprob, ways: Mapping[str, str], kept: set[str], *, together: bool = False) -> float:
    """The part of the allowed probability that goes to the ways in ``kept``. ``together``: the other ways
    are spellings of one thing."""
    top = dict(token.top)
    reported = token.token in top
    top.setdefault(token.token, token.logprob)
    ours = others = 0.0
    seen: set[str] = set()
    for spelled, logprob in top.items():
        fitting = {way for way, full in ways.items() if _fits(spelled, full)}
        if not fitting:
            continue
        seen |= fitting
        mass = math.exp(logprob)
        part = len(fitting & kept) / len(fitting)
        ours += mass * part
        others += mass * (1 - part)
    if not reported:
        # Nothing is known of the others, but that the grammar's choice was at least as likely.
        unseen = len(ways.keys() - kept - seen)
        others += (min(unseen, 1) if together else unseen) * math.exp(token.logprob)
    return ours / (ours + others) if ours > 0 else 0.0


def _fits(spelled: str, full: str) -> bool:
    """Whether a text that begins with ``full`` can begin with the token, or the other way round."""
    return bool(spelled) and (full.startswith(spelled) or spelled.startswith(full))
