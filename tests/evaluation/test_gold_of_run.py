from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.errors import OptionError, ReadingError
from epicrisis.evaluation.gold import Blank, GoldCell, gold_of_run, load_gold
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status


def codebook(*variables: dict[str, Any], name: str = "study") -> Codebook:
    return Codebook.model_validate({"name": name, "variables": list(variables)})


BOOK = codebook(
    {"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm"]},
    {"name": "side", "kind": "category", "options": ["left", "right"]},
    {"name": "drugs", "kind": "spans"},
    {"name": "parts", "kind": "group", "variables": [{"name": "site", "kind": "text"}]},
)
STATED = Status.STATED


def test_answers_become_gold(shelf: Any) -> None:
    mention = {"text": "ascal", "type": None, "start": 0, "end": 5}
    run = shelf.run(
        BOOK,
        {
            "1": {
                "size": Answer(STATED, {"value": 1.2, "unit": "cm"}, Evidence("1,2 cm", 3, 9, Grade.EXACT)),
                "side": Answer(Status.NOT_APPLICABLE),
                "drugs": Answer(STATED, [{**mention, "grade": "exact"}]),
                "parts": Answer(
                    Status.INFERRED,
                    [{"site": Answer(STATED, "long")}, {"site": Answer(Status.FAILED, notes=("x",))}],
                ),
            },
            "2": {"size": Answer(Status.FAILED), "side": Answer(STATED, "left")},
            "3": "too long",
        },
    )
    gold = gold_of_run(run)
    assert gold.name == run.id
    assert gold.cells["1"] == {
        "size": GoldCell(STATED, {"value": 12.0, "unit": "mm"}, "1,2 cm"),
        "side": GoldCell(Status.NOT_APPLICABLE),
        "drugs": GoldCell(STATED, [mention]),
        "parts": GoldCell(Status.INFERRED, [{"site": "long"}, {"site": None}]),
    }
    assert gold.cells["2"] == {"side": GoldCell(STATED, "left")}
    assert gold.cells["3"] == {}
    assert gold.notes == (f"7 failed answers of {run.id} are no gold.",)


def test_only_what_the_other_codebook_knows(shelf: Any) -> None:
    run = shelf.run(
        BOOK, {"1": {"size": Answer(STATED, {"value": 1.0, "unit": "mm"}), "side": Answer(STATED, "left")}}
    )
    other = codebook(
        {"name": "side", "kind": "category", "options": ["l", "r"]},
        {"name": "size", "kind": "count"},
        {"name": "drugs", "kind": "spans"},
    )
    gold = gold_of_run(run, other)
    assert gold.variables == ("side", "drugs")
    assert gold.cells == {"1": {}}
    assert "1 variable without gold: 'size'." in gold.notes
    assert f"1 answers of {run.id} have values that the codebook does not allow." in gold.notes
    with pytest.raises(OptionError, match="has no variable of the codebook 'none'"):
        gold_of_run(run, codebook({"name": "x", "kind": "count"}, name="none"))


def test_a_file_or_a_run(shelf: Any, tmp_path: Path) -> None:
    run = shelf.run(BOOK, {"1": {"side": Answer(STATED, "left")}})
    path = tmp_path / "gold.csv"
    path.write_text("nr,side\n1,\n2,links\n".replace("links", "right"))
    assert load_gold(run.id, BOOK, shelf.store).name == run.id
    assert load_gold("latest", BOOK, shelf.store).name == run.id
    gold = load_gold(str(path), BOOK, shelf.store, Blank.IGNORE, id_name="nr")
    assert (gold.name, gold.cells["1"], gold.cells["2"]["side"].value) == ("gold.csv", {}, "right")
    with pytest.raises(ReadingError, match="no such file"):
        load_gold("gold_b.csv", BOOK, shelf.store)
    with pytest.raises(OptionError, match="no file 'yesterday', and no run"):
        load_gold("yesterday", BOOK, shelf.store)
    with pytest.raises(OptionError, match="no file 'latest'"):
        load_gold("latest", BOOK, tmp_path / "none.sqlite")
