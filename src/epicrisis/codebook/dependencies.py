"""Checks on ``when``: that it points somewhere, not in a circle, and at a value that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from .condition import Condition, Scalar, same
from .finding import Finding
from .source import Marked
from .structure import Entry
from .variable import CountVariable, QuantityVariable, Range
from .words import clipped, closest, did_you_mean, listed

_COMPARED = (">", ">=", "<", "<=")


def check(entries: list[Entry]) -> Iterator[Finding]:
    """All findings of this module. A sub-variable may point at its siblings and at plain variables."""
    top = {entry.name: entry for entry in reversed(entries) if entry.name is not None}
    conditions = _conditions(entries)
    for entry, condition in conditions:
        yield from _check(entry, condition, top, {})
    yield from _circles(conditions)
    for group in entries:
        siblings = {part.name: part for part in reversed(group.parts) if part.name is not None}
        inner = _conditions(group.parts)
        for part, condition in inner:
            yield from _check(part, condition, top, siblings, group)
        yield from _circles(inner)


def circles(targets: dict[str, str]) -> list[list[str]]:
    """The circles in ``name -> name it depends on``, each from its first member on."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in targets:
        path: list[str] = []
        name: str | None = start
        while name is not None and name not in done and name not in path:
            path.append(name)
            name = targets.get(name)
        if name in path:
            found.append(path[path.index(name) :])
        done.update(path)
    return found


def _conditions(entries: list[Entry]) -> list[tuple[Entry, Condition]]:
    found = []
    for entry in entries:
        node = entry.node.get("when")
        if node is None:
            continue
        try:
            found.append((entry, Condition.model_validate(node.plain())))
        except ValidationError:
            continue  # reported with the structure
    return found


def _circles(conditions: list[tuple[Entry, Condition]]) -> Iterator[Finding]:
    entries = {entry.name: entry for entry, _ in conditions if entry.name is not None}
    targets = {name: condition.variable for entry, condition in conditions if (name := entry.name)}
    for circle in circles(targets):
        if len(circle) > 1:
            way = " -> ".join(clipped(name, 30) for name in [*circle, circle[0]][:12])
            line = entries[circle[0]].line("when")
            yield Finding(
                "error", line, f"'when' goes in a circle: {way}.", "Remove one of these conditions."
            )


def _check(
    entry: Entry,
    condition: Condition,
    top: dict[str, Entry],
    siblings: dict[str, Entry],
    group: Entry | None = None,
) -> Iterator[Finding]:
    line = entry.line("when")
    name = condition.variable
    if name == entry.name:
        yield Finding("error", line, f"'when' of {entry.label} points at itself.", "Name another variable.")
        return
    target = siblings.get(name) or top.get(name)
    if target is None:
        yield Finding("error", line, *_nowhere(entry, name, top, siblings))
    elif target is group:
        yield Finding(
            "error", line, f"'when' of {entry.label} points at its own group.", "Name another variable."
        )
    elif target.kind in ("group", "spans"):
        message = (
            f"'when' of {entry.label} compares '{clipped(name)}', a {target.kind} without a single value."
        )
        yield Finding("error", line, message, "Point at a variable of another kind.")
    else:
        yield from _values(entry, condition, target, line)


def _nowhere(entry: Entry, name: str, top: dict[str, Entry], siblings: dict[str, Entry]) -> tuple[str, str]:
    message = f"'when' of {entry.label} points at '{clipped(name)}', which is not a variable."
    for other in top.values():
        if any(part.name == name for part in other.parts):
            message = f"'when' of {entry.label} points at '{clipped(name)}', which is inside {other.label}."
            return message, "A group's variables have a value per item; point at one outside it."
    known = [one for one in (*siblings, *top) if one != entry.name]
    return message, did_you_mean(name, known) or f"The variables are {listed(known)}."


def _values(entry: Entry, condition: Condition, target: Entry, line: int) -> Iterator[Finding]:
    if not condition.values:
        yield Finding("error", line, f"The list after 'in' of {entry.label} is empty.", "List some values.")
    for value in condition.values:
        problem = _problem(condition.operator, value, target)
        if problem is None:
            continue
        message, fix = problem
        if isinstance(value, str) and re.search(r"\s(and|or|&&|\|\|)\s.*[=<>]", value):
            fix = "A condition is one comparison; for several values of one variable use 'in [a, b]'."
        yield Finding("error", line, f"'when' of {entry.label}: {message}", fix)


def _problem(operator: str, value: Scalar, target: Entry) -> tuple[str, str] | None:
    """Why ``target operator value`` makes no sense, and what would."""
    name, kind = clipped(target.name), target.kind
    if kind == "boolean":
        if operator in _COMPARED:
            return f"'{name}' is true or false and has no order.", f"Write: {name} == true"
        if not isinstance(value, bool):
            return f"'{name}' is true or false, never '{clipped(value)}'.", f"Write: {name} == true"
    elif kind in ("category", "ordinal"):
        return _option_problem(operator, value, name, _option_values(target.node))
    elif kind in ("count", "quantity"):
        return _number_problem(operator, value, name, target)
    elif kind in ("date", "text"):
        if operator in _COMPARED:
            return f"'{name}' is a {kind} and cannot be compared with '{operator}'.", "Use == or 'in'."
        if kind == "date" and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", str(value)):
            return (
                f"'{clipped(value)}' is not a date as '{name}' has them.",
                "Write YYYY-MM-DD, YYYY-MM or YYYY.",
            )
    return None


def _option_problem(operator: str, value: Scalar, name: str, options: list[Any]) -> tuple[str, str] | None:
    if not options:
        return None  # reported with the structure
    if operator in _COMPARED:
        numbers = [number for option in options if (number := _number(option)) is not None]
        limit = _number(value)
        fix = f"The options are {listed(options)}."
        if not numbers:
            return f"the options of '{name}' are not numbers, so '{operator}' never holds.", (
                f"List them: {name} in [{', '.join(clipped(one) for one in options[:3])}]"
            )
        if limit is None:
            return f"'{clipped(value)}' is not a number.", fix
        if not _possible(operator, limit, Range(min=min(numbers), max=max(numbers))):
            return (
                f"no option of '{name}' is {operator} {clipped(value)}.",
                f"The options are {listed(options)}.",
            )
        return None
    if any(same(option, value) for option in options):
        return None
    guess = closest(str(value), options)
    fix = f"Did you mean '{guess}'?" if guess else f"The options are {listed(options)}."
    return f"'{name}' has no option '{clipped(value)}'.", fix


def _number_problem(operator: str, value: Scalar, name: str, target: Entry) -> tuple[str, str] | None:
    number = _number(value)
    if number is None or isinstance(value, bool):
        return f"'{name}' is a number, never '{clipped(value)}'.", f"For example: {name} > 0"
    if target.kind == "count" and operator in ("==", "!=", "in") and not number.is_integer():
        return f"'{name}' is a whole number, never {clipped(value)}.", ""
    variable = target.variable
    allowed = variable.range if isinstance(variable, (CountVariable, QuantityVariable)) else None
    if allowed is not None and not _possible(operator, number, allowed):
        return (
            f"'{name}' is never {operator} {clipped(value)}: its range is {allowed}.",
            "Correct one of the two.",
        )
    return None


def _possible(operator: str, limit: float, allowed: Range) -> bool:
    """Whether some allowed number is ``operator`` than ``limit``."""
    if operator in (">", ">="):
        return allowed.max is None or allowed.max > limit or (operator == ">=" and allowed.max == limit)
    if operator in ("<", "<="):
        return allowed.min is None or allowed.min < limit or (operator == "<=" and allowed.min == limit)
    return allowed.holds(limit)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _option_values(node: Marked) -> list[Any]:
    options = node.get("options")
    values = []
    for option in options.items() if options is not None else []:
        one = option.get("value") if option.is_mapping else option
        if one is not None and not isinstance(one.value, (dict, list)) and one.value is not None:
            values.append(one.value)
    return values
