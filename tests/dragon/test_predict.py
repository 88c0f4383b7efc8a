"""From a task's folder to predictions, with an engine whose answers the test writes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from epicrisis.api import EngineSettings
from epicrisis.dragon.answering import Fill
from epicrisis.dragon.contract import FAILURES, PREDICTIONS, Dataset
from epicrisis.dragon.labels import Shape
from epicrisis.dragon.predict import Outcome, Plan, plan, predict
from epicrisis.dragon.score import score_files
from epicrisis.dragon.shots import choose, shots
from epicrisis.engines.engine import Reply, TokenLogprob
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineTimeoutError, OptionError, ReadingError
from epicrisis.prompting.form import Form

Job = Callable[..., Path]
BINARY = "single_label_binary_classification"
CLASSES = "multi_label_multi_class_classification"
NUMBERS = "multi_label_regression"

TWO_SIZES = """
name: two-sizes
variables:
  - {name: first, kind: quantity, unit: mm, units: [cm], definition: The first size.}
  - {name: second, kind: quantity, unit: mm, units: [cm], definition: The second size.}
"""
ANSWER = """
name: answer
variables:
  - {name: cyst, kind: boolean, definition: There is a cyst., statuses: [stated, inferred]}
"""
SIDES = """
name: sides
variables:
  - {name: left, kind: category, definition: Left., options: ["0", "1"], statuses: [stated, inferred]}
  - {name: right, kind: category, definition: Right., options: ["0", "1"], statuses: [stated, inferred]}
"""


def rows(label: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"uid": uid, "text": f"Text of {uid}.", f"{label}_target": one} for uid, one in values.items()]


def texts(*uids: str) -> list[dict[str, Any]]:
    return [{"uid": uid, "text": f"Text of {uid}."} for uid in uids]


def written(outcome: Outcome) -> dict[str, Any]:
    assert outcome.predictions is not None
    found = json.loads(outcome.predictions.read_text("utf-8"))
    assert all(len(one) == 2 for one in found)
    return {one["uid"]: next(value for name, value in one.items() if name != "uid") for one in found}


def failures(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / FAILURES).read_text("utf-8"))
    return found


@pytest.fixture
def binary(job: Job) -> Path:
    training = rows(BINARY, {"t1": True, "t2": False, "t3": False, "t4": False})
    return job("Task201_cyst", BINARY, training=training, test=texts("a", "b", "c"))


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    path = tmp_path / "answer.yaml"
    path.write_text(ANSWER, encoding="utf-8")
    return path


def said(value: str, other: str, probability: float) -> Reply:
    """An answer whose value has this probability among the two there are."""
    likely, unlikely = math.log(probability), math.log(1 - probability)
    start, end = '{"cyst": ', "}"
    tokens = (
        TokenLogprob(start, 0.0, ((start, 0.0),)),
        TokenLogprob(value, likely, ((value, likely), (other, unlikely))),
        TokenLogprob(end, 0.0, ((end, 0.0),)),
    )
    return Reply(f"{start}{value}{end}", "stop", 10, 3, logprobs=tokens)


def test_probabilities_come_from_the_engine(binary: Path, answer: Path, tmp_path: Path) -> None:
    replies = {
        "a": said("true", "false", 0.9),
        "b": said("false", "true", 0.75),
        "c": said("true", "false", 0.6),
    }
    outcome = predict(plan(binary, codebook=answer), tmp_path / "out", ScriptedEngine(replies, logprobs=True))
    found = written(outcome)
    assert list(found) == ["a", "b", "c"]
    assert list(found.values()) == pytest.approx([0.9, 0.25, 0.6])
    assert outcome.unsure == 0
    assert f'"{BINARY}"' in (tmp_path / "out" / PREDICTIONS).read_text()


def test_an_engine_without_probabilities_gives_ones_and_noughts(
    binary: Path, answer: Path, tmp_path: Path
) -> None:
    engine = ScriptedEngine({"b": {"cyst": False}}, default={"cyst": True}, logprobs=False)
    outcome = predict(plan(binary, codebook=answer), tmp_path / "out", engine)
    assert written(outcome) == {"a": 1.0, "b": 0.0, "c": 1.0}
    assert outcome.unsure == 3


@pytest.mark.parametrize(("fill", "expected"), [(Fill.NONE, None), (Fill.PRIOR, 0.25)])
def test_what_fails_is_null_or_the_prior_and_listed(
    binary: Path, answer: Path, tmp_path: Path, fill: Fill, expected: float | None
) -> None:
    engine = ScriptedEngine({"b": "nothing of use"}, default={"cyst": True}, logprobs=False)
    out = tmp_path / "out"
    outcome = predict(plan(binary, codebook=answer), out, engine, fill=fill)
    assert written(outcome) == {"a": 1.0, "b": expected, "c": 1.0}
    assert failures(out) == [
        {
            "uid": "b",
            "variable": "cyst",
            "reason": "the answer is not JSON",
            "filled": fill is Fill.PRIOR,
        }
    ]


def test_the_same_call_again_asks_nothing(binary: Path, answer: Path, tmp_path: Path) -> None:
    engine = ScriptedEngine(default={"cyst": True})
    for _ in range(2):
        predict(plan(binary, codebook=answer), tmp_path / "out", engine)
    assert len(engine.requests) == 3
    predict(plan(binary, codebook=answer), tmp_path / "out", engine, fresh=True)
    assert len(engine.requests) == 6


def test_what_failed_for_the_engines_sake_is_asked_again(binary: Path, answer: Path, tmp_path: Path) -> None:
    gone = EngineTimeoutError("It took too long.")
    engine = ScriptedEngine({"b": [gone, {"cyst": False}]}, default={"cyst": True}, parallel=1)
    first = predict(plan(binary, codebook=answer), tmp_path / "out", engine)
    assert written(first)["b"] is None
    assert [one["uid"] for one in failures(tmp_path / "out")] == ["b"]
    again = predict(plan(binary, codebook=answer), tmp_path / "out", engine)
    assert written(again) == {"a": 1.0, "b": 0.0, "c": 1.0}
    assert failures(tmp_path / "out") == []
    assert [one.report_id for one in engine.requests] == ["a", "b", "c", "b"]


def test_a_run_that_stops_writes_nothing(job: Job, answer: Path, tmp_path: Path) -> None:
    folder = job("Task201_cyst", BINARY, test=texts(*"abcdefgh"))
    engine = ScriptedEngine({"a": {"cyst": True}}, default=EngineTimeoutError("Too long."), parallel=1)
    outcome = predict(plan(folder, codebook=answer), tmp_path / "out", engine)
    assert outcome.predictions is None
    assert outcome.session.error is not None
    assert not (tmp_path / "out" / PREDICTIONS).exists()


def test_classes_are_written_as_the_labels_are(job: Job, tmp_path: Path) -> None:
    folder = job("Task202_sides", CLASSES, training=rows(CLASSES, {"t": ["0", "1"]}), test=texts("a"))
    (tmp_path / "sides.yaml").write_text(SIDES, encoding="utf-8")
    engine = ScriptedEngine(default={"left": "1", "right": "0"})
    what = plan(folder, codebook=tmp_path / "sides.yaml")
    assert written(predict(what, tmp_path / "out", engine)) == {"a": ["1", "0"]}


def test_a_class_the_codebook_lacks_is_refused(job: Job, tmp_path: Path) -> None:
    folder = job("Task202_sides", CLASSES, training=rows(CLASSES, {"t": ["0", "2"]}), test=texts("a"))
    (tmp_path / "sides.yaml").write_text(SIDES, encoding="utf-8")
    with pytest.raises(OptionError, match="'right' has no option for the class 2"):
        plan(folder, codebook=tmp_path / "sides.yaml")


def test_numbers_are_in_the_labels_unit_and_silence_is_no_failure(job: Job, tmp_path: Path) -> None:
    training = rows(NUMBERS, {"t": [1.0, None], "u": [3.0, 8.0], "v": [20.0, 4.0]})
    folder = job("Task203_sizes", NUMBERS, training=training, test=texts("a", "b"))
    (tmp_path / "sizes.yaml").write_text(TWO_SIZES, encoding="utf-8")
    engine = ScriptedEngine(
        {"a": {"first": "1.2 cm", "second": None}, "b": {"first": None, "second": "7 mm"}}
    )
    what = plan(folder, codebook=tmp_path / "sizes.yaml")
    assert written(predict(what, tmp_path / "out", engine)) == {"a": [12.0, None], "b": [None, 7.0]}
    assert failures(tmp_path / "out") == [
        {"uid": "b", "variable": "first", "reason": "not mentioned", "filled": False}
    ]
    assert written(predict(what, tmp_path / "out", engine, fill=Fill.PRIOR)) == {
        "a": [12.0, 6.0],
        "b": [3.0, 7.0],
    }
    assert [(one["uid"], one["filled"]) for one in failures(tmp_path / "out")] == [("a", True), ("b", True)]


def test_parts_of_a_text_are_numbered(job: Job, tmp_path: Path) -> None:
    label = "single_label_multi_class_classification"
    case = {"uid": "a", "text_parts": ["It rains.", "It is wet."]}
    folder = job("Task103_entailment", label, input_name="text_parts", test=[case])
    engine = ScriptedEngine(default={"relation": "entailment"})
    assert written(predict(plan(folder), tmp_path / "out", engine)) == {"a": "entailment"}
    assert "Text 1: It rains.\nText 2: It is wet." in engine.requests[0].messages[-1].content


def test_entities_are_aligned_to_the_tokens(job: Job, tmp_path: Path) -> None:
    tokens = ["II", "+", "I", "x", "I", "Lesion", "of", "4", "cm.", "II", "normal"]
    folder = job("Task109_sizes", "multi_label_named_entity_recognition", input_name="text_parts", test=[
        {"uid": "a", "text_parts": tokens},
        {"uid": "b", "text_parts": ["I", *tokens[1:]]},
    ])  # fmt: skip
    engine = ScriptedEngine({"a": {"lesions": [{"number": "I", "size": "4 cm"}]}, "b": "broken"})
    what = plan(folder)
    outcome = predict(what, tmp_path / "out", engine)
    expected = [["O"]] * 7 + [["B-0-lesion"], ["I-0-lesion"], ["O"], ["O"]]
    assert written(outcome) == {"a": expected, "b": None}
    assert failures(tmp_path / "out")[0] | {"reason": ""} == {
        "uid": "b",
        "variable": None,
        "reason": "",
        "filled": False,
    }
    assert engine.requests[0].messages[-1].content.count(" ".join(tokens)) == 1
    filled = predict(what, tmp_path / "out", engine, fill=Fill.PRIOR)
    assert written(filled)["b"] == [["O"]] * len(tokens)


def test_only_binary_tasks_ask_for_probabilities(
    binary: Path, answer: Path, job: Job, tmp_path: Path
) -> None:
    assert plan(binary, codebook=answer).options.confidence
    (tmp_path / "sizes.yaml").write_text(TWO_SIZES, encoding="utf-8")
    folder = job("Task203_sizes", NUMBERS, training=rows(NUMBERS, {"t": [1, 2]}), test=texts("a"))
    what = plan(folder, codebook=tmp_path / "sizes.yaml")
    assert not what.options.confidence
    assert (what.options.examples, what.options.form) == (2, Form.VALUE)
    assert plan(binary, codebook=answer).options.examples == 0


def test_training_cases_are_shown_with_their_labels(binary: Path, answer: Path, tmp_path: Path) -> None:
    what = plan(binary, codebook=answer, shots=2)
    engine = ScriptedEngine(default={"cyst": True})
    predict(what, tmp_path / "out", engine)
    shown = [one.content for one in engine.requests[0].messages if one.role == "assistant"]
    assert sorted(shown) == ['{"cyst": false}', '{"cyst": true}']
    assert "Text of t1." in " ".join(one.content for one in engine.requests[0].messages)
    assert {one.report_id for one in what.options.shots} <= {"t1", "t2", "t3", "t4"}


def test_the_same_seed_shows_the_same_cases(binary: Path, answer: Path) -> None:
    chosen = [
        [one.report_id for one in plan(binary, codebook=answer, shots=3, seed=seed).options.shots]
        for seed in (1, 1, 2, 3, 4)
    ]
    assert chosen[0] == chosen[1]
    assert len({tuple(one) for one in chosen}) > 1
    assert all("t1" in one for one in chosen), "both classes are seen"


def test_what_does_not_go_together_is_refused(binary: Path, answer: Path, tmp_path: Path, job: Job) -> None:
    with pytest.raises(OptionError, match="quotes"):
        plan(binary, codebook=answer, shots=1, form=Form.QUOTE_VALUE)
    with pytest.raises(OptionError, match="at least 1"):
        plan(binary, codebook=answer, limit=0)
    with pytest.raises(OptionError, match="No codebook ships for the task Task201_cyst"):
        plan(binary)
    (tmp_path / "sizes.yaml").write_text(TWO_SIZES, encoding="utf-8")
    with pytest.raises(OptionError, match="0 variable"):
        plan(binary, codebook=tmp_path / "sizes.yaml")
    with pytest.raises(ReadingError, match="no such file"):
        plan(binary, codebook=answer, dataset=Dataset.VALIDATION)
    bare = job("Task201_bare", BINARY, test=texts("a"))
    with pytest.raises(OptionError, match="no training cases"):
        plan(bare, codebook=answer, shots=1)
    with pytest.raises(OptionError, match="fill from"):
        predict(plan(bare, codebook=answer), tmp_path / "out", ScriptedEngine(), fill=Fill.PRIOR)
    words = job("Task108_words", "named_entity_recognition", input_name="text_parts", test=[
        {"uid": "a", "text_parts": ["x"]}
    ])  # fmt: skip
    with pytest.raises(OptionError, match="holds entities"):
        plan(words, codebook=answer)


def test_the_limit_takes_the_first_cases(binary: Path, answer: Path, tmp_path: Path) -> None:
    engine = ScriptedEngine(default={"cyst": True})
    outcome = predict(plan(binary, codebook=answer, limit=2), tmp_path / "out", engine)
    assert list(written(outcome)) == ["a", "b"]


def perfect(what: Plan) -> dict[str, str]:
    """The answers that a model would give that knows the labels."""
    from epicrisis.prompting import Prompt

    examples = shots(what.codebook, what.variables, what.job.label_type, what.cases, len(what.cases))
    prompt = Prompt(what.codebook, Form.VALUE)
    return {str(one.report_id): prompt.written(prompt.sheet(one)) for one in examples}


@pytest.mark.parametrize("number", range(101, 110))
def test_perfect_answers_score_one(dragon_folder: Path, tmp_path: Path, number: int) -> None:
    folder = next(dragon_folder.glob(f"Task{number}_*-fold0"))
    what = plan(folder, dataset=Dataset.VALIDATION, limit=40)
    out = tmp_path / folder.name
    engine = ScriptedEngine(perfect(what), logprobs=False)
    outcome = predict(what, out, engine)
    assert outcome.failures == ()
    assert outcome.predictions is not None
    gold = [case.uid for case in what.cases]
    truth = json.loads((folder / Dataset.VALIDATION.file).read_text())
    (tmp_path / "truth.json").write_text(json.dumps([one for one in truth if one["uid"] in gold]))
    result = score_files(outcome.predictions, tmp_path / "truth.json", task=str(number), draws=0)
    assert result.estimate.value == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("number", range(101, 110))
def test_examples_of_the_real_tasks_hold_every_kind_of_label(dragon_folder: Path, number: int) -> None:
    what = plan(next(dragon_folder.glob(f"Task{number}_*-fold0")), dataset=Dataset.VALIDATION, shots=4)
    assert len(what.options.shots) == 4
    assert len({one.report_id for one in what.options.shots}) == 4
    assert all(len(one.text) < 1500 for one in what.options.shots)
    if what.job.label_type.shape is not Shape.ENTITIES:
        assert len({json.dumps(one.cells) for one in what.options.shots}) > 1


def test_more_examples_than_cases_are_all_of_them(binary: Path, answer: Path) -> None:
    what = plan(binary, codebook=answer)
    assert len(choose(what.training, what.job.label_type, 99)) == 4
    assert sequence_is_unique([one.uid for one in choose(what.training, what.job.label_type, 99)])


def sequence_is_unique(items: Sequence[str]) -> bool:
    return len(set(items)) == len(items)


def test_a_real_engine_answers_within_the_form(job: Job, tiny_gguf: Path, tmp_path: Path) -> None:
    """A model of random weights says nothing of use, and says it in the challenge's files."""
    settings = EngineSettings(context=4096, threads=1, parallel=1)
    label = "multi_label_binary_classification"
    cases = [{"uid": uid, "text": f"A lesion of {uid} mm."} for uid in ("3", "14")]
    what = plan(job("Task104_sizes", label, test=cases))
    outcome = predict(what, tmp_path / "binary", str(tiny_gguf), settings=settings)
    found = written(outcome)
    assert outcome.unsure == 0
    assert list(found) == ["3", "14"]
    for probabilities in found.values():
        assert len(probabilities) == 5
        assert all(0 <= one <= 1 for one in probabilities)
        assert any(one not in (0, 1) for one in probabilities)

    tokens = ["I", "lesion", "of", "4", "cm", "."]
    parts = [{"uid": "a", "text_parts": tokens}]
    folder = job("Task109_sizes", "multi_label_named_entity_recognition", input_name="text_parts", test=parts)
    outcome = predict(plan(folder), tmp_path / "tags", str(tiny_gguf), settings=settings)
    tags = written(outcome)["a"]
    assert tags is None or len(tags) == len(tokens)


def test_predicting_does_without_numpy() -> None:
    program = (
        "import sys, epicrisis.dragon.predict\n"
        "print([name for name in ('numpy', 'scipy', 'polars') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
