"""The ``when`` of a variable: ask it only if another variable has a certain value."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Operator = Literal["==", "!=", ">", ">=", "<", "<=", "in"]
Scalar = bool | int | float | str
_COMPARISON = re.compile(
    r"\s*(?P<variable>[A-Za-z_]\w*)\s*(?P<operator>==|!=|>=|<=|>|<|=|\bin\b)"
    r"\s*(?P<value>[^=<>\s].*?)\s*\Z",
    re.S,
)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,299}")
_DECIMAL = re.compile(r"-?[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?", re.I)
#: One element of a list: quoted text, or anything up to the next comma.
_ELEMENT = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\'[^\']*\'|[^,]*?)\s*(?:,|\Z)', re.S)


class Condition(BaseModel):
    """``variable operator value``, written in YAML as text: ``infarct_present == true``,
    ``grade >= 2``, ``stage in [t1, t2]``. Text that holds a comma or looks like a number goes in quotes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    variable: str = Field(description="The variable whose answer decides.")
    operator: Operator = Field(description="How its value is compared.")
    value: Scalar | list[Scalar] = Field(description="What it is compared with; a list after `in`.")

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

    @property
    def values(self) -> list[Scalar]:
        """What is compared with, as a list whatever the operator."""
        return self.value if isinstance(self.value, list) else [self.value]

    def holds(self, value: Any) -> bool:
        """Whether ``value`` of the other variable meets the condition."""
        if isinstance(value, dict):  # a quantity
            value = value.get("value")
        if value is None:
            return False
        if self.operator == "in":
            return any(same(value, one) for one in self.values)
        if self.operator == "==":
            return same(value, self.value)
        if self.operator == "!=":
            return not same(value, self.value)
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
        if isinstance(self.value, list):
            return f"{self.variable} in [{', '.join(_written(one) for one in self.value)}]"
        return f"{self.variable} {self.operator} {_written(self.value)}"


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same to a condition: 2 and 2.0 are, 2 and "2" are, true and 1 are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    return str(left) == str(right)


def _literal(text: str, *, many: bool) -> Scalar | list[Scalar]:
    if not many:
        return _scalar(text)
    inner = text.strip().removeprefix("[").removesuffix("]").strip()
    return [_scalar(match[1]) for match in _ELEMENT.finditer(inner) if match[1]]


def _scalar(text: str) -> Scalar:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text, strict=False))
        except ValueError:
            return text[1:-1]
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and not re.match(r"-?0[0-9]", text):  # 010 is a code, not a number
        return float(text)
    return text


def _written(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and (not re.fullmatch(r"[A-Za-z_][\w-]*", value) or _scalar(value) != value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
