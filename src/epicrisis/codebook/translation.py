"""Pydantic's findings in the words of a codebook."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from .expression import ExpressionError
from .source import Marked
from .vocabulary import NESTED
from .wording import example_of, is_list, kind_of, takes, without_none
from .words import clipped, did_you_mean, listed

_MISSING = {
    "unit": "Add 'unit:', for example mm; '1' for a bare number.",
    "name": "Add 'name:'.",
}


def place_of(
    loc: tuple[str | int, ...], node: Marked, model: type[BaseModel]
) -> tuple[tuple[str | int, ...], type[BaseModel], str]:
    """The path in the file a pydantic location stands for, the model it lies in, and its key there."""
    owner: type[BaseModel] = model
    path: list[str | int] = []
    key, inside = "", ""
    for step in loc:
        if isinstance(step, int):
            path.append(step)
            continue
        owner = NESTED[inside] if inside in NESTED and step in NESTED[inside].model_fields else owner
        if step in owner.model_fields:
            path.append(step)
            key = inside = step
        elif value_at(node, (*path, step)) is not None:
            path.append(step)  # a language
    return tuple(path), owner, key


def message_of(problem: Any, owner: type[BaseModel], key: str, value: Any) -> tuple[str, str]:
    """What is wrong and what to do, for one pydantic error."""
    if problem["type"] == "value_error":
        error = problem["ctx"]["error"]
        return (error.message, error.fix) if isinstance(error, ExpressionError) else (str(error), "")
    annotation = owner.model_fields[key].annotation if key in owner.model_fields else None
    if annotation is None:
        return str(problem["msg"]).lower(), ""
    words = takes(annotation).replace("`", "")
    example = example_of(annotation)
    fix = f"For example: {key}: {example}" if example else ""
    if problem["type"] == "missing" or value is None:
        return f"'{key}' is missing", _MISSING.get(key, f"Add '{key}:' with {words}.")
    if problem["type"] == "literal_error":
        choices = without_none(annotation)
        allowed = get_args(get_args(choices)[0] if is_list(choices) else choices)
        fix = did_you_mean(str(value), allowed) or f"Use one of {listed(allowed, 9)}."
        return f"'{clipped(value)}' cannot be in '{key}'", fix
    if problem["type"] in ("too_short", "string_too_short"):
        return f"'{key}' is empty", fix or f"It takes {words}."
    if problem["type"] == "greater_than_equal":
        return f"'{key}' must be a number of {problem['ctx']['ge']:g} or more", ""
    if problem["type"] == "less_than":
        return f"'{key}' must be a number under {problem['ctx']['lt']:g}", ""
    if is_list(annotation) and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        fix = f"Write it as a list: {key}: [{clipped(value)}]"
    if isinstance(value, bool) and words.startswith("text"):
        fix = f"Put it in quotes: '{str(value).lower()}'."
    return f"'{key}' takes {words}, not {_shown(value)}", fix


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{clipped(value)}'" if isinstance(value, (str, int, float)) else kind_of(value)


def value_at(node: Marked, path: tuple[str | int, ...]) -> Any:
    """The plain value ``path`` leads to, ``None`` if it leads nowhere."""
    found: Marked | None = node
    for step in path:
        found = found.child(step) if found is not None else None
    return None if found is None else found.plain()
