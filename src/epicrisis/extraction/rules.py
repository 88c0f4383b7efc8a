"""Rules between the answers to one report: which are broken, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.formulas import rule_of
from epicrisis.codebook.kleene import evaluate
from epicrisis.codebook.rules import Rule
from epicrisis.codebook.scope import Scope

from .answer import Answer
from .deriving import Deriving


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that the answers break: the asked variables in it, in codebook order, and what to tell the
    model. A derived variable in a rule stands for the asked ones that it rests on."""

    rule: Rule
    variables: tuple[str, ...]
    message: str


def broken(codebook: Codebook, values: Mapping[str, Any]) -> list[Broken]:
    """The rules of the codebook that these values break, in its order.

    ``values`` maps names to a value as ``Answer.value`` has it, or to the ``Answer``; ``None`` is "not
    mentioned" or "not applicable". A variable that was not asked yet, or that has no valid answer, is left
    out (or is a failed ``Answer``). A rule is broken only if it is certainly false: one that cannot be
    decided, for want of a value, is not. Never raises for any values.
    """
    return Rules(codebook).broken(values)


class Rules:
    """The rules of a codebook, ready for many reports. Safe to use from several threads."""

    def __init__(self, codebook: Codebook) -> None:
        scope = Scope(codebook.columns)
        self._deriving = Deriving(codebook)
        self._rules = [(rule, rule_of(rule, scope)) for rule in codebook.rules]
        self._asked = [variable.name for variable in codebook.variables]

    def broken(self, values: Mapping[str, Any]) -> list[Broken]:
        """See ``broken``."""
        if not self._rules:
            return []
        found = self._deriving.facts(values)
        return [
            Broken(rule, self._variables(meaning.names), rule.complaint)
            for rule, meaning in self._rules
            if evaluate(meaning.tree, found) is False
        ]

    def _variables(self, names: tuple[str, ...]) -> tuple[str, ...]:
        roots = self._deriving.roots(names)
        return tuple(name for name in self._asked if name in roots)


def complaints(found: Iterable[Broken]) -> dict[str, str]:
    """What to tell the model, by variable: every rule it takes part in that is broken, since any of the
    variables in it may be wrong."""
    said: dict[str, list[str]] = {}
    for one in found:
        for name in one.variables:
            said.setdefault(name, []).append(one.message)
    return {name: "; ".join(several) for name, several in said.items()}


def marked(answers: Mapping[str, Answer], found: Iterable[Broken]) -> dict[str, Answer]:
    """The answers, with a note on those that take part in a rule that stays broken."""
    notes: dict[str, list[str]] = {}
    for one in found:
        for name in one.variables:
            notes.setdefault(name, []).append(f"breaks the rule: {one.rule.label}")
    return {
        name: replace(answer, notes=(*answer.notes, *notes[name])) if name in notes else answer
        for name, answer in answers.items()
    }
