"""The JSON Schema that an answer is held to. Its key order is the codebook's order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from epicrisis.codebook.units import accepted_units
from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)

from .form import Form

Schema = dict[str, Any]

#: Longest quote a model may write, in characters: two or three lines of a report.
QUOTE_LENGTH = 200
_MENTION_LENGTH = 120
#: The largest count a model may write, unless the codebook's range goes beyond it.
_LARGEST_COUNT = 9999
DATE_PATTERN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


def answer_schema(variables: Sequence[Variable], form: Form, absent: str | None = None) -> Schema:
    """The schema of one answer: an object with a member per variable, all required, nothing else.

    ``absent`` is what stands for "the report does not state it": ``None`` is JSON null.
    """
    return _object({variable.name: _member(variable, form, absent) for variable in variables})


def quote_schema(variables: Sequence[Variable]) -> Schema:
    """The schema of the second turn of the two-step form: a quote, or null, per variable."""
    quote = {"type": "string", "maxLength": QUOTE_LENGTH}
    return _object({variable.name: {"anyOf": [quote, {"type": "null"}]} for variable in variables})


def _object(members: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _member(variable: Variable, form: Form, absent: str | None) -> Schema:
    if isinstance(variable, SpansVariable):
        return _mentions(variable)
    if isinstance(variable, GroupVariable):
        return _items(variable, form, absent)
    value = value_schema(variable)
    # What another variable rules out has no value, whatever statuses the codebook allows it.
    optional = variable.allows("not_mentioned") or variable.when is not None
    # A text is in the report's words: it is its own quote.
    if not form.quotes or isinstance(variable, TextVariable):
        return _or_absent(value, absent) if optional else value
    quote: Schema = {"type": "string", "maxLength": QUOTE_LENGTH}
    if form.bare_null:
        return _or_absent(_pair(quote, value, form), absent) if optional else _pair(quote, value, form)
    if not optional:
        return _pair(_or_absent(quote, None), value, form)
    return _pair(_or_absent(quote, None), _or_absent(value, absent), form)


def _pair(quote: Schema, value: Schema, form: Form) -> Schema:
    return _object({"quote": quote, "value": value} if form.quote_first else {"value": value, "quote": quote})


def _or_absent(schema: Schema, absent: str | None) -> Schema:
    if "enum" in schema:
        return {"enum": [*schema["enum"], absent]}
    return {"anyOf": [schema, {"enum": [absent]}]}


def value_schema(variable: Variable) -> Schema:
    """What a value of one variable may be, without absence."""
    match variable:
        case BooleanVariable():
            return {"enum": [True, False]}
        case ClosedVariable():
            return {"enum": list(variable.values)}
        case CountVariable():
            most = max(_LARGEST_COUNT, int(variable.range.max or 0), 2 * int(variable.range.min or 0))
            return {"type": "integer", "minimum": 0, "maximum": most}
        case QuantityVariable():
            units = "|".join(re.escape(unit).replace(r"\ ", " ") for unit in accepted_units(variable))
            several = r"( x [0-9]{1,7}(\.[0-9]{1,4})?){0,2}" if variable.reduce else ""
            return {"type": "string", "pattern": rf"^-?[0-9]{{1,7}}(\.[0-9]{{1,4}})?{several} ({units})$"}
        case DateVariable():
            return {"type": "string", "pattern": DATE_PATTERN}
        case TextVariable():
            return {"type": "string", "maxLength": variable.max_length}
        case _:
            raise TypeError(f"a {variable.kind} has no single value")


def _mentions(variable: SpansVariable) -> Schema:
    members: dict[str, Schema] = {"text": {"type": "string", "maxLength": _MENTION_LENGTH}}
    if variable.options:
        members["type"] = {"enum": list(variable.values)}
    return {"type": "array", "items": _object(members), "maxItems": variable.max_items}


def _items(variable: GroupVariable, form: Form, absent: str | None) -> Schema:
    members: dict[str, Schema] = {}
    if form is not Form.VALUE:
        members["quote"] = {"type": "string", "maxLength": QUOTE_LENGTH}
    for part in variable.variables:
        value = value_schema(part)
        optional = part.allows("not_mentioned") or part.when is not None
        members[part.name] = _or_absent(value, absent) if optional else value
    return {"type": "array", "items": _object(members), "maxItems": variable.max_items}
