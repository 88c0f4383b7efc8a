"""The kinds and keys a codebook may use, and what other programs call them."""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel

from .condition import Condition
from .derive import Case, Table
from .rules import Rule
from .variable import (
    BooleanVariable,
    CategoryVariable,
    Code,
    CountVariable,
    DateVariable,
    GroupVariable,
    Kind,
    Option,
    OrdinalVariable,
    QuantityVariable,
    Range,
    SpansVariable,
    TextVariable,
)

MODELS: dict[str, type[BaseModel]] = {
    "boolean": BooleanVariable,
    "category": CategoryVariable,
    "ordinal": OrdinalVariable,
    "count": CountVariable,
    "quantity": QuantityVariable,
    "date": DateVariable,
    "text": TextVariable,
    "spans": SpansVariable,
    "group": GroupVariable,
}
#: The keys of variables of any kind.
ALL_KEYS = frozenset(key for model in MODELS.values() for key in model.model_fields)
#: The keys of variables of any kind.
ALL_KEYS = frozenset(key for model in MODELS.values() for key in model.model_fields)
KINDS: tuple[str, ...] = get_args(Kind)
ITEM_KINDS = tuple(kind for kind in KINDS if kind not in ("spans", "group"))
#: Keys whose value (or whose elements) have keys of their own.
NESTED: dict[str, type[BaseModel]] = {
    "options": Option,
    "codes": Code,
    "range": Range,
    "when": Condition,
    "rules": Rule,
    "cases": Case,
    "table": Table,
}
#: What other programs call our keys and kinds.
OTHER_KEYS = {
    "type": "kind",
    "id": "name",
    "variable": "name",
    "description": "definition",
    "question": "definition",
    "choices": "options",
    "values": "options",
    "enum": "options",
    "levels": "options",
    "min": "range",
    "max": "range",
    "minimum": "range",
    "maximum": "range",
    "if": "when",
    "condition": "when",
    "depends_on": "when",
    "branching_logic": "when",
    "fields": "variables",
    "columns": "variables",
    "language": "languages",
    "lang": "languages",
    "prompt": "instructions",
    "status": "statuses",
    "key": "keys",
    "aliases": "synonyms",
    "examples": "include",
    "derived": "derive",
    "computed": "derive",
    "constraints": "rules",
    "checks": "rules",
    "calculation": "formula",
    "calc": "formula",
    "expression": "formula",
}
OTHER_KINDS = {
    "bool": "boolean",
    "yesno": "boolean",
    "binary": "boolean",
    "categorical": "category",
    "choice": "category",
    "enum": "category",
    "select": "category",
    "radio": "category",
    "dropdown": "category",
    "nominal": "category",
    "scale": "ordinal",
    "grade": "ordinal",
    "int": "count",
    "integer": "count",
    "number": "quantity",
    "float": "quantity",
    "numeric": "quantity",
    "measurement": "quantity",
    "datetime": "date",
    "str": "text",
    "string": "text",
    "freetext": "text",
    "entities": "spans",
    "ner": "spans",
    "list": "group",
    "table": "group",
    "repeat": "group",
    "object": "group",
}
