"""Derived variables: computed by us from the answers, never by the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.derive import Derivation
from epicrisis.codebook.formulas import Derived, derived_of, in_order
from epicrisis.codebook.kleene import UNKNOWN, evaluate
from epicrisis.codebook.scope import Scope
from epicrisis.codebook.variable import GroupVariable, QuantityVariable, SpansVariable

from .answer import Answer, Status
from .checking import InvalidValueError, check
from .facts import facts

#: How a computation ended: with a value, with none as the codebook wants it, with something missing, or
#: with no case that holds.
_End = Literal["value", "none", "unknown", "no case"]


def derive(codebook: Codebook, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers to the derived variables of one report, in codebook order. ``answers``: to those asked.

    A derived answer is ``inferred`` (``uncertain`` if it rests on an uncertain one), has no evidence of its
    own, notes how it was derived, and is as sure as all it rests on together: the product of their
    confidences, as if they were independent; ``None`` if one has none. Where something it needs is not there
    it has no value: ``not_applicable`` if all that is missing is, else ``not_mentioned``; ``failed`` if an
    answer it needs failed, or if what comes out is not a value of the variable.
    """
    return Deriving(codebook).answers(answers)


class Deriving:
    """The derived variables of a codebook, ready for many reports. Safe to use from several threads."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        scope = Scope(codebook.columns)
        self._ordered, _ = in_order([derived_of(variable, scope) for variable in codebook.derive])
        self._roots: dict[str, tuple[str, ...]] = {}
        for one in self._ordered:
            self._roots[one.variable.name] = self.roots(one.names)

    def roots(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The asked variables that these rest on, themselves if they are asked."""
        return tuple(dict.fromkeys(root for name in names for root in self._roots.get(name, (name,))))

    def facts(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What expressions compute with: ``facts`` of the asked variables, and the derived ones."""
        found = facts(self._codebook.variables, values)
        for one in self._ordered:
            name = one.variable.name
            end, value = _computed(one, found)
            if end == "unknown" and any(found.get(root, UNKNOWN) is UNKNOWN for root in self._roots[name]):
                continue
            found[name] = value
        return found

    def answers(self, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        """See ``derive``."""
        if not self._codebook.derive:
            return {}
        found = facts(self._codebook.variables, answers)
        settled: dict[str, Answer] = {}
        for one in self._ordered:
            name = one.variable.name
            answer = self._answer(one, found, answers)
            settled[name] = answer
            if answer.status is not Status.FAILED:
                found |= facts([self._codebook[name]], {name: answer})
        circle = Answer(Status.FAILED, notes=("derived: it rests on itself",))
        return {variable.name: settled.get(variable.name, circle) for variable in self._codebook.derive}

    def _answer(self, one: Derived, found: Mapping[str, Any], answers: Mapping[str, Answer]) -> Answer:
        end, value = _computed(one, found)
        roots = {name: answers.get(name) for name in self._roots[one.variable.name]}
        if end == "value":
            return _valued(one, value, roots)
        failed = [name for name, answer in roots.items() if answer is None or answer.status is Status.FAILED]
        if end == "unknown" and failed:
            return Answer(Status.FAILED, notes=(f"derived: {', '.join(failed)} failed",))
        if end == "none":
            return Answer(Status.NOT_APPLICABLE, notes=(_how(one),))
        if end == "no case":
            return Answer(Status.FAILED, notes=(f"{_how(one)}: nothing there fits",))
        return self._missing(one, roots)

    def _missing(self, one: Derived, roots: Mapping[str, Answer | None]) -> Answer:
        silent = {name: answer for name, answer in roots.items() if answer and not answer.status.has_value}
        if silent:
            out = all(answer.status is Status.NOT_APPLICABLE for answer in silent.values())
            status = Status.NOT_APPLICABLE if out else Status.NOT_MENTIONED
            return Answer(status, notes=(f"derived: needs {', '.join(silent)}",))
        lists = [name for name in roots if isinstance(self._codebook[name], GroupVariable | SpansVariable)]
        if lists:
            return Answer(Status.NOT_MENTIONED, notes=(f"derived: not stated for {', '.join(lists)}",))
        return Answer(Status.FAILED, notes=(f"{_how(one)}: cannot be computed from these answers",))


def _computed(one: Derived, found: Mapping[str, Any]) -> tuple[_End, Any]:
    if one.formula is not None:
        value = evaluate(one.formula.tree, found)
        return ("unknown", None) if value is None else ("value", value)
    for step in one.steps:
        holds = True if step.condition is None else evaluate(step.condition.tree, found)
        if holds is True:
            return ("none", None) if step.value is None else ("value", step.value)
        if holds is not False:
            return "unknown", None  # an earlier case may be the right one
    return "no case", None


def _valued(one: Derived, value: Any, roots: Mapping[str, Answer | None]) -> Answer:
    variable = one.variable
    if isinstance(value, float):
        value = float(f"{value:.10g}")  # against binary noise
    raw = {"value": value, "unit": variable.unit} if isinstance(variable, QuantityVariable) else value
    try:
        checked = check(variable, raw)  # type: ignore[arg-type]
    except InvalidValueError as problem:
        return Answer(Status.FAILED, notes=(f"{_how(one)}: {problem}",))
    used = [answer for answer in roots.values() if answer is not None]
    uncertain = any(answer.status is Status.UNCERTAIN for answer in used)
    sure = [answer.confidence for answer in used if answer.confidence is not None]
    confidence = math.prod(sure) if sure and len(sure) == len(roots) else None
    status = Status.UNCERTAIN if uncertain else Status.INFERRED
    return Answer(status, checked, None, confidence, (_how(one),))


def _how(one: Derived) -> str:
    assert isinstance(one.variable, Derivation)
    return f"derived: {one.variable.described}"
