"""The ``when`` of a variable: ask it only if another variable has a certain value."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

Operator = Literal["==", "!=", ">", ">=", "<", "<=", "in"]
Scalar = bool | int | float | str
_COMPARISON = re.compile(
    r"\s*(?P<variable>[A-Za-z_]\w*)\s*(?P<operator>==|!=|>=|<=|>|<|=|\bin\b)\s*(?P<value>.+?)\s*\Z", re.S
)


class Condition(BaseModel):
    """``variable operator value``, written in YAML as text: ``infarct_present == true``,
    ``grade >= 2``, ``stage in [t1, t2]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    variable: str
    operator: Operator
    value: Scalar | list[Scalar]

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        match = _COMPARISON.match(data)
        if match is None:
            raise ValueError(
                "not a comparison: write it as 'variable == value', for example infarct_present == true"
            )
        operator = "==" if match["operator"] == "=" else match["operator"]
        return {
            "variable": match["variable"],
            "operator": operator,
            "value": _literal(match["value"], many=operator == "in"),
        }

    @model_validator(mode="after")
    def _list_where_needed(self) -> Condition:
        if (self.operator == "in") != isinstance(self.value, list):
            raise ValueError("'in' takes a list such as [t1, t2]; the other operators take one value")
        return self

    def holds(self, value: Any) -> bool:
        """Whether ``value`` of the other variable meets the condition."""
        if isinstance(value, dict):  # a quantity
            value = value.get("value")
        if value is None:
            return False
        if self.operator == "in":
            assert isinstance(self.value, list)
            return any(_same(value, one) for one in self.value)
        if self.operator == "==":
            return _same(value, self.value)
        if self.operator == "!=":
            return not _same(value, self.value)
        try:
            left, right = float(value), float(self.value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
        return {
            ">": left > right,
            ">=": left >= right,
            "<": left < right,
            "<=": left <= right,
        }[self.operator]

    def __str__(self) -> str:
        return f"{self.variable} {self.operator} {_written(self.value)}"


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    return str(left) == str(right)


def _literal(text: str, *, many: bool) -> Scalar | list[Scalar]:
    if many:
        inner = text.strip().removeprefix("[").removesuffix("]")
        return [_scalar(part) for part in inner.split(",") if part.strip()]
    return _scalar(text)


def _scalar(text: str) -> Scalar:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _written(value: Scalar | list[Scalar]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_written(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_][\w-]*", value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
