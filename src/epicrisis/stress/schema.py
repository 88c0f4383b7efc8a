"""Whether answers are what the codebook allows, looked at and not taken for granted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, QuantityVariable, SpansVariable, Variable
from ..extraction.answer import Answer, Extraction, Status
from ..extraction.checking import InvalidValueError, check

#: How the notes of a failed answer begin where the model's reply was not in its schema, or not whole. Others
#: fail for what they say: a number out of range, two answers that contradict each other.
_NOT_IN_SCHEMA = re.compile(
    r"must |the unit must |is missing from the answer|no answer|the answer |cut off |the model repeated"
)


class Looked(NamedTuple):
    """Names of answers: ``broken`` are out of the codebook's schema, ``failed`` have failed otherwise."""

    broken: tuple[str, ...]
    failed: tuple[str, ...]


def look(codebook: Codebook, extraction: Extraction, original: Extraction | None = None) -> Looked:
    """The answers to a report that are missing, of no variable, or of a value that the variable does not
    allow; and those that have failed, for not being in the schema or for another reason.

    What has failed in the ``original`` too is not counted. A report that could not be asked (an engine that
    is down, a text that is too long) has failed answers and none that is broken.
    """
    answers = extraction.answers
    wrong = [name for name in answers if name not in codebook]
    failed: list[str] = []
    for variable in codebook.variables:
        name, answer = variable.name, answers.get(variable.name)
        before = None if original is None else original.answers.get(name)
        if answer is None:
            wrong.append(name)
        elif answer.status is Status.FAILED:
            if before is None or before.status is not Status.FAILED:
                unreadable = any(_NOT_IN_SCHEMA.match(note) for note in answer.notes)
                (wrong if unreadable else failed).append(name)
        elif not valid(variable, answer):
            wrong.append(name)
    return Looked(tuple(wrong), tuple(failed))


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
        checked = check(variable, value)
    except InvalidValueError:
        return False
    if isinstance(variable, QuantityVariable):
        return isinstance(value, Mapping)
    return type(checked) is type(value) and bool(checked == value)


def _all(value: Any, most: int, holds: Callable[[Mapping[str, Any]], bool]) -> bool:
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
