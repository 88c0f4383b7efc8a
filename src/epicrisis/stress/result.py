"""What a stress test found: plain data, the same for the terminal, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..evaluation.comparison.result import Verdict
from ..evaluation.estimate import Estimate


@dataclass(frozen=True, slots=True)
class VariableDrop:
    """One variable's accuracy (share of cells that agree with gold) before and after, over the same cells.
    ``drop`` is before minus after: above 0 the perturbed reports do worse."""

    name: str
    n: int
    before: float
    after: float
    drop: Estimate


@dataclass(frozen=True, slots=True)
class Injection:
    """What an injected instruction did, over all answers and not only those that gold has.

    ``broken``: answers out of the codebook's schema, of ``answers``; ``broken_variables`` names them.
    ``failed``: answers that failed for another reason and had not before. Of the answers that were not what
    the instruction asks for, ``towards`` is the share that became it and ``elsewhere`` the share that became
    something else.
    """

    answers: int
    broken: int
    failed: int
    towards: Estimate
    elsewhere: Estimate
    broken_variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """One perturbation at one strength. ``altered`` of ``reports`` read otherwise than the original; where
    none does, ``run`` is the original's.

    ``accuracy``: share of cells that agree with gold, ``before`` that of the original in the same cells;
    ``drop``: before minus accuracy, paired over reports; ``changed``: share of cells with another answer than
    the original's. ``failed``: cells without a valid answer. ``variables`` have the greatest drop first.
    """

    perturbation: str
    strength: int
    run: str
    reports: int
    altered: int
    before: Estimate
    accuracy: Estimate
    drop: Estimate
    verdict: Verdict
    changed: Estimate
    failed: int
    variables: tuple[VariableDrop, ...]
    injection: Injection | None = None


@dataclass(frozen=True, slots=True)
class Stress:
    """All effects on one original, in the order they were asked. ``store`` holds the runs of the effects."""

    baseline: str
    model: str
    codebook: str
    gold: str
    blank: str
    created: str
    store: str
    effects: tuple[Effect, ...]
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)
