"""What deserves a second look: answers that the report itself speaks against.

A small model that fills in thirty variables at once passes over what it would find if it were asked about
it alone. Asking again costs little, since all that was read before is remembered.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from epicrisis.codebook.variable import (
    BooleanVariable,
    CategoryVariable,
    ClosedVariable,
    CountVariable,
    GroupVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from epicrisis.prompting.control_words import without_control_words

from .answer import Answer, Evidence, Status
from .denial import denied
from .hedging import Clauses
from .naming import Named, Terms, terms_of
from .wording import nearer

#: Of the passages that name a variable so many are shown, so long at most, in characters.
_PASSAGES = 2
_LONGEST = 160


class SecondLook:
    """The variables of a codebook, prepared for any number of reports. Safe to use from several threads.

    ``quoted``: whether the model was asked for the words; what rests on none is looked at again only then.
    """

    def __init__(self, variables: Sequence[Variable], *, quoted: bool = True) -> None:
        self.quoted = quoted
        self._variables = [one for one in variables if not isinstance(one, SpansVariable | GroupVariable)]
        self._terms = {variable.name: terms_of(variable) for variable in self._variables}

    def at(self, text: str) -> Look:
        """What is asked of a report's answers, however often."""
        return Look(text, self._variables, self._terms, quoted=self.quoted)


class Look:
    """One report, looked at for any number of answers."""

    def __init__(
        self, text: str, variables: Sequence[Variable], terms: Mapping[str, Terms], *, quoted: bool
    ) -> None:
        self._text = text
        self._variables = variables
        self._terms = terms
        self._quoted = quoted

    def doubts(self, answers: Mapping[str, Answer], among: Collection[str] | None = None) -> dict[str, str]:
        """What to tell the model, by variable: it left out what the report names, gave a value for which no
        words are found there, affirmed what they deny, or chose another option than they speak of.

        ``among``: the names of the variables that are looked at; all by default.
        """
        said = {
            variable.name: self._at(variable, answers[variable.name])
            for variable in self._variables
            if among is None or variable.name in among
        }
        return {name: words for name, words in said.items() if words}

    @cached_property
    def _named(self) -> Named:
        return Named(self._text)

    @cached_property
    def _clauses(self) -> Clauses:
        return Clauses(self._text)

    def _at(self, variable: Variable, answer: Answer) -> str | None:
        if answer.status is Status.NOT_MENTIONED:
            shown = self._shown(variable)
            return shown and f"you left it out, but the report has {shown}. {_ask(variable)}"
        if answer.status is Status.INFERRED:
            return self._without_words(variable)
        if answer.evidence is not None:
            return self._against(variable, answer.value, answer.evidence)
        return None

    def _without_words(self, variable: Variable) -> str | None:
        # A text is its own quote. What must have an answer may rest on silence ("no surgery: false").
        if not variable.allows("not_mentioned") or not (self._quoted or isinstance(variable, TextVariable)):
            return None
        shown = self._shown(variable)
        hint = f", but it has {shown}" if shown else ""
        return f"the report has no such words{hint}. Copy those that state it, or leave it out"

    def _against(self, variable: Variable, value: Any, evidence: Evidence) -> str | None:
        """What in the evidence itself speaks against the value."""
        if isinstance(variable, BooleanVariable):
            denied = value is True and self._denied(variable, evidence)
            return "the words you copied seem to deny it. Is it false?" if denied else None
        if isinstance(variable, ClosedVariable | CountVariable) and not _has_letters(evidence.quote):
            return "a number alone says nothing. Copy the words it belongs to, or leave it out"
        if isinstance(variable, CategoryVariable):
            other = nearer(variable, value, evidence.quote)
            if other is not None:
                return f"the words you copied are nearer to {json.dumps(other.value, ensure_ascii=False)}"
        return None

    def _shown(self, variable: Variable) -> str:
        passages = self._named.passages(self._terms[variable.name], _LONGEST)[:_PASSAGES]
        pieces = [" ".join(self._text[start:end].split()) for start, end in passages]
        # Data here too: a quotation mark in a report does not end the quotation.
        return " and ".join(json.dumps(without_control_words(piece), ensure_ascii=False) for piece in pieces)

    def _denied(self, variable: Variable, evidence: Evidence) -> bool:
        """Whether the words of the variable that the evidence has, or stands with, are all denied."""
        places = [
            place
            for sentence, place in self._named.places(self._terms[variable.name])
            if sentence.start < evidence.end and evidence.start < sentence.end
        ]
        return bool(places) and all(denied(self._clauses, place) for place in places)


def _has_letters(quote: str) -> bool:
    return any(character.isalpha() for character in quote)


def _ask(variable: Variable) -> str:
    if isinstance(variable, BooleanVariable):
        return "Does it affirm it (true) or deny it (false)?"
    return "Does it state the value?"
