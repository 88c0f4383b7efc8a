"""A value in a few words, for lists of cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..extraction.answer import Answer, Status
from .gold import GoldCell
from .result import FAILED, SILENT

LONGEST = 120


def shown_gold(cell: GoldCell) -> str:
    """What gold says."""
    return SILENT if cell.value is None else shown(cell.value)


def shown_answer(answer: Answer) -> str:
    """What the answer says."""
    if answer.status is Status.FAILED:
        return FAILED
    return shown(answer.value) if answer.status.has_value else SILENT


def shown(value: Any, longest: int = LONGEST) -> str:
    """A value of any kind (see ``Answer.value``) on one line of at most ``longest`` characters."""
    text = " ".join(_words(value).split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _words(value: Any) -> str:
    if isinstance(value, GoldCell):
        return shown_gold(value)
    if isinstance(value, Answer):
        return shown_answer(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return "; ".join(_words(one) for one in value) or "(no items)"
    return str(value)


def _mapping(value: Mapping[str, Any]) -> str:
    if {"value", "unit"} <= value.keys() <= {"value", "unit", "written"}:
        unit = "" if value["unit"] == "1" else f" {value['unit']}"
        return f"{_words(value['value'])}{unit}"
    if "text" in value and value.keys() <= {"text", "type", "start", "end"}:
        kind = value.get("type")
        return str(value["text"]) if kind is None else f"{value['text']} [{kind}]"
    # An item of a group; sub-variables without a value say nothing.
    parts = {name: _words(one) for name, one in value.items() if one is not None}
    said = [f"{name}: {words}" for name, words in parts.items() if words != SILENT]
    return ", ".join(said) or "(empty)"
