"""The cells in which two runs differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.errors import OptionError
from epicrisis.evaluation.comparison.diff import Change, Side, diff
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status


def _run(shelf: Any, kidney: Any, **side: Answer) -> Any:
    rest = kidney.answers({"normal": True, "cysts": 1})
    return shelf.run(kidney.codebook, {name: {"side": answer, **rest} for name, answer in side.items()})


def test_what_changed(shelf: Any, kidney: Any) -> None:
    answer = kidney.answer
    old = _run(
        shelf,
        kidney,
        same=answer("left", "left kidney"),
        value=answer("left", "left kidney"),
        lost=answer("left"),
        status=answer("left", "left kidney"),
        silent=answer(None),
        failed=answer(None),
    )
    new = _run(
        shelf,
        kidney,
        same=answer("left", "the left one"),
        value=answer("right", "right\n  kidney"),
        lost=answer(None),
        status=answer("left"),
        silent=answer(Status.NOT_APPLICABLE),
        failed=answer(Status.FAILED),
    )
    found = diff(old, new)
    assert [(cell.report, cell.change) for cell in found.cells] == [
        ("value", Change.VALUE),
        ("lost", Change.VALUE),
        ("status", Change.STATUS),
        ("silent", Change.STATUS),
        ("failed", Change.VALUE),
    ]
    cell = found.cells[0]
    assert (cell.old.value, cell.old.status, cell.old.quote) == ("left", "stated", "left kidney")
    assert (cell.new.value, cell.new.status, cell.new.quote) == ("right", "stated", "right kidney")
    assert (cell.gold, cell.agrees) == (None, None)
    assert (found.cells[1].new.value, found.cells[1].new.quote) == ("", None)
    side = found.variables[0]
    assert (side.variable, side.cells, side.values, side.statuses) == ("side", 6, 3, 2)
    assert [(one.values, one.statuses) for one in found.variables[1:]] == [(0, 0), (0, 0)]


def test_a_run_does_not_differ_from_itself(two: Callable[[], Any]) -> None:
    first, _, gold = two()
    found = diff(first, first, gold=gold)
    assert found.cells == ()
    assert {(one.values, one.statuses, one.mended, one.broken) for one in found.variables} == {(0, 0, 0, 0)}


def test_there_and_back_are_the_same_cells(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    there, back = diff(first, second, gold=gold), diff(second, first, gold=gold)
    assert [(cell.report, cell.old, cell.new) for cell in there.cells] == [
        (cell.report, cell.new, cell.old) for cell in back.cells
    ]
    assert (there.variables[0].mended, there.variables[0].broken) == (16, 0)
    assert (back.variables[0].mended, back.variables[0].broken) == (0, 16)


def test_which_side_gold_agrees_with(shelf: Any, kidney: Any) -> None:
    answer = kidney.answer
    names = ("both", "old", "new", "neither", "unknown")
    old = _run(shelf, kidney, **{name: answer("left", "left") for name in names})
    new = _run(shelf, kidney, **{name: answer("right") for name in names} | {"both": answer("left")})
    gold = kidney.gold([{"side": "left"}, {"side": "left"}, {"side": "right"}, {"side": None}])
    cells = dict(zip(names, gold.cells.values(), strict=False))
    found = diff(old, new, gold=type(gold)(gold.name, cells, gold.variables))
    assert [cell.agrees for cell in found.cells] == [Side.BOTH, Side.OLD, Side.NEW, Side.NEITHER, None]
    assert [cell.gold for cell in found.cells] == ["left", "left", "right", "(none)", None]
    assert found.gold == "gold.csv"


def test_a_report_that_failed_as_a_whole_differs_from_silence(shelf: Any, kidney: Any) -> None:
    old = shelf.run(kidney.codebook, kidney.reports([{"side": None, "normal": None, "cysts": None}]))
    new = shelf.run(kidney.codebook, {"r0": "too long"})
    assert [cell.new.status for cell in diff(old, new).cells] == ["failed"] * 3


def test_reports_of_one_run_only_are_counted(shelf: Any, kidney: Any) -> None:
    answer = kidney.answer("left")
    found = diff(_run(shelf, kidney, a=answer, b=answer), _run(shelf, kidney, c=answer, b=answer))
    assert (found.reports, found.only_old, found.only_new) == (1, ("a",), ("c",))


def test_amounts_are_compared_in_one_unit_and_items_show_their_quotes(shelf: Any) -> None:
    book = Codebook.model_validate(
        {
            "name": "sizes",
            "variables": [
                {"name": "size", "kind": "quantity", "definition": "d", "unit": "mm", "units": ["cm"]},
                {
                    "name": "lesions",
                    "kind": "group",
                    "definition": "d",
                    "keys": ["where"],
                    "variables": [
                        {"name": "where", "kind": "text", "definition": "d"},
                        {"name": "big", "kind": "boolean", "definition": "d"},
                    ],
                },
            ],
        }
    )

    def answers(value: float, unit: str, big: bool) -> dict[str, Answer]:
        where = Answer(Status.STATED, "liver", Evidence("in the liver", 0, 12, Grade.EXACT))
        size = Answer(Status.STATED, big, Evidence("big", 20, 23, Grade.EXACT))
        amount = Answer(Status.INFERRED, {"value": value, "unit": unit})
        return {"size": amount, "lesions": Answer(Status.STATED, [{"where": where, "big": size}])}

    old = shelf.run(book, {"r0": answers(3.0, "cm", True)})
    assert diff(old, shelf.run(book, {"r0": answers(30.0, "mm", True)})).cells == ()
    found = diff(old, shelf.run(book, {"r0": answers(30.0, "cm", False)}))
    assert [cell.variable for cell in found.cells] == ["size", "lesions"]
    assert (found.cells[0].old.value, found.cells[0].new.value) == ("3 cm", "30 cm")
    assert found.cells[1].new.value == "where: liver, big: false"
    assert found.cells[1].new.quote == "in the liver … big"


def test_only_some_variables(two: Callable[[], Any]) -> None:
    first, second, _ = two()
    assert [one.variable for one in diff(first, second, variables=["normal", "side"]).variables] == [
        "side",
        "normal",
    ]
    with pytest.raises(OptionError, match="no variable 'sid'") as caught:
        diff(first, second, variables=["sid"])
    assert "Did you mean 'side'?" in (caught.value.hint or "")


def test_variables_in_common(shelf: Any, kidney: Any) -> None:
    other = Codebook.model_validate(
        {
            "name": "other",
            "variables": [
                {"name": "side", "kind": "text", "definition": "d"},
                {"name": "normal", "kind": "boolean", "definition": "d"},
            ],
        }
    )
    first = shelf.run(kidney.codebook, kidney.reports([{"side": "left", "normal": True, "cysts": 1}]))
    second = shelf.run(other, kidney.reports([{"side": "left", "normal": False}]))
    found = diff(first, second)
    assert [one.variable for one in found.variables] == ["normal"]
    assert found.variables_left_out == {
        "side": "of different kinds: category, text",
        "cysts": f"not in {second.id}",
    }
    with pytest.raises(OptionError, match="'cysts' cannot be compared: not in"):
        diff(first, second, variables=["cysts"])


def test_nothing_in_common(shelf: Any, kidney: Any) -> None:
    first = _run(shelf, kidney, a=kidney.answer("left"))
    with pytest.raises(OptionError, match="no report in common"):
        diff(first, _run(shelf, kidney, b=kidney.answer("left")))
    other = Codebook.model_validate(
        {"name": "other", "variables": [{"name": "stones", "kind": "count", "definition": "d"}]}
    )
    with pytest.raises(OptionError, match="no variable in common"):
        diff(first, shelf.run(other, kidney.reports([{"stones": 1}])))


def test_the_document_is_json(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    document = json.loads(json.dumps(diff(first, second, gold=gold).as_dict(), allow_nan=False))
    assert document["cells"][0]["change"] == "value"
    assert document["cells"][0]["agrees"] == "new"
