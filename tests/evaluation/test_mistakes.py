from __future__ import annotations

from typing import Any

from epicrisis.evaluation.mistakes import mistakes
from epicrisis.evaluation.result import Mistake


def test_the_worst_confusions_come_first_with_their_reports(make: Any) -> None:
    variables = [
        make.variable("count", "many"),
        make.variable("category", "side"),
        make.variable("boolean", "seen"),
    ]
    reports = [
        {"side": ("a", "b"), "seen": (True, True), "many": (1, 2)},
        {"side": ("a", "b"), "seen": (True, None)},
        {"side": ("b", "a"), "seen": (False, make.FAILED)},
        {"side": (None, "c"), "seen": (True, None)},
        {"side": ("c", "c"), "seen": (True, None)},
    ]
    paired = make.paired(variables, reports)
    found = mistakes(paired)
    assert found == (
        Mistake("seen", "true", "(none)", 3, ("r1", "r3", "r4")),
        Mistake("side", "a", "b", 2, ("r0", "r1")),
        Mistake("side", "b", "a", 1, ("r2",)),
        Mistake("side", "(none)", "c", 1, ("r3",)),
        Mistake("seen", "false", "(failed)", 1, ("r2",)),
    )
    assert mistakes(paired, 2) == found[:2]


def test_no_mistakes(make: Any) -> None:
    assert mistakes(make.paired([make.variable("boolean", "seen")], [{"seen": (True, True)}, {}])) == ()
