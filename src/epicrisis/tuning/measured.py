"""The score of a training, as sweeps and learning curves compare it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """``value``, higher is better, in [0, 1]; ``None`` where nothing could be scored. ``low`` and ``high``
    are its interval (95 %), where there is one.

    ``reports``: for each report that was scored, by id, how many of its cells are right and how many there
    are. With them two trainings can be compared on the very same reports.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reports: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "reports": {name: list(counts) for name, counts in self.reports.items()},
        }

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Measured:
        """From ``as_dict``."""
        reports = {str(name): (float(a), float(b)) for name, (a, b) in (found.get("reports") or {}).items()}
        return cls(found["value"], found.get("low"), found.get("high"), reports)


def measured(score: Measured | float | None) -> Measured:
    """A bare number as a score without an interval; what is no number is no score."""
    found = score if isinstance(score, Measured) else Measured(score)
    known = found.value is not None and math.isfinite(found.value)
    return found if known else Measured(None)
