"""The digest of chosen examples."""

from __future__ import annotations

from epicrisis.examples import digest
from epicrisis.prompting.worked import Cell, WorkedExample

ONE = WorkedExample("één", {"a": Cell(True, "één")}, "1")
TWO = WorkedExample("two", {}, "2")


def test_is_the_same_everywhere() -> None:
    assert digest([]) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def test_is_of_content_and_order() -> None:
    assert digest([ONE, TWO]) != digest([TWO, ONE])
    assert digest([ONE]) != digest([ONE._replace(cells={"a": Cell(False, "één")})])
    assert digest([ONE]) != digest([ONE._replace(report_id="3")])
    assert digest(iter([ONE])) == digest((ONE,))


def test_takes_half_a_character() -> None:
    assert digest([ONE._replace(text="\ud800")])
