"""An evaluation with every part filled in, made by hand, with report text that tries to be markup."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from epicrisis.evaluation.estimate import Estimate, undefined
from epicrisis.evaluation.pairing import Matching
from epicrisis.evaluation.result import (
    Bin,
    Ceiling,
    Confusion,
    Cost,
    Evaluation,
    GoldPlan,
    Mistake,
    Reliability,
    Review,
    RiskPoint,
    SplitSummary,
    Stratum,
    Suspect,
    VariableResult,
)

SCRIPT = "<script>document.title = 'taken over'</script></script>"
#: Stands in every report's text and in no name, label or option.
CANARY = "kanarievogel"
TEXTS = {
    f"R-{number}": f"Verslag {number}. {SCRIPT} De {CANARY} ligt links. Fazekas {number % 4}, geen infarct.\n"
    for number in range(1, 41)
}


def estimate(value: float, n: int = 40) -> Estimate:
    return Estimate(value, n, max(0.0, value - 0.07), min(1.0, value + 0.05), "BCa")


def _variables() -> tuple[VariableResult, ...]:
    outcomes = {"right": 20, "wrong": 5, "missed": 4, "invented": 3, "silent": 7, "failed": 1}
    metrics = {
        "accuracy": estimate(0.675),
        "quadratic_weighted_kappa": estimate(0.71, 25),
        "mae": Estimate(0.412, 25, 0.31, 1.62, "BCa"),
        "auroc": undefined(40, "one class only"),
    }
    confusion = Confusion(
        ("0", "1", "(none)"), ("0", "1", "(none)", "(failed)"), ((11, 3, 2, 1), (2, 9, 2, 0), (1, 2, 7, 0))
    )
    part = VariableResult("size", "quantity", 12, {"right": 10, "wrong": 2}, {"exact": estimate(0.83, 12)})
    return (
        VariableResult("fazekas", "ordinal", 40, outcomes, metrics, "Fazekas", confusion, (), ("A remark.",)),
        VariableResult(
            "infarct_present", "boolean", 40, outcomes, {"f1": estimate(0.8)}, confusion=confusion
        ),
        VariableResult("lesions", "group", 40, outcomes, {"item_f1": estimate(0.6)}, parts=(part,)),
        VariableResult("conclusion", "text", 40, {"right": 30, "wrong": 10}, {"rouge_l": estimate(0.55)}),
    )


def make_evaluation(**changes: Any) -> Evaluation:
    start = TEXTS["R-3"].index(CANARY)
    fits = tuple(
        Reliability(
            method,
            120,
            estimate(0.1, 120),
            estimate(0.12, 120),
            tuple(Bin(k / 5, (k + 1) / 5, 24, k / 5 + 0.1, estimate(k / 5 + 0.08, 24)) for k in range(5)),
        )
        for method in ("raw", "isotonic")
    )
    curve = tuple(RiskPoint(k / 100, 0.9 + k / 1000, 1 - k / 100) for k in range(101))
    made = Evaluation(
        run="brain-mri-20260101-abcd",
        codebook="brain-mri",
        codebook_version="1",
        model="a-model",
        gold="gold.csv",
        blank="not-mentioned",
        created="2026-01-01T00:00:00+00:00",
        matching=Matching(tuple(TEXTS), ("X-1",), ("Y-1", "Y-2"), {"Z-1": "an example of the run"}),
        overall={
            "micro_accuracy": estimate(0.845),
            "macro_accuracy": estimate(0.81),
            "reports_right": estimate(0.4),
        },
        outcomes={"right": 80, "wrong": 20, "missed": 12, "invented": 9, "silent": 37, "failed": 2},
        variables=_variables(),
        mistakes=(Mistake("fazekas", "0", "1", 3, ("R-1", "R-2", "R-3")),),
        strata=(
            Stratum("length", "0 to 90", 20, estimate(0.2)),
            Stratum("length", "91 to 120", 20, estimate(0.3)),
            Stratum("scanner", "MR1 | 3T", 3, Estimate(0.5, 3, note="no interval: 3 of at least 5 reports")),
        ),
        cost=Cost(40, 812.5, 1_200_000.0, 900_000.0, 91_000.0, 2.5, 0.564),
        splits=SplitSummary(
            "random",
            0.5,
            {"accuracy": (0.8, None, 0.9)},
            {"accuracy": 0.85},
            {"accuracy": 0.07},
            (20, 20, 20),
        ),
        ceiling=(
            Ceiling("fazekas", "cohen_kappa", estimate(0.7), estimate(0.68), Estimate(-0.02, 40, -0.1, 0.07)),
            Ceiling(
                "infarct_present", "cohen_kappa", estimate(0.9), estimate(0.6), Estimate(-0.3, 40, -0.4, -0.2)
            ),
        ),
        reliability=fits,
        review=Review(curve, 0.98, estimate(0.31), 0.8),
        plan=(GoldPlan("fazekas", "accuracy", 0.05, 40, 310),),
        suspects=(
            Suspect("R-3", "fazekas", "wrong", "0", "3", "stated", 0.99, CANARY, start, start + len(CANARY)),
            Suspect("R-3", "infarct_present", "missed", "true", "", "not_mentioned"),
            Suspect(
                "R-4", "conclusion", "wrong", f"de {CANARY}", SCRIPT, "stated", 0.4, "geen | infarct", 0, 4
            ),
        ),
        notes=("Two gold columns were passed over.",),
        manifest={
            "run": "brain-mri-20260101-abcd",
            "codebook": {"name": "brain-mri", "digest": "d", "text": "t"},
        },
        settings={"draws": 2000, "seed": 0, "by": ["scanner"]},
    )
    return replace(made, **changes)


@pytest.fixture
def evaluation() -> Evaluation:
    return make_evaluation()
