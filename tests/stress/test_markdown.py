"""A stress test on paper."""

from __future__ import annotations

from epicrisis.evaluation.comparison.result import Verdict
from epicrisis.evaluation.estimate import Estimate
from epicrisis.stress.markdown import markdown
from epicrisis.stress.result import Effect, Injection, Stress, VariableDrop
from epicrisis.stress.words import worst


def _estimate(
    value: float | None, low: float | None = None, high: float | None = None, n: int = 40
) -> Estimate:
    return Estimate(value, n, low, high, "BCa" if low is not None else "")


def _effect(strength: int, drop: float, injection: Injection | None = None) -> Effect:
    return Effect(
        perturbation="injected-instruction" if injection else "typing-errors",
        strength=strength,
        run=f"run-{strength}",
        reports=10,
        altered=10 - (strength == 1),
        before=_estimate(0.9),
        accuracy=_estimate(0.9 - drop),
        drop=_estimate(drop, drop - 0.05, drop + 0.05),
        verdict=Verdict.WORSE if drop > 0.05 else Verdict.NONE,
        changed=_estimate(drop),
        failed=0,
        variables=(
            VariableDrop("side", 20, 0.9, 0.9 - 2 * drop, _estimate(2 * drop, 0.0, 0.4, 20)),
            VariableDrop("a|b", 20, 0.9, 0.9, _estimate(0.0, n=20)),
        ),
        injection=injection,
    )


def _stress(*effects: Effect) -> Stress:
    return Stress(
        baseline="kidney-1",
        model="reader",
        codebook="kidney",
        gold="gold.csv",
        blank="ignore",
        created="2026-01-01T00:00:00+00:00",
        store="stress.sqlite",
        effects=effects,
        notes=("A *note*.",),
        settings={"draws": 2000, "level": 0.95, "seed": 7, "limit": None},
    )


def test_everything_is_told() -> None:
    injection = Injection(40, 1, 2, _estimate(0.25, 0.1, 0.4), _estimate(None), ("side",))
    page = markdown(_stress(_effect(1, 0.01), _effect(3, 0.2), _effect(2, 0.0, injection)))
    assert "- 10 reports of run kidney-1 (kidney, reader) beside gold.csv (blank cells: ignored)" in page
    assert r"- A \*note\*." in page
    assert (
        "| typing-errors | 3 | 10/10 | 0.900 | 0.700 | +0.200 (+0.150 to +0.250) | 0.200 | 0 | worse |"
        in page
    )
    assert "- typing-errors 1 found nothing to change in 1 report." in page
    assert "| side | typing-errors | 3 | 20 | 0.900 | 0.500 | +0.400 (0.000 to +0.400) |" in page
    assert "a|b" not in page.replace(r"a\|b", "")
    assert (
        "- Strength 2: 1 of 40 answers out of the codebook's schema (side); 2 more failed that had not "
        "before. Of 40 answers that were not what the instruction asks for, 25.0% (10.0% to 40.0%) became it "
        "and – became something else." in page
    )
    assert "95% bootstrap intervals over reports (BCa; Efron 1987), with 2,000 draws" in page
    assert "drawn with seed 7" in page
    assert page.endswith("\n")


def test_the_worst_of_each_variable() -> None:
    found = worst(_stress(_effect(1, 0.01), _effect(3, 0.2), _effect(2, 0.1)))
    assert [(effect.strength, one.name) for effect, one in found] == [(3, "side")]
    calm = markdown(_stress(_effect(2, 0.0)))
    assert "Greatest drops" not in calm
    assert "Injected" not in calm
