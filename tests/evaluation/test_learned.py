"""What an adapter was trained on cannot test it: by id, by text, and by its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.evaluation.comparison.compare import compare
from epicrisis.evaluation.gold import Blank, Gold, GoldCell
from epicrisis.evaluation.learned import learned_by
from epicrisis.evaluation.matching import match
from epicrisis.examples.example import same_patient, same_text
from epicrisis.extraction.answer import Answer, Status

BY_ID = "training data of the adapter"
BY_TEXT = "training data of the adapter, under another id"


@pytest.fixture
def book(make: Any) -> Codebook:
    return Codebook(name="study", variables=[make.variable("boolean")])


@pytest.fixture
def answers() -> dict[str, dict[str, Answer]]:
    return {name: {"v": Answer(Status.STATED, True)} for name in "abcd"}


@pytest.fixture
def gold() -> Gold:
    cells = {name: {"v": GoldCell(Status.STATED, True)} for name in "abcd"}
    return Gold("by hand", cells, ("v",), Blank.IGNORE)


def write_card(folder: Path, digest: str = "sha256:1", **parts: Any) -> dict[str, Any]:
    """A card in a folder, and what a run that used the adapter would keep of it but for ids and texts."""
    folder.mkdir()
    card = {"format": 1, "name": "kidney", "digest": digest, "base": {"name": "tiny"}, "data": parts}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return {"name": "kidney", "digest": digest, "folder": str(folder)}


def test_a_text_seen_under_another_id_is_left_out(shelf: Any, book: Any, answers: Any, gold: Gold) -> None:
    # Every report's text is "Report " and its id; white space and case make no other text of it.
    used = {"digest": "sha256:1", "ids": ["a"], "texts": [same_text("report  B"), same_text("elsewhere")]}
    about = {"a": {"patient": "p"}, "b": {"patient": "q"}, "c": {"patient": "r"}}
    run = shelf.run(book, answers, about=about, options={"adapter": used})
    matched = match(run, gold)
    assert matched.paired.matching.scored == ("c", "d")
    assert matched.paired.matching.excluded == {"a": BY_ID, "b": BY_TEXT}
    # Their other reports are never held out, as it is with those of examples.
    assert matched.learned.patients == {"p", "q"}
    assert matched.learned.anything
    assert matched.notes == ()


def test_silver_cannot_test_it_either(
    shelf: Any, book: Any, answers: Any, gold: Gold, tmp_path: Path
) -> None:
    used = write_card(tmp_path / "kidney", train_silver={"reports": ["a"], "texts": [same_text("Report b")]})
    matched = match(shelf.run(book, answers, options={"adapter": used}), gold)
    assert matched.paired.matching.excluded == {"a": BY_ID, "b": BY_TEXT}


@pytest.mark.parametrize("kept", ["card", "run"])
def test_other_reports_of_its_patients_are_left_out(
    shelf: Any, book: Any, answers: Any, gold: Gold, tmp_path: Path, kept: str
) -> None:
    digests = [same_patient("p")]
    used: dict[str, Any] = {"digest": "sha256:1", "ids": ["elsewhere"], "patients": digests}
    if kept == "card":
        used = write_card(tmp_path / "kidney", train={"reports": ["elsewhere"], "patient_digests": digests})
    about = {"a": {"patient": "p"}, "b": {"patient": "P"}, "c": {"patient": None}}
    run = shelf.run(book, answers, about=about, options={"adapter": used}, keep_text=False)
    matched = match(run, gold)
    assert matched.paired.matching.excluded == {"a": "of a patient in the training data of the adapter"}


def test_texts_that_were_not_kept_cannot_be_told(shelf: Any, book: Any, answers: Any, gold: Gold) -> None:
    used = {"digest": "sha256:1", "ids": ["a"], "texts": [same_text("Report b")]}
    run = shelf.run(book, answers, options={"adapter": used}, keep_text=False)
    matched = match(run, gold)
    assert matched.paired.matching.scored == ("b", "c", "d")
    (note,) = matched.notes
    assert "kept no text of 3 reports" in note


def test_without_digests_no_text_is_missed(shelf: Any, book: Any, answers: Any) -> None:
    run = shelf.run(book, answers, options={"adapter": {"ids": ["a"]}}, keep_text=False)
    assert learned_by(run).notes == ()


def test_the_card_is_read_where_it_still_is(
    shelf: Any, book: Any, answers: Any, gold: Gold, tmp_path: Path
) -> None:
    used = write_card(
        tmp_path / "kidney",
        train={"reports": ["a"], "texts": [same_text("Report b")]},
        validation={"reports": ["c"]},
        test={"reports": ["d"], "texts": [same_text("Report d")]},
    )
    matched = match(shelf.run(book, answers, options={"adapter": {**used, "ids": []}}), gold)
    assert matched.paired.matching.excluded == {"a": BY_ID, "b": BY_TEXT, "c": BY_ID}
    assert matched.paired.matching.scored == ("d",)
    assert matched.notes == ()


def test_a_folder_that_is_gone_is_noted(
    shelf: Any, book: Any, answers: Any, gold: Gold, tmp_path: Path
) -> None:
    used = {"name": "kidney", "digest": "sha256:1", "folder": str(tmp_path / "gone"), "ids": ["a"]}
    matched = match(shelf.run(book, answers, options={"adapter": used}), gold)
    (note,) = matched.notes
    assert "'kidney' is gone" in note
    assert "taken from the run" in note
    assert matched.paired.matching.excluded == {"a": BY_ID}


def test_a_folder_that_holds_another_adapter_is_noted(
    shelf: Any, book: Any, answers: Any, gold: Gold, tmp_path: Path
) -> None:
    used = write_card(tmp_path / "kidney", digest="sha256:2", train={"reports": ["d"]})
    run = shelf.run(book, answers, options={"adapter": {**used, "digest": "sha256:1", "ids": ["a"]}})
    matched = match(run, gold)
    (note,) = matched.notes
    assert "holds another one now" in note
    # What the other one has seen does not matter.
    assert matched.paired.matching.excluded == {"a": BY_ID}


def test_a_comparison_leaves_out_what_any_of_them_saw(
    shelf: Any, book: Any, answers: Any, gold: Gold, tmp_path: Path
) -> None:
    used = {"digest": "sha256:1", "ids": ["a"], "texts": [same_text("Report b")], "folder": str(tmp_path)}
    plain, tuned = shelf.run(book, answers), shelf.run(book, answers, options={"adapter": used})
    found = compare([plain, tuned], gold, draws=20)
    assert found.reports == ("c", "d")
    assert any("is gone" in note for note in found.notes)
