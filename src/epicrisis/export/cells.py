"""Values of a table as text and as JSON."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .layout import ColumnType

_SURROGATE = re.compile("[\ud800-\udfff]")
#: What a spreadsheet takes for the beginning of a formula, or skips before one. Full-width signs count in
#: some languages.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)


def as_text(value: Any, kind: ColumnType) -> str | None:
    """A value as it stands in a text file; ``None`` for nothing."""
    if value is None:
        return None
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if kind == "number" and value.is_integer() else repr(value)
    if kind == "spans" and isinstance(value, (list, tuple)):
        return whole("; ".join(_mention(span) for span in value))
    if isinstance(value, (list, tuple, dict)):
        return as_json(value)
    return str(value)


def as_json(value: Any) -> str:
    """A value as JSON, with natural separators; numbers JSON does not have are text."""
    return whole(json.dumps(finite(value), ensure_ascii=False))


def finite(value: Any) -> Any:
    """The value with NaN as ``None`` and infinities as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, dict):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(inner) for inner in value]
    return value


def guarded(text: str | None) -> str | None:
    """The text with an apostrophe first where a spreadsheet would take it for a formula; numbers stay."""
    if text and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def whole(text: str) -> str:
    """The text with half surrogate pairs, which no file can hold, as U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def _mention(span: Any) -> str:
    kind = span.get("type")
    return f"{span.get('text')} [{kind}]" if kind is not None else str(span.get("text"))
