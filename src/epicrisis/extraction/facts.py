"""The answers to one report as rules and formulas compute with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from epicrisis.codebook.kleene import UNKNOWN, UNREADABLE, Items
from epicrisis.codebook.units import convert_for
from epicrisis.codebook.variable import BaseVariable, GroupVariable, QuantityVariable, SpansVariable, Variable

from .answer import Answer, Status
from .checking import InvalidValueError, check


def facts(variables: Iterable[Variable], values: Mapping[str, Any]) -> dict[str, Any]:
    """What expressions find under their names: numbers in the unit of the table, dates and texts as they
    are, for a list the number of its items, and under ``group.variable`` one value for each item.

    ``values`` maps names to an ``Answer``, or to a value as ``Answer.value`` has it (the items of a group may
    hold answers or values). ``None`` is null. A variable that is not in ``values``, or whose answer failed,
    is unknown. Never raises for any values.
    """
    found: dict[str, Any] = {}
    for variable in variables:
        if variable.name not in values:
            continue
        value = _value(values[variable.name])
        if isinstance(variable, GroupVariable):
            found |= _group(variable, value)
        else:
            found[variable.name] = _plain(variable, value)
    return found


def _value(given: Any) -> Any:
    if not isinstance(given, Answer):
        return given
    if given.status is Status.FAILED:
        return UNKNOWN
    return given.value if given.status.has_value else None


def _plain(variable: BaseVariable, value: Any) -> Any:
    if value is None or value is UNKNOWN:
        return value
    if isinstance(variable, SpansVariable):
        return _length(value)
    try:
        checked = check(variable, value)  # type: ignore[arg-type]
    except InvalidValueError:
        return UNREADABLE
    if isinstance(variable, QuantityVariable):
        number = convert_for(variable, checked["value"], checked["unit"], variable.unit)
        return UNREADABLE if number is None else number
    return checked


def _group(variable: GroupVariable, value: Any) -> dict[str, Any]:
    parts = {f"{variable.name}.{part.name}": part for part in variable.variables}
    length = value if value is UNKNOWN else _length(value)
    if length is None or not isinstance(length, int):
        return dict.fromkeys((variable.name, *parts), length)
    items = [item if isinstance(item, Mapping) else {} for item in value]
    found: dict[str, Any] = {variable.name: length}
    for name, part in parts.items():
        found[name] = Items(_plain(part, _value(item.get(part.name))) for item in items)
    return found


def _length(value: Any) -> Any:
    """The number of items; ``None`` for none, since an empty list says nothing."""
    if not isinstance(value, list | tuple):
        return None if value is None else UNREADABLE
    return len(value) or None
