"""REDCap's branching logic as a ``when``, where it is a simple comparison."""

from __future__ import annotations

import re
from typing import Any

from ..condition import Condition
from .draft import Skip

_COMPARISON = re.compile(
    r"""\s*\[(?P<field>[a-z0-9_]+)(?:\((?P<code>[^()\]]+)\))?\]
        \s*(?P<operator><>|!=|<=|>=|=|<|>)
        \s*(?P<value>'[^']*'|"[^"]*"|-?[0-9.]+)\s*""",
    re.X | re.I,
)


def when(logic: str, variables: dict[tuple[str, str | None], dict[str, Any]]) -> tuple[Condition, str]:
    """The condition for ``logic``, and a remark (or '') on where it differs.

    ``variables`` are those made so far by REDCap field and, for checkboxes, choice. Understood: one
    comparison, or several of the same field with ``=`` joined by ``or``. Raises ``Skip``.
    """
    comparisons = _comparisons(logic)
    conditions = [_condition(comparison, variables) for comparison in comparisons]
    first = conditions[0]
    if len(conditions) == 1:
        remark = ""
        if first.operator == "!=":
            remark = f"asked only if '{first.variable}' has a value; REDCap also shows it if that is empty"
        return first, remark
    same_field = {condition.variable for condition in conditions} == {first.variable}
    if not same_field or any(condition.operator not in ("==", "in") for condition in conditions):
        raise Skip("more than one comparison")
    if any(isinstance(value, bool) for condition in conditions for value in condition.values):
        raise Skip("more than one comparison")
    values = [value for condition in conditions for value in condition.values]
    return Condition(variable=first.variable, operator="in", value=values), ""


def _comparisons(logic: str) -> list[re.Match[str]]:
    text = _unwrapped(logic.strip())
    found = []
    for part in re.split(r"\bor\b", text, flags=re.I):
        match = _COMPARISON.fullmatch(_unwrapped(part.strip()))
        if match is None:
            many = re.search(r"\b(and|or)\b", text, re.I)
            raise Skip("more than one comparison" if many else "not a simple comparison")
        found.append(match)
    return found


def _unwrapped(text: str) -> str:
    """Without the parentheses around the whole."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for position, char in enumerate(text):
            depth += (char == "(") - (char == ")")
            if depth == 0 and position < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


def _condition(
    comparison: re.Match[str], variables: dict[tuple[str, str | None], dict[str, Any]]
) -> Condition:
    field = comparison["field"].lower()
    code = comparison["code"].strip() if comparison["code"] else None
    target = variables.get((field, code))
    if target is None:
        raise Skip(f"[{field}] is not in the codebook" if code is None else f"[{field}({code})] is not there")
    operator = {"=": "==", "<>": "!="}.get(comparison["operator"], comparison["operator"])
    value = comparison["value"].strip("'\"")
    if value == "":
        raise Skip(f"it asks whether [{field}] is empty")
    if target["kind"] == "boolean":
        return _boolean(target["name"], operator, value, field)
    if target["kind"] == "category":
        return _category(target, operator, value, field)
    if target["kind"] in ("count", "quantity"):
        return Condition.model_validate(
            {"variable": target["name"], "operator": operator, "value": _number(value, field)}
        )
    if target["kind"] == "text" and operator in ("==", "!="):
        return Condition.model_validate({"variable": target["name"], "operator": operator, "value": value})
    raise Skip(f"[{field}] is a {target['kind']} here and cannot be compared with {comparison['operator']}")


def _boolean(name: str, operator: str, value: str, field: str) -> Condition:
    if operator not in ("==", "!=") or value not in ("0", "1"):
        raise Skip(f"[{field}] is true or false here")
    return Condition.model_validate({"variable": name, "operator": operator, "value": value == "1"})


def _category(target: dict[str, Any], operator: str, value: str, field: str) -> Condition:
    codes = [option["value"] for option in target["options"]]
    if operator in ("==", "!="):
        if value not in codes:
            raise Skip(f"[{field}] has no choice {value}")
        return Condition.model_validate({"variable": target["name"], "operator": operator, "value": value})
    limit = _number(value, field)
    held = []
    for code in codes:
        try:
            number = float(code)
        except ValueError:
            raise Skip(f"the choices of [{field}] are not numbers") from None
        compared = Condition.model_validate({"variable": "x", "operator": operator, "value": limit})
        if compared.holds(number):
            held.append(code)
    if not held:
        raise Skip(f"no choice of [{field}] is {operator} {value}")
    return Condition.model_validate({"variable": target["name"], "operator": "in", "value": held})


def _number(value: str, field: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    raise Skip(f"[{field}] is compared with something that is not a number")
