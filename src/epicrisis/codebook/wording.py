"""What a field of the models takes, in words: for error messages and for the reference page."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .condition import Condition, Scalar
from .derive import Case, Row, Table
from .rules import Rule
from .variable import Code, LocalText, Option, Range

_WORDS: dict[Any, str] = {
    LocalText: "text, or one text per language",
    Condition: "a condition",
    Range: "a range: min, max or both",
    Option: "options",
    Code: "codes",
    dict[str, list[str]]: "a list of texts per language",
    list[str]: "a list of texts",
    str | int | float: "text or a number",
    Scalar | list[Scalar]: "a value, or a list of values",
    Scalar: "a value",
    Rule: "rules",
    Case: "cases",
    Table: "a table: columns and rows",
    Row: "rows",
    str: "text",
    int: "a whole number",
    float: "a number",
}
_EXAMPLES: dict[Any, str] = {
    LocalText: "{en: Left, nl: Links}",
    Condition: "infarct_present == true",
    Range: "{min: 0, max: 4}",
    dict[str, list[str]]: "{en: [stroke, infarction]}",
    list[str]: "[first, second]",
    list[Option]: "[left, right]",
    list[Code]: "[{system: SNOMED CT, code: '432504007'}]",
    list[Rule]: "['lesion_count > 0 -> lesion_present']",
    list[Case]: "[{when: score <= 5, value: low}, {value: high}]",
    Table: "{columns: [t, n], rows: [[T1, N0, I], ['*', N1, II]]}",
}


def takes(annotation: Any) -> str:
    """What a field with this type takes: ``text``, ``a list of options``, ``one of a, b``."""
    annotation = without_none(annotation)
    if annotation in _WORDS:
        return _WORDS[annotation]
    if get_origin(annotation) is Literal:
        values = [f"`{value}`" for value in get_args(annotation)]
        return values[0] if len(values) == 1 else f"one of {', '.join(values)}"
    if get_origin(annotation) is list:
        inner = without_none(get_args(annotation)[0])
        if get_origin(inner) is Annotated or get_origin(inner) in (Union, types.UnionType):
            return "a list of variables"
        return (
            takes(inner).replace("one of", "a list of")
            if get_origin(inner) is Literal
            else f"a list of {takes(inner)}"
        )
    raise TypeError(f"no words for {annotation!r}")  # a new field type: give it words above


def example_of(annotation: Any) -> str | None:
    """How a value of this type is written in YAML, where that needs showing."""
    return _EXAMPLES.get(without_none(annotation))


def is_list(annotation: Any) -> bool:
    """Whether a field with this type takes a list."""
    return get_origin(without_none(annotation)) is list


def without_none(annotation: Any) -> Any:
    """``X`` for ``X | None``."""
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [one for one in get_args(annotation) if one is not type(None)]
        if len(kept) < len(get_args(annotation)):
            return kept[0] if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007 - built at run time
    return annotation


def kind_of(value: Any) -> str:
    """What a value read from YAML is, in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "text" if isinstance(value, str) else "empty"
