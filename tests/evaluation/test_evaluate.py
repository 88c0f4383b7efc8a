from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.errors import OptionError, ReadingError
from epicrisis.evaluation import Estimate, Evaluation, Gold, GoldCell
from epicrisis.evaluation.evaluate import evaluate
from epicrisis.evaluation.gold import Blank
from epicrisis.evaluation.pairing import NO_CELLS
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.calibration import Calibration
from epicrisis.extraction.curves import PlattCurve

BOOK = Codebook.model_validate(
    {
        "name": "study",
        "variables": [
            {"name": "infarct", "kind": "boolean"},
            {"name": "side", "kind": "category", "options": ["left", "right"]},
            {"name": "mta", "kind": "ordinal", "options": [0, 1, 2, 3]},
            {"name": "lesions", "kind": "count"},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "seen", "kind": "date"},
            {"name": "conclusion", "kind": "text"},
            {"name": "drugs", "kind": "spans"},
            {"name": "parts", "kind": "group", "variables": [{"name": "site", "kind": "text"}]},
        ],
    }
)
STATED = Status.STATED
FAST: dict[str, Any] = {"draws": 60}


def answers(number: int) -> dict[str, Answer]:
    """Every third report says the other thing of everything; every fifth is silent."""
    if number % 5 == 4:
        return {name: Answer(Status.NOT_MENTIONED, confidence=0.8) for name in BOOK.names}
    odd = number % 3 == 0
    confidence = 0.55 + 0.4 * (number % 7) / 7
    found = {
        "infarct": not odd,
        "side": "left" if odd else "right",
        "mta": (number + odd) % 4,
        "lesions": number % 4 + odd,
        "size": {"value": 10.0 + number + odd, "unit": "mm"},
        "seen": "2020-01-02" if odd else "2020-01",
        "conclusion": "oud infarct rechts" if odd else "geen afwijkingen gezien",
        "drugs": [{"text": "ascal", "type": None, "start": 3 + odd, "end": 8 + odd}],
        "parts": [{"site": Answer(STATED, "long" if odd else "lever")}],
    }
    quote = Evidence("Report", 0, 6, Grade.EXACT)
    return {name: Answer(STATED, value, quote, confidence) for name, value in found.items()}


@pytest.fixture
def run(shelf: Any) -> Any:
    """Twenty reports of ten patients, the last one failed as a whole."""
    given: dict[str, Any] = {f"r{number}": answers(number) for number in range(19)}
    about = {
        f"r{number}": {
            "patient": f"p{number // 2}",
            "language": "nl" if number % 2 else "en",
            "metadata": {"scanner": "AB"[number % 2]},
        }
        for number in range(20)
    }
    return shelf.run(BOOK, {**given, "r19": "too long"}, about=about, carried=["scanner"])


@pytest.fixture
def gold(shelf: Any) -> str:
    """Gold as another run: right where ``answers`` is not odd."""

    def said(number: int) -> dict[str, Answer]:
        return answers(number if number % 3 else number + 1)

    made = {f"r{number}": said(number) for number in range(20)}
    return str(shelf.run(BOOK, {**made, "elsewhere": said(1)}).id)


def test_every_part_is_there(run: Any, gold: str) -> None:
    told: list[str] = []
    found = run.evaluate(
        gold,
        by=["scanner"],
        cost_per_hour=2.5,
        splits=3,
        humans=[gold, gold],
        target=0.9,
        progress=told.append,
        **FAST,
    )
    assert isinstance(found, Evaluation)
    assert (found.run, found.codebook, found.model, found.gold) == (run.id, "study", "by-hand", gold)
    assert found.matching.scored == tuple(f"r{number}" for number in range(20))
    assert found.matching.only_in_gold == ("elsewhere",)
    assert [variable.name for variable in found.variables] == BOOK.names
    assert all(variable.n == 20 and variable.metrics for variable in found.variables)
    assert sum(found.outcomes.values()) == 9 * 20
    assert found.outcomes["failed"] == 9
    assert found.overall["micro_accuracy"].low is not None
    assert {stratum.by for stratum in found.strata} >= {"scanner", "language"}
    assert found.mistakes[0].variable == "infarct"
    assert found.cost is not None
    assert found.cost.money == pytest.approx(2.5 * found.cost.seconds / 3600)
    assert found.splits is not None
    assert len(found.splits.held_out) == 3
    assert {one.human.value for one in found.ceiling if one.measure == "percent_agreement"} == {1.0}
    assert [one.method for one in found.reliability][:1] == ["raw"]
    assert found.review is not None
    assert found.review.target == 0.9
    assert found.plan
    assert found.suspects
    assert found.settings["humans"] == [gold, gold]
    assert found.manifest["run"] == run.id
    assert told[:3] == ["gold", "infarct", "side"]
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["run"] == run.id


def test_the_seed_gives_the_same_numbers(run: Any, gold: str) -> None:
    one, same, other = (run.evaluate(gold, seed=seed, **FAST) for seed in (1, 1, 2))
    assert one.overall == same.overall
    assert one.variables == same.variables
    assert one.overall["micro_accuracy"] != other.overall["micro_accuracy"]
    assert one.overall["micro_accuracy"].value == other.overall["micro_accuracy"].value


def test_gold_from_a_file_is_read_for_the_run(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(
        "id,infarct,age\n" + "".join(f"r{number},{'ja' * (number % 2)},7\n" for number in range(8))
    )
    silent = run.evaluate(path, **FAST)
    assert silent.gold == "gold.csv"
    assert silent.blank == "not-mentioned"
    assert [variable.name for variable in silent.variables] == ["infarct"]
    assert silent.variables[0].n == 8
    assert silent.notes[0] == "1 column passed over: 'age'."
    ignored = run.evaluate(str(path), blank="ignore", **FAST)
    assert ignored.blank == "ignore"
    assert ignored.variables[0].n == 4
    assert ignored.matching.excluded == {f"r{number}": NO_CELLS for number in (0, 2, 4, 6)}


def few(**values: bool | None) -> Gold:
    cells = {
        report: {"infarct": GoldCell(STATED if value is not None else Status.NOT_MENTIONED, value)}
        for report, value in values.items()
    }
    return Gold("few", cells, ("infarct",), Blank.NOT_MENTIONED)


def test_fewer_than_five_reports_have_values_and_no_intervals(run: Any) -> None:
    found = run.evaluate(few(r0=True, r1=True, r2=False), splits=2, target=0.9, **FAST)
    everything: list[Estimate] = [*found.overall.values(), *found.variables[0].metrics.values()]
    assert all(one.low is None and one.high is None and one.note for one in everything)
    assert found.overall["micro_accuracy"].value == pytest.approx(1 / 3)
    alone = run.evaluate(few(r0=True), **FAST)
    assert alone.overall["micro_accuracy"].n == 1


def test_one_class_only_is_said(run: Any) -> None:
    found = run.evaluate(few(**{f"r{number}": True for number in range(12)}), **FAST)
    auroc = found.variables[0].metrics["auroc"]
    assert auroc.value is None
    assert auroc.note


def test_nothing_is_said_by_gold(run: Any) -> None:
    found = run.evaluate(few(**{f"r{number}": None for number in range(12)}), **FAST)
    assert found.variables[0].metrics["value_recall"].value is None
    json.dumps(found.as_dict(), allow_nan=False)


def test_a_split_file_chooses_the_reports(run: Any, gold: str, tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    rows = [("r1", "test"), ("r2", "train"), ("r3", "test"), ("strange", "test")]
    path.write_text("id,split\n" + "".join(f"{report},{part}\n" for report, part in rows))
    found = run.evaluate(gold, split=path, **FAST)
    assert found.matching.scored == ("r1", "r3")
    assert found.matching.excluded["r2"] == "in the train part of the split"
    assert found.matching.excluded["r4"] == "not in the split file"
    assert found.settings["split"] == "split.csv"
    assert found.splits is None
    assert "1 of the 4 ids of the split file are not in the gold." in found.notes


def test_examples_are_not_scored(shelf: Any, gold: str) -> None:
    taught = shelf.run(
        BOOK, {f"r{number}": answers(number) for number in range(9)}, options={"shots": {"ids": ["r1", "r2"]}}
    )
    found = taught.evaluate(gold, leave_one_out=True, **FAST)
    assert found.matching.excluded == dict.fromkeys(("r1", "r2"), "an example in the prompt")
    assert "r1" not in found.matching.scored
    assert found.splits is not None
    assert sum(found.splits.held_out) == 7


def test_a_run_under_way_is_said_to_be(shelf: Any, gold: str) -> None:
    half = shelf.run(BOOK, {"r1": answers(1)}, status="interrupted")
    assert any("The run is interrupted" in note for note in half.evaluate(gold, **FAST).notes)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"splits": 2, "leave_one_out": True}, "cannot be had at once"),
        ({"splits": 0}, "number of splits"),
        ({"draws": 0}, "number of draws"),
        ({"blank": "maybe"}, "not-mentioned or ignore"),
        ({"by": ["scaner"]}, "scanner"),
        ({"target": 2}, "target"),
        ({"cost_per_hour": -1}, "cost"),
        ({"bertscore": "nowhere"}, "config.json"),
    ],
)
def test_options_that_make_no_sense(run: Any, gold: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        evaluate(run, gold, **{**FAST, **options})


def test_gold_that_is_not_there(run: Any) -> None:
    with pytest.raises(ReadingError, match="no such file"):
        run.evaluate("gold.csv")
    with pytest.raises(OptionError, match="no file 'nothing', and no run"):
        run.evaluate("nothing")


def test_an_applied_calibration_stands_before_the_raw_confidences(shelf: Any, run: Any, gold: str) -> None:
    calibration = Calibration(
        method="platt",
        pooled=PlattCurve(slope=0.1, intercept=0.2, n=50),
        codebook=BOOK.name,
        codebook_digest=BOOK.digest,
        cells=50,
        reports=20,
        brier=(0.2, 0.1),
        ece=(0.2, 0.1),
    )
    given = {f"r{number}": answers(number) for number in range(19)}
    mended = shelf.run(BOOK, given, calibration=calibration.as_dict())
    found = evaluate(mended, gold, **FAST)
    raw = evaluate(shelf.run(BOOK, given), gold, **FAST).reliability
    assert [one.method for one in found.reliability][:2] == ["applied", "raw"]
    assert found.reliability[1:] == raw
    assert found.reliability[0].brier != raw[0].brier


def test_gold_needs_no_numpy() -> None:
    """The core install has none; the demo and the command line start without it."""
    code = (
        "import sys, epicrisis.evaluation, epicrisis.api, epicrisis.demo\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'jinja2')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("missing", ["numpy", "scipy"])
@pytest.mark.parametrize("part", ["evaluate", "agreement", "comparison.compare", "calibration"])
def test_without_the_extra_the_error_names_it(missing: str, part: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from epicrisis.errors import MissingExtraError\n"
        f"try:\n    import epicrisis.evaluation.{part}\n"
        "except MissingExtraError as error:\n    print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "Run: pip install 'epicrisis[evaluation]'\n"
