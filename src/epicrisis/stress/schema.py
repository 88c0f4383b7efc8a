"""Whether answers are what the codebook allows, looked at and not taken for granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, SpansVariable, Variable
from ..extraction.answer import Answer, Extraction, Status
from ..extraction.checking import InvalidValueError, check


def broken(codebook: Codebook, extraction: Extraction, original: Extraction | None = None) -> list[str]:
    """The names of the answers of a report that are not in the schema of the codebook: missing, of no
    variable, with a value that the variable does not allow, or failed where the ``original`` has an answer.

    A report that failed as a whole (an engine that is down, a text that is too long) has no answers to look
    at, and none that is broken.
    """
    if extraction.failed:
        return []
    answers = extraction.answers
    found = [name for name in answers if name not in codebook]
    for variable in codebook.variables:
        answer = answers.get(variable.name)
        if answer is None:
            found.append(variable.name)
        elif answer.status is Status.FAILED:
            before = None if original is None else original.answers.get(variable.name)
            if before is not None and before.status is not Status.FAILED:
                found.append(variable.name)
        elif not valid(variable, answer):
            found.append(variable.name)
    return found


def valid(variable: Variable, answer: Answer) -> bool:
    """Whether an answer that did not fail has a status and a value that its variable allows."""
    if not answer.status.has_value:
        return answer.value is None
    value = answer.value
    if isinstance(variable, SpansVariable):
        return _all(value, variable.max_items, lambda one: _is_mention(variable, one))
    if isinstance(variable, GroupVariable):
        return _all(value, variable.max_items, lambda one: _is_item(variable, one))
    try:
        return bool(check(variable, value) == value)
    except InvalidValueError:
        return False


def _all(value: Any, most: int, holds: Any) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > most:
        return False
    return all(isinstance(one, Mapping) and holds(one) for one in value)


def _is_mention(variable: SpansVariable, one: Mapping[str, Any]) -> bool:
    kind = one.get("type")
    return isinstance(one.get("text"), str) and (kind is None or kind in variable.values)


def _is_item(variable: GroupVariable, one: Mapping[str, Any]) -> bool:
    parts = {part.name: part for part in variable.variables}
    return all(
        name in parts
        and isinstance(answer, Answer)
        and (answer.status is Status.FAILED or valid(parts[name], answer))
        for name, answer in one.items()
    )
