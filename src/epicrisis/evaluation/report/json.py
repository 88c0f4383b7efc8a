"""An evaluation as a JSON document."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ..result import Evaluation

#: Raised when a key changes its meaning or goes away; new keys may come at any time.
FORMAT_VERSION = 1


def to_json(evaluation: Evaluation) -> dict[str, Any]:
    """``Evaluation.as_dict()`` with its ``format``, and what the results' properties say.

    Keys are those of ``evaluation/result.py``. A value that is not defined is ``null``, with a ``note``
    beside it; there is no NaN.
    """
    document = _plain(evaluation.as_dict())
    for row, ceiling in zip(document["ceiling"], evaluation.ceiling, strict=True):
        row["verdict"] = ceiling.verdict
    for row, plan in zip(document["plan"], evaluation.plan, strict=True):
        row["more"] = plan.more
    return {"format": "epicrisis-evaluation", "format_version": FORMAT_VERSION, **document}


def dumps(evaluation: Evaluation) -> str:
    """The document as text."""
    return json.dumps(to_json(evaluation), ensure_ascii=False, allow_nan=False, indent=2)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    # Whatever else a manifest or a setting holds reads as itself or as text.
    return value if isinstance(value, str | int | float | bool | None) else str(value)
