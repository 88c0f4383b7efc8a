"""How sure the model was, from the probabilities of its tokens.

At every token where the allowed values part, the confidence is multiplied by the share of the chosen branch
in the probability of all allowed branches: what the grammar forbids does not count. A value from an open
kind (number, date, text) has no list of alternatives: there the branch is "a value" against "none", and the
rest is the geometric mean of the token probabilities. What is not known of tokens: see ``tokens``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from epicrisis.codebook.variable import BooleanVariable, ClosedVariable, Variable
from epicrisis.engines.engine import Reply
from epicrisis.prompting import Form

from .places import Place, member_places
from .tokens import Branch, Tokens

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
    return {
        variable.name: _confidence(tokens, place, variable, form, absent)
        for variable, tokens, place in _answered(reply, variables)
    }


class Spread(NamedTuple):
    """How the probability of an answer from a closed list spreads over the list.

    ``branches`` are over the options and the word for absence, as JSON; ``written`` is the one that was
    chosen. ``before`` is the probability of what was chosen before the value: that there is a quote, or any
    answer at all. The answer's confidence is ``before`` times the probability of ``written``.
    """

    written: str
    before: float
    branches: list[Branch]


def spreads(reply: Reply, variables: Sequence[Variable], form: Form, absent: str | None) -> dict[str, Spread]:
    """How sure the model was of every option of each variable with a closed list that has a value."""
    found = {}
    for variable, tokens, place in _answered(reply, variables):
        if not isinstance(variable, BooleanVariable | ClosedVariable):
            continue
        value, before = _value_place(tokens, place, form, json_of(absent))
        branches = tokens.spread(value, [*options_of(variable), json_of(absent)])
        if branches:
            found[variable.name] = Spread(reply.text[value.start : value.end], before, branches)
    return found


def _answered(reply: Reply, variables: Sequence[Variable]) -> Iterator[tuple[Variable, Tokens, Place]]:
    """The variables that a reply with log-probabilities answers: its tokens, and where the answer stands."""
    if not reply.logprobs:
        return
    tokens = Tokens(reply.text, reply.logprobs)
    places = member_places(reply.text)
    for variable in variables:
        if (place := places.get(variable.name)) is not None:
            yield variable, tokens, place


def options_of(variable: BooleanVariable | ClosedVariable) -> list[str]:
    """The values that a variable may have, as JSON."""
    values = [True, False] if isinstance(variable, BooleanVariable) else variable.values
    return [json_of(value) for value in values]


def json_of(value: str | float | bool | None) -> str:
    """A value as models are made to write it."""
    return json.dumps(value, ensure_ascii=False)


def _confidence(tokens: Tokens, place: Place, variable: Variable, form: Form, absent: str | None) -> float:
    none = json_of(absent)
    value, before = _value_place(tokens, place, form, none)
    if value == place and form.bare_null and tokens.text[place.start : place.end] != none:
        return 1.0
    return before * _value(tokens, value, variable, none)


def _value_place(tokens: Tokens, place: Place, form: Form, none: str) -> tuple[Place, float]:
    """Where the value of an answer stands, and the probability of what was chosen before it."""
    inner = member_places(tokens.text, place.start) if tokens.text[place.start] == "{" else {}
    if "value" not in inner:
        return place, 1.0
    before = 1.0
    if form.bare_null:
        # Having a pair at all was the first choice.
        before = tokens.branch(Place(place.start, place.start + 1), ("{",), (none,))
    elif form.quote_first and "quote" in inner:
        before = _present(tokens, inner["quote"], "null")
    return inner["value"], before


def _value(tokens: Tokens, place: Place, variable: Variable, none: str) -> float:
    if isinstance(variable, BooleanVariable | ClosedVariable):
        return tokens.chosen(place, dict.fromkeys((*options_of(variable), none)))
    if tokens.text[place.start : place.end] == none:
        return _present(tokens, place, none)
    return _present(tokens, place, none) * tokens.mean(place)


def _present(tokens: Tokens, place: Place, none: str) -> float:
    """The probability of having a value, or of having none, whichever was chosen."""
    silent = tokens.text[place.start : place.end] == none
    return tokens.branch(place, (none,), _OPEN) if silent else tokens.branch(place, _OPEN, (none,))
