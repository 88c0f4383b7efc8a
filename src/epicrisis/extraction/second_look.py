"""What deserves a second look: answers that the report itself speaks against.

A small model that fills in thirty variables at once passes over what it would find if it were asked about
it alone. Asking again costs little, since all that was read before is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from epicrisis.codebook.variable import BooleanVariable, GroupVariable, SpansVariable, Variable
from epicrisis.prompting.control_words import without_control_words

from .answer import Answer, Status
from .naming import Named

#: Of the passages that name a variable so many are shown, so long at most, in characters.
_PASSAGES = 2
_LONGEST = 160


def doubts(variables: Sequence[Variable], answers: Mapping[str, Answer], text: str) -> dict[str, str]:
    """What to tell the model, by variable: it left out what the report names, or gave a value for which no
    words are found there."""
    named = Named(text)
    found = {}
    for variable in variables:
        answer = answers[variable.name]
        if isinstance(variable, SpansVariable | GroupVariable):
            continue
        if answer.status is Status.NOT_MENTIONED:
            if shown := _shown(named, variable, text):
                found[variable.name] = f"you left it out, but the report has {shown}. {_ask(variable)}"
        elif answer.status is Status.INFERRED:
            shown = _shown(named, variable, text)
            hint = f", but it has {shown}" if shown else ""
            found[variable.name] = (
                f"the report has no such words{hint}. Copy those that state it, or leave it out"
            )
    return found


def _ask(variable: Variable) -> str:
    if isinstance(variable, BooleanVariable):
        return "Does it affirm it (true) or deny it (false)?"
    return "Does it state the value?"


def _shown(named: Named, variable: Variable, text: str) -> str:
    pieces = [text[start:end] for start, end in named.passages(variable, _LONGEST)[:_PASSAGES]]
    return " and ".join(f'"{without_control_words(" ".join(piece.split()))}"' for piece in pieces)
