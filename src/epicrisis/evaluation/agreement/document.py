"""What a study of agreement found: plain data, the same for the terminal, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..estimate import Estimate
from ..result import Confusion


@dataclass(frozen=True, slots=True)
class Rater:
    """One of those who agree or not: a file of gold, or a run. ``reports``: how many they rated."""

    name: str
    reports: int


@dataclass(frozen=True, slots=True)
class VariableAgreement:
    """One variable. ``reports`` were rated by two raters or more; ``ratings`` by rater, in their order.

    ``measures`` by name, in the order to show them, each with the number of reports it rests on as its n;
    ``headline`` names those that suit the kind best. ``categories`` are those of the nominal measures,
    absence as ``(none)`` among them. ``table``, with two raters and a closed variable: the first one's
    ratings (rows) by the second one's. ``disagreements``: ids of reports whose raters do not all say the
    same.
    """

    name: str
    kind: str
    reports: int
    ratings: tuple[int, ...]
    measures: Mapping[str, Estimate]
    headline: tuple[str, ...]
    label: str = ""
    categories: tuple[str, ...] = ()
    table: Confusion | None = None
    disagreements: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree, variable by variable. ``reports`` were rated by two raters or more."""

    codebook: str
    codebook_version: str
    raters: tuple[Rater, ...]
    reports: int
    variables: tuple[VariableAgreement, ...]
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)
