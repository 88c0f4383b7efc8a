"""The eight kinds of label of the challenge, and whether a label is one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

#: What a tag of no entity is.
OUTSIDE = "O"
_TAG = re.compile(r"[BI]-.+", re.S)


class Shape(StrEnum):
    """What one label is."""

    BINARY = "binary classification"
    CLASS = "multi-class classification"
    NUMBER = "regression"
    ENTITIES = "named entity recognition"


class LabelType(StrEnum):
    """A task's label, by the name that its predictions have."""

    SINGLE_BINARY = "single_label_binary_classification"
    MULTI_BINARY = "multi_label_binary_classification"
    SINGLE_CLASS = "single_label_multi_class_classification"
    MULTI_CLASS = "multi_label_multi_class_classification"
    SINGLE_NUMBER = "single_label_regression"
    MULTI_NUMBER = "multi_label_regression"
    SINGLE_ENTITIES = "named_entity_recognition"
    MULTI_ENTITIES = "multi_label_named_entity_recognition"

    @classmethod
    def of(cls, label_name: str) -> LabelType | None:
        """The type of a label by its name in the datasets, ``..._target``; ``None``: there is no such."""
        name = label_name.removesuffix(TARGET)
        return next((one for one in cls if one == name and label_name.endswith(TARGET)), None)

    @property
    def target(self) -> str:
        """The name of the label in the datasets."""
        return f"{self}{TARGET}"

    @property
    def shape(self) -> Shape:
        return next(shape for shape, types in _SHAPES.items() if self in types)

    @property
    def several(self) -> bool:
        """Whether a case has several labels (for entities: whether a token can have several tags)."""
        return self.startswith("multi_label")


TARGET = "_target"
_SHAPES = {
    Shape.BINARY: (LabelType.SINGLE_BINARY, LabelType.MULTI_BINARY),
    Shape.CLASS: (LabelType.SINGLE_CLASS, LabelType.MULTI_CLASS),
    Shape.NUMBER: (LabelType.SINGLE_NUMBER, LabelType.MULTI_NUMBER),
    Shape.ENTITIES: (LabelType.SINGLE_ENTITIES, LabelType.MULTI_ENTITIES),
}


class LabelError(ValueError):
    """A label is not what its type says; the message goes on from "case ...: ". It quotes no text."""


def label(kind: LabelType, raw: Any, parts: Sequence[str] | None) -> Any:
    """``raw`` as this package holds it: bool; str; float or ``None``; list of tags, one for each of
    ``parts``; and lists of these where a case has several. Raises ``LabelError``."""
    if kind.shape is Shape.ENTITIES:
        return tags(kind, raw, None if parts is None else len(parts))
    if not kind.several:
        return _one(kind.shape, raw)
    if not isinstance(raw, list) or not raw:
        raise LabelError(f"its label is {_what(raw)}, not a list")
    return [_one(kind.shape, value) for value in raw]


def tags(kind: LabelType, raw: Any, tokens: int | None) -> list[Any]:
    """Tags, one (or a list of them) per token; a token of a task with several that has none is
    ``["O"]``. ``tokens``: how many there must be. Raises ``LabelError``."""
    if not isinstance(raw, list):
        raise LabelError(f"its tags are {_what(raw)}, not a list")
    if tokens is not None and len(raw) != tokens:
        raise LabelError(f"it has {len(raw)} tags for {tokens} tokens")
    for place, tag in enumerate(raw, 1):
        several = tag if kind.several and isinstance(tag, list) else [tag]
        if isinstance(tag, list) != kind.several or not all(_is_tag(one) for one in several):
            needed = "a list of tags" if kind.several else "a tag"
            raise LabelError(f"token {place} has {_what(tag)}, not {needed} (O, B-... or I-...)")
    return [list(tag) or [OUTSIDE] for tag in raw] if kind.several else list(raw)


def number(raw: Any) -> float | None:
    """A number, ``None`` for a missing one (null and NaN). Raises ``LabelError``."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise LabelError(f"its label is {_what(raw)}, not a number")
    value = float(raw)
    if math.isinf(value):
        raise LabelError("its label is infinite")
    return None if math.isnan(value) else value


def _one(shape: Shape, raw: Any) -> Any:
    if shape is Shape.NUMBER:
        return number(raw)
    if shape is Shape.BINARY:
        if isinstance(raw, bool) or (isinstance(raw, int | float) and raw in (0, 1)):
            return bool(raw)
        raise LabelError(f"its label is {_what(raw)}, not true or false")
    if isinstance(raw, str | int | float) and not isinstance(raw, bool):
        return class_name(raw)
    raise LabelError(f"its label is {_what(raw)}, not a class")


def class_name(raw: str | int | float) -> str:
    """How a class is written: ``3`` and ``3.0`` are ``"3"``."""
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)


def _is_tag(raw: Any) -> bool:
    return isinstance(raw, str) and (raw == OUTSIDE or _TAG.fullmatch(raw) is not None)


def _what(raw: Any) -> str:
    names = {type(None): "null", bool: "a boolean", str: "a text", list: "a list", dict: "an object"}
    return names.get(type(raw), "a number")
