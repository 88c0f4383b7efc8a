"""Silver from real runs: of a scripted engine that is as sure as the test says, in a real store."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.adapter import file_digest
from epicrisis.api import extract
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Reply, Request, TokenLogprob
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import (
    EngineTimeoutError,
    EngineUnreachableError,
    OptionError,
    OutputError,
    ReadingError,
    RunStoppedError,
)
from epicrisis.evaluation.gold import Blank, Gold, GoldCell, read_gold
from epicrisis.extraction.answer import Status
from epicrisis.extraction.extractor import ExtractionOptions
from epicrisis.prompting import Form
from epicrisis.report import Report
from epicrisis.runs.run import StoredRun
from epicrisis.tuning.distill import Distilled, askable, distill
from epicrisis.tuning.held_out import held_out
from epicrisis.tuning.silver import check_silver_path, silver_examples, silver_record, write_silver

VARIABLES: list[dict[str, Any]] = [
    {"name": "side", "kind": "category", "options": ["left", "right"]},
    {"name": "cyst", "kind": "boolean"},
    {"name": "grade", "kind": "ordinal", "options": [1, 2, 3], "when": "cyst == true"},
]
CODEBOOK = Codebook.model_validate({"name": "kidney", "languages": ["en"], "variables": VARIABLES})
OPTIONS = ExtractionOptions(form=Form.VALUE, second_look=False, repair=False, examples=0)

#: What the engine says of a report: value and probability, by variable.
Script = Mapping[str, tuple[Any, float]]
SURE: Script = {"side": ("left", 0.99), "cyst": (True, 0.99), "grade": (2, 0.99)}


def reply(said: Script, *, sure: bool = True) -> Reply:
    """One token for each value, with its probability, and certain ones between them."""
    tokens: list[TokenLogprob] = []

    def add(text: str, probability: float = 1.0) -> None:
        rest = (("\ufffd", math.log(1 - probability)),) if probability < 1 else ()
        if text in ("true", "false") and probability < 1:
            rest = (("false" if text == "true" else "true", math.log(1 - probability)),)
        elif probability < 1:
            rest = (("null" if text != "null" else '"', math.log(1 - probability)),)
        tokens.append(TokenLogprob(text, math.log(probability), ((text, math.log(probability)), *rest)))

    add("{")
    for place, (name, (value, probability)) in enumerate(said.items()):
        add(f'{", " if place else ""}"{name}": ')
        add(json.dumps(value), probability)
    add("}")
    text = "".join(token.token for token in tokens)
    return Reply(text, "stop", 1, 1, logprobs=tuple(tokens) if sure else None)


def report(name: str, text: str | None = None, patient: str | None = None) -> Report:
    """Words of its own, so that no two reports are nearly the same unless they are meant to be."""
    own = " ".join(f"{name}{letter * 4}" for letter in "abcdefgh")
    return Report(name, text or f"The left kidney has a cyst, grade 2. {own}.", patient)


class Study:
    """Reports, the run of an engine over them, and where files go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store.sqlite"
        self._models = 0

    def run(
        self,
        reports: Iterable[Report],
        said: Mapping[str, Any] | None = None,
        *,
        sure: bool = True,
        codebook: Codebook = CODEBOOK,
    ) -> StoredRun:
        """``said``: what the engine says of a report, or the error it raises, where it is not ``SURE``."""
        self._models += 1

        def answer(request: Request) -> Any:
            found = (said or {}).get(request.report_id or "", SURE)
            return found if isinstance(found, Exception) else reply(found, sure=sure)

        engine = ScriptedEngine(answer, logprobs=sure, model=f"model-{self._models}")
        return extract(list(reports), codebook, engine, options=OPTIONS, store=self.store)

    def gold(self, name: str, *rows: Mapping[str, str]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def file(self, found: Distilled, name: str = "silver.csv") -> Path:
        path = self.folder / name
        write_silver(path, CODEBOOK, found.kept, found.as_dict())
        return path


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


@pytest.fixture(scope="session")
def new_study(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Study]:
    return lambda: Study(tmp_path_factory.mktemp("study"))


def ids(found: Distilled) -> list[str]:
    return [one.report.id for one in found.kept]


def confidence(run: StoredRun, report_id: str, name: str) -> float:
    found = run.extraction(report_id).answers[name].confidence
    assert found is not None
    return found


def test_the_engine_is_as_sure_as_it_is_told(study: Study) -> None:
    run = study.run([report("a")], {"a": SURE | {"cyst": (True, 0.8)}})
    assert confidence(run, "a", "cyst") == pytest.approx(0.8)
    assert confidence(run, "a", "side") == pytest.approx(0.99)


def test_reports_with_a_less_sure_answer_are_left_out(study: Study) -> None:
    reports = [report(name) for name in "abc"]
    run = study.run(reports, {"b": SURE | {"cyst": (True, 0.8)}})
    found = distill(CODEBOOK, reports, run)
    assert ids(found) == ["a", "c"]
    assert found.left_out == {"have a variable without an answer that was taken": 1}
    cyst = next(one for one in found.variables if one.name == "cyst")
    assert (cyst.answers, cyst.values, cyst.taken_values, cyst.open, cyst.alone) == (3, 3, 2, 1, 1)
    assert (cyst.silver_values, cyst.silver_silent) == (2, 0)
    assert found.whole[0.8] == 3 or confidence(run, "b", "cyst") < 0.8
    assert (found.whole[0.7], found.whole[0.9]) == (3, 2)


def test_the_border_belongs_to_the_silver(study: Study) -> None:
    reports = [report("a"), report("b")]
    run = study.run(reports, {"b": SURE | {"cyst": (True, 0.8)}})
    border = confidence(run, "b", "cyst")
    assert ids(distill(CODEBOOK, reports, run, at_least=border)) == ["a", "b"]
    assert ids(distill(CODEBOOK, reports, run, at_least=math.nextafter(border, 1))) == ["a"]


def test_a_person_completes_a_report_and_wins_over_the_model(study: Study) -> None:
    reports = [report("a"), report("b")]
    run = study.run(reports, {"b": SURE | {"side": ("left", 0.5)}})
    path = study.gold("reviewed.csv", {"id": "a", "side": "right"}, {"id": "b", "side": "right"})
    reviewed = read_gold(path, CODEBOOK, blank=Blank.IGNORE)
    found = distill(CODEBOOK, reports, run, reviewed=reviewed)
    assert ids(found) == ["a", "b"]
    assert [one.cells["side"].value for one in found.kept] == ["right", "right"]
    assert [one.cells["cyst"].value for one in found.kept] == [True, True]
    assert found.variables[0].reviewed == 2
    assert found.record["reviewed"] == {"name": "reviewed.csv", "cells": 2}


def test_failed_answers_and_reports_are_never_taken(study: Study) -> None:
    reports = [report(name) for name in "abc"] + [Report("d", " ")]
    said = {"a": EngineTimeoutError("No answer."), "b": SURE | {"grade": ("severe", 1.0)}}
    run = study.run(reports, said)
    found = distill(CODEBOOK, reports, run, at_least=0.0)
    assert ids(found) == ["c"]
    assert found.left_out == {
        "failed in the run": 1,
        "have a variable without an answer that was taken": 1,
        "have no text": 1,
    }


def test_an_answer_without_confidence_needs_a_person(study: Study) -> None:
    reports = [report("a"), report("b")]
    run = study.run(reports, sure=False)
    with pytest.raises(OptionError, match="No answer of the run has a confidence") as told:
        distill(CODEBOOK, reports, run, at_least=0.0)
    assert "--reviewed" in str(told.value.hint)
    path = study.gold("reviewed.csv", {"id": "a", "side": "left", "cyst": "yes", "grade": "3"})
    found = distill(CODEBOOK, reports, run, reviewed=read_gold(path, CODEBOOK, blank=Blank.IGNORE))
    assert ids(found) == ["a"]


def test_no_silver_says_what_to_change(study: Study) -> None:
    reports = [report("a"), report("b")]
    run = study.run(reports, dict.fromkeys("ab", SURE | {"cyst": (True, 0.85), "grade": (2, 0.75)}))
    with pytest.raises(OptionError, match="2 have a variable without") as told:
        distill(CODEBOOK, reports, run)
    hint = str(told.value.hint)
    assert "2 at 0.7" in hint
    assert "0.8 " not in hint
    assert "cyst (open in 2), grade (open in 2)" in hint
    with pytest.raises(OptionError, match="2 are not in the run") as other:
        distill(CODEBOOK, [report("x"), report("y")], run)
    assert "--id" in str(other.value.hint)


def test_a_run_that_is_not_of_this_codebook_or_not_finished(study: Study) -> None:
    reports = [report("a")]
    run = study.run(reports)
    changed = CODEBOOK.model_copy(update={"instructions": "Otherwise."})
    with pytest.raises(OptionError, match="asks otherwise"):
        distill(changed, reports, run)

    engine = ScriptedEngine(lambda _: EngineUnreachableError("Down."), model="down")
    many = [report(f"r{number}") for number in range(12)]
    with pytest.raises(RunStoppedError):
        extract(many, CODEBOOK, engine, options=OPTIONS, store=study.store)
    stopped = StoredRun.open(study.store)
    assert stopped.status == "interrupted"
    with pytest.raises(OptionError, match="answers may still change"):
        distill(CODEBOOK, many, stopped)


@pytest.mark.parametrize("at_least", [-0.1, 1.1, math.nan])
def test_a_threshold_is_a_probability(study: Study, at_least: float) -> None:
    with pytest.raises(OptionError, match="min-confidence"):
        distill(CODEBOOK, [report("a")], study.run([report("a")]), at_least=at_least)


def test_a_text_that_changed_since_the_run_is_left_out(study: Study) -> None:
    run = study.run([report("a"), report("b")])
    now = [report("a"), report("b", "Another text altogether, nothing like what it was.")]
    found = distill(CODEBOOK, now, run)
    assert (ids(found), found.left_out) == (["a"], {"have another text than the run read": 1})


def test_everything_near_a_held_out_report_is_left_out(study: Study) -> None:
    test = report("t", patient="p1")
    reports = [
        test,
        report("same", test.text.upper()),
        report("near", test.text.replace("grade 2", "grade 3")),
        report("family", patient="p1"),
        report("other", patient="p2"),
        report("none"),
    ]
    gold = study.gold("gold.csv", {"id": "t", "side": "left", "cyst": "yes", "grade": "2"})
    held = held_out(reports, CODEBOOK, gold=gold)
    assert held is not None
    found = distill(CODEBOOK, reports, study.run(reports), held=held)
    assert ids(found) == ["other", "none"]
    assert found.left_out == {
        "are held out": 1,
        "have the text of one that is held out": 1,
        "are nearly the same as one that is held out": 1,
        "are of a patient of one that is held out": 1,
    }
    assert found.record["held_out"] == {"named": ["gold.csv"], "reports": 1, "without_text": 0}
    assert [one.id for one in askable(reports, held)] == ["other", "none"]
    with pytest.raises(OptionError, match="nothing to ask about"):
        askable([test], held)


def test_the_parts_of_a_split(study: Study) -> None:
    reports = [report(name, patient=f"p{name}") for name in "abcd"]
    gold = study.gold("gold.csv", *({"id": name, "cyst": "yes"} for name in "abc"))
    parts = zip("abc", ("train", "validation", "test"), strict=True)
    split = study.gold("split.csv", *({"id": name, "split": part} for name, part in parts))
    held = held_out(reports, CODEBOOK, gold=gold, split=split)
    assert held is not None
    assert [held.reason(one) for one in reports] == ["have gold", "are held out", "are held out", None]
    alone = held_out(reports, CODEBOOK, split=split)
    assert alone is not None
    assert [alone.reason(one) is None for one in reports] == [True, False, False, True]
    assert held_out(reports, CODEBOOK) is None


def test_the_parts_of_an_adapters_card(study: Study) -> None:
    from epicrisis.examples.example import same_text

    reports = [report(name, patient=f"p{name}") for name in "abcd"]
    elsewhere = same_text(reports[3].text)
    card = {
        "format": 1,
        "name": "kidney-1",
        "digest": "sha256:0",
        "base": {},
        "data": {
            "train": {"reports": ["a"], "texts": []},
            "validation": {"reports": ["b"], "texts": []},
            "test": {"reports": ["c", "gone"], "texts": [elsewhere]},
        },
    }
    (study.folder / "adapter").mkdir()
    (study.folder / "adapter" / "card.json").write_text(json.dumps(card))
    held = held_out(reports, CODEBOOK, adapter=study.folder / "adapter")
    assert held is not None
    assert [held.reason(one) is None for one in reports] == [True, False, False, False]
    assert held.unread == 1
    assert "--held-out" in held.notes[0]
    assert held.names == ("kidney-1",)


def test_texts_of_held_out_reports_from_the_gold_and_from_a_file(study: Study) -> None:
    far = report("t", patient="p9")
    row = {"id": "t", "cyst": "yes"}
    near = report("n", far.text.replace("grade 2", "grade 1"))
    family = report("f", patient="p9")
    bare = study.gold("bare.csv", row)
    unread = held_out([near, family], CODEBOOK, gold=bare)
    assert unread is not None
    assert (unread.unread, unread.reason(near), unread.reason(family)) == (1, None, None)
    told = {"text": far.text, "patient": "p9"}
    with_text = held_out([near, family], CODEBOOK, gold=study.gold("gold.csv", row | told))
    beside = held_out([near, family], CODEBOOK, gold=bare, file=study.gold("far.csv", {"id": "t"} | told))
    alone = held_out([near, family], CODEBOOK, file=study.folder / "far.csv")
    for held in (with_text, beside, alone):
        assert held is not None
        assert (held.unread, held.notes) == (0, ())
        assert "nearly" in str(held.reason(near))
        assert "patient" in str(held.reason(family))


def test_twins_are_kept_once_unless_their_answers_differ(study: Study) -> None:
    first = report("a")
    reports = [
        first,
        report("b", first.text.upper()),
        report("c", first.text.replace("grade 2", "grade 3")),
        report("d", first.text.replace("grade 2", "grade 1")),
    ]
    found = distill(CODEBOOK, reports, study.run(reports, {"d": SURE | {"grade": (1, 0.99)}}))
    assert ids(found) == ["a", "d"]
    assert found.left_out == {
        "have the text of another one": 1,
        "are nearly the same as another one, with the same answers": 1,
    }


def test_what_nobody_held_out_is_said(study: Study) -> None:
    reports = [report("a")]
    run = study.run(reports)
    assert "Nothing is held out" in distill(CODEBOOK, reports, run).notes[0]
    held = held_out(reports, CODEBOOK, gold=study.gold("gold.csv", {"id": "t", "text": "x", "cyst": "yes"}))
    assert not any("Nothing" in note for note in distill(CODEBOOK, reports, run, held=held).notes)


def test_silver_that_is_surest_of_silence_is_said(study: Study) -> None:
    reports = [report(name) for name in "abcd"]
    silent: Script = SURE | {"side": (None, 0.99)}
    unsure: Script = SURE | {"side": ("left", 0.6)}
    run = study.run(reports, {"a": silent, "b": silent, "c": unsure, "d": unsure})
    found = distill(CODEBOOK, reports, run)
    side = found.variables[0]
    assert (side.values, side.silent, side.taken_values, side.taken_silent) == (2, 2, 0, 2)
    assert any("'side' is silent in 100% of the silver and in 50%" in note for note in found.notes)


def test_the_calibrated_confidence_decides(study: Study) -> None:
    from epicrisis.extraction.calibration import Asking, Calibration
    from epicrisis.runs.calibrating import asking_of

    reports = [report("a")]
    run = study.run(reports)
    manifest = run.manifest
    assert isinstance(asking_of(manifest), Asking)
    calibration = Calibration.model_validate(
        {
            "method": "platt",
            "pooled": {"method": "platt", "slope": 1.0, "intercept": -4.0, "n": 1000},
            "codebook": CODEBOOK.name,
            "codebook_digest": CODEBOOK.digest,
            "cells": 100,
            "reports": 10,
            "brier": [0.2, 0.1],
            "ece": [0.2, 0.1],
            "asking": asking_of(manifest).model_dump(),
        }
    )
    path = study.folder / "c.json"
    path.write_text(calibration.model_dump_json())
    engine = ScriptedEngine(lambda _: reply(SURE), logprobs=True, model="model-1")
    same = extract(reports, CODEBOOK, engine, options=OPTIONS, store=study.store, calibration=path)
    assert same.id == run.id
    assert confidence(same, "a", "side") < 0.9
    with pytest.raises(OptionError, match="no silver"):
        distill(CODEBOOK, reports, same)
    found = distill(CODEBOOK, reports, same, at_least=0.2)
    assert found.record["calibration"] == "platt"
    assert not any("not calibrated" in note for note in found.notes)


def test_the_file_says_where_it_came_from(study: Study) -> None:
    reports = [report("a"), report("b")]
    run = study.run(reports, {"b": SURE | {"cyst": (True, 0.5)}})
    path = study.file(distill(CODEBOOK, reports, run, at_least=0.9))
    record = silver_record(path)
    assert record is not None
    assert (record["run"], record["engine"]["model"], record["min_confidence"]) == (run.id, "model-1", 0.9)
    assert record["codebook"]["digest"] == CODEBOOK.digest
    assert record["digest"] == file_digest(path)
    assert record["reports"]["kept"] == 1
    assert record["reports"]["left_out"][0]["count"] == 1
    assert record["variables"][1]["open"] == 1
    assert record["changed"] is False
    written = path.with_suffix(".json").read_text("utf-8")
    assert "kidney has" not in written
    assert '"a"' not in written
    path.write_text(path.read_text("utf-8").replace("left", "right", 1), "utf-8")
    changed = silver_record(path)
    assert changed is not None
    assert changed["changed"] is True
    path.with_suffix(".json").unlink()
    assert silver_record(path) is None
    path.with_suffix(".json").write_text("[]")
    with pytest.raises(ReadingError, match="does not say"):
        silver_record(path)


def test_silver_never_replaces_its_input(study: Study) -> None:
    reports = study.gold("reports.csv", {"id": "a"})
    with pytest.raises(OutputError, match="replace its own input"):
        check_silver_path(reports, [reports])
    listed = study.folder / "list.json"
    listed.write_text("[]")
    with pytest.raises(OutputError, match="replace its own input"):
        check_silver_path(study.folder / "list.csv", [reports, listed])
    with pytest.raises(OptionError, match="format"):
        check_silver_path(study.folder / "silver.txt", [reports])
    check_silver_path(study.folder / "silver.csv", [reports, study.folder / "not-there.csv"])


def test_what_cannot_be_written_is_left_as_it_was(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = [report("a"), report("b")]
    path = study.file(distill(CODEBOOK, reports, study.run(reports)))
    before = path.read_bytes()

    def full(*_: Any, **__: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("epicrisis.export.table.write_csv", full)
    with pytest.raises(OutputError, match="disk is full"):
        study.file(distill(CODEBOOK, reports[:1], study.run(reports[:1])))
    assert path.read_bytes() == before
    assert sorted(one.name for one in study.folder.glob("silver*")) == ["silver.csv", "silver.json"]


def test_silver_becomes_examples_to_train_on(study: Study) -> None:
    reports = [report(name, patient=f"p{name}") for name in "abcd"]
    path = study.file(distill(CODEBOOK, reports, study.run(reports)))
    examples, notes = silver_examples(path, CODEBOOK, reports, exclude=[report("b")], gold=[report("c")])
    assert [one.id for one in examples] == ["a", "d"]
    assert examples[0].patient == "pa"
    assert {name: cell.value for name, cell in examples[0].worked.cells.items()} == {
        "side": "left",
        "cyst": True,
        "grade": 2,
    }
    assert "1 reports of silver.csv are left out: they are held out." in notes
    assert "1 reports of silver.csv are left out: they have gold." in notes


def test_silver_examples_keep_clear_of_what_tests(study: Study) -> None:
    reports = [report(name, patient=f"p{name}") for name in "abcd"]
    path = study.file(distill(CODEBOOK, reports, study.run(reports)))
    exclude = [
        report("x", reports[0].text.replace("grade 2", "grade 1")),
        report("y", reports[1].text.upper()),
        report("z", patient="pc"),
    ]
    examples, notes = silver_examples(path, CODEBOOK, reports, exclude=exclude)
    assert [one.id for one in examples] == ["d"]
    assert len(notes) == 3
    with pytest.raises(OptionError, match="can be trained on"):
        silver_examples(path, CODEBOOK, reports, exclude=reports)
    with pytest.raises(OptionError, match="can be trained on"):
        silver_examples(path, CODEBOOK, [report("e")], exclude=[])


def test_silver_of_another_codebook_is_said(study: Study) -> None:
    reports = [report("a"), report("b")]
    path = study.file(distill(CODEBOOK, reports, study.run(reports)))
    changed = CODEBOOK.model_copy(update={"instructions": "Otherwise."})
    _, notes = silver_examples(path, changed, reports, exclude=[])
    assert any("another content of the codebook" in note for note in notes)
    path.with_suffix(".json").unlink()
    _, notes = silver_examples(path, CODEBOOK, reports, exclude=[])
    assert any("says where it came from" in note for note in notes)


WHOLE = Codebook.model_validate(
    {
        "name": "all",
        "variables": [
            {"name": "infarct", "kind": "boolean"},
            {"name": "side", "kind": "category", "options": ["left", "right", "NA"]},
            {"name": "lesions", "kind": "count"},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "seen", "kind": "date"},
            {"name": "conclusion", "kind": "text"},
            {"name": "drugs", "kind": "spans", "options": ["drug", "dose"]},
            {
                "name": "lesion",
                "kind": "group",
                "variables": [
                    {"name": "site", "kind": "text"},
                    {"name": "width", "kind": "quantity", "unit": "mm"},
                    {"name": "old", "kind": "boolean"},
                ],
            },
        ],
        "derive": [{"name": "large", "kind": "boolean", "formula": "size > 10"}],
    }
)
TEXT = 'Infarct left, 12 mm; "cortex" 5 mm,\nold = ascal 80 mg. Seen on 2020-01-31. Two lesions.'
QUOTES = st.sampled_from(
    [None, "Infarct left", '"cortex" 5 mm,\nold', "=  ascal", "Two lesions", "not there"]
)
STATUSES = st.sampled_from([Status.STATED, Status.INFERRED, Status.UNCERTAIN])
SILENT = st.sampled_from([GoldCell(Status.NOT_MENTIONED), GoldCell(Status.NOT_APPLICABLE)])


def cell(values: st.SearchStrategy[Any]) -> st.SearchStrategy[GoldCell]:
    return SILENT | st.builds(GoldCell, STATUSES, values, QUOTES)


AMOUNT = st.sampled_from([12.0, 5.0, 0.5]).map(lambda number: {"value": number, "unit": "mm"})
ITEM = st.fixed_dictionaries(
    {
        "site": st.sampled_from(["cortex", "Infarct", None]),
        "width": st.none() | AMOUNT,
        "old": st.none() | st.booleans(),
    }
)
MENTION = st.sampled_from(
    [
        {"text": "ascal", "type": "drug", "start": TEXT.index("ascal"), "end": TEXT.index("ascal") + 5},
        {"text": "80 mg", "type": "dose", "start": TEXT.index("80 mg"), "end": TEXT.index("80 mg") + 5},
        {"text": "ascal", "type": "drug", "start": None, "end": None},
    ]
)
CELLS = st.fixed_dictionaries(
    {
        "infarct": cell(st.booleans()),
        "side": cell(st.sampled_from(["left", "right", "NA"])),
        "lesions": cell(st.integers(0, 99)),
        "size": cell(AMOUNT),
        "seen": cell(st.sampled_from(["2020-01-31", "2020-01", "2020"])),
        "conclusion": cell(st.sampled_from(["Infarct left", "NA", '= "cortex"', "x; y, z"])),
        "drugs": cell(st.lists(MENTION, min_size=1, max_size=3)),
        "lesion": cell(
            st.lists(ITEM.filter(lambda one: any(v is not None for v in one.values())), min_size=1)
        ),
    }
)


REPORTS = [Report(f"00{place}", f"{TEXT} {report(str(place)).text}") for place in range(3)]


@pytest.fixture(scope="session")
def whole(new_study: Callable[[], Study]) -> tuple[Study, StoredRun]:
    """A run that failed throughout: all that can be taken is what people say."""
    study = new_study()
    return study, study.run(REPORTS, {one.id: {} for one in REPORTS}, codebook=WHOLE)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
@settings(max_examples=25, deadline=None)
@given(said=st.lists(CELLS, min_size=1, max_size=3))
def test_what_was_taken_is_read_back_as_gold(
    whole: tuple[Study, StoredRun], ending: str, said: list[dict[str, GoldCell]]
) -> None:
    study, run = whole
    people = {one.id: cells for one, cells in zip(REPORTS, said, strict=False)}
    gold = Gold("people", people, tuple(WHOLE.names))
    found = distill(WHOLE, REPORTS, run, reviewed=gold)
    path = study.folder / f"silver.{ending}"
    write_silver(path, WHOLE, found.kept, found.as_dict())
    again = read_gold(path, WHOLE, blank=Blank.IGNORE)
    assert {one.report.id: dict(one.cells) for one in found.kept} == again.cells
    for one in found.kept:
        for name, taken in one.cells.items():
            assert taken.value == people[one.report.id][name].value
            assert taken.status == people[one.report.id][name].status
            assert taken.quote is None or taken.quote in one.report.text
    examples, _ = silver_examples(path, WHOLE, REPORTS, exclude=[])
    assert sorted(example.id for example in examples) == sorted(ids(found))
