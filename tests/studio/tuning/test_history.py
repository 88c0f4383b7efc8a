"""What a training said of itself is read whatever state the file is in."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.studio.tuning.cards import Estimate
from epicrisis.studio.tuning.drawing import loss_plot, score_plot, whiskers
from epicrisis.studio.tuning.history import History, history

EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(["stage", "start", "step", "choosing", "validation", "note", "end", "other"])},
    optional={
        name: st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3), st.booleans())
        for name in (
            "stage",
            "steps",
            "epochs",
            "train",
            "step",
            "epoch",
            "loss",
            "score",
            "eta",
            "done",
            "total",
            "best",
            "text",
        )
    },
)


def write(folder: Path, *events: Any, end: str = "\n") -> History:
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in events)
    (folder / "history.jsonl").write_text(text + end, "utf-8")
    return history(folder)


def step(number: int, loss: float) -> dict[str, Any]:
    return {"event": "step", "step": number, "epoch": number / 10, "loss": loss, "eta": 100 - number}


def look(number: int, score: float | None, *, best: bool = False, loss: float = 1.0) -> dict[str, Any]:
    return {
        "event": "validation", "epoch": number / 10, "step": number, "loss": loss,
        "score": score, "metric": "share of cells right", "best": best,
    }  # fmt: skip


START = {"event": "start", "steps": 40, "epochs": 4, "train": 7, "validation": 2, "test": 1, "device": "cpu"}


def test_nothing_was_said_yet(tmp_path: Path) -> None:
    assert history(tmp_path / "none") == History()
    assert (loss_plot(History()), score_plot(History())) == (None, None)


def test_how_far_it_is(tmp_path: Path) -> None:
    found = write(
        tmp_path,
        {"event": "stage", "stage": "training"},
        START,
        step(1, 3.0),
        step(2, 2.0),
        look(2, 0.5, best=True),
    )
    assert (found.stage, found.step, found.steps, found.loss, found.train) == ("training", 2, 40, 2.0, 7)
    assert [one.loss for one in found.losses] == [3.0, 2.0]
    assert found.best is not None
    assert (found.best.score, found.metric, found.ended) == (0.5, "share of cells right", None)
    assert found.left is not None
    assert 0 <= found.left <= 98


def test_what_is_left_is_of_the_training_alone(tmp_path: Path) -> None:
    found = write(tmp_path, START, step(40, 1.0), {"event": "stage", "stage": "after"})
    assert (found.stage, found.left) == ("after", None)


def test_how_far_the_choosing_is(tmp_path: Path) -> None:
    events = [START, step(1, 3.0), {"event": "choosing", "done": 8, "total": 16, "eta": 50.0}]
    found = write(tmp_path, *events)
    assert (found.answered, found.asked) == (8, 16)
    assert found.left is not None
    assert found.left <= 50
    for after in (look(1, 0.5), step(2, 2.0), {"event": "stage", "stage": "writing"}):
        assert write(tmp_path, *events, after).asked == 0


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    found = write(tmp_path, START, step(1, 3.0), '{"event": "step", "st', end="")
    assert [one.step for one in found.losses] == [1]


def test_what_went_on_from_a_checkpoint_is_drawn_once(tmp_path: Path) -> None:
    events = [
        START,
        step(1, 3.0),
        step(2, 2.5),
        look(2, 0.4),
        step(3, 2.0),
        {"event": "end", "status": "interrupted"},
    ]
    assert write(tmp_path, *events).ended == "interrupted"
    again = write(
        tmp_path, *events, START, step(2, 2.4), look(2, 0.45, best=True), step(3, 1.9), step(4, 1.5)
    )
    assert [(one.step, one.loss) for one in again.losses] == [(1, 3.0), (2, 2.4), (3, 1.9), (4, 1.5)]
    assert [one.score for one in again.validations] == [0.45]
    assert again.ended is None


def test_a_training_that_is_done_already_has_all_its_steps(tmp_path: Path) -> None:
    """As after a learning curve: the training of all reports is handed over."""
    found = write(tmp_path, START, step(2, 2.0), look(2, 0.4), step(40, 1.0), {**START, "done": 40})
    assert (found.step, found.steps, len(found.losses), len(found.validations)) == (40, 40, 2, 1)
    again = write(tmp_path, START, step(2, 2.0), look(2, 0.4), step(3, 1.0), {**START, "done": 1})
    assert (again.step, again.losses, again.validations) == (1, [], [])


def test_before_all_reports_the_latest_part_of_them_speaks(tmp_path: Path) -> None:
    for size, ago in ((25, 100), (50, 10)):
        folder = tmp_path / "curve" / f"reports-{size}"
        folder.mkdir(parents=True)
        write(folder, {**START, "train": size}, step(size, 1.0), {"event": "note", "text": "Odd."})
        when = (folder / "history.jsonl").stat().st_mtime - ago
        os.utime(folder / "history.jsonl", (when, when))
    (tmp_path / "curve" / "elsewhere").mkdir()
    write(tmp_path / "curve" / "elsewhere", START, step(1, 1.0))
    found = write(tmp_path, {"event": "note", "text": "Few."}, {"event": "end", "status": "interrupted"})
    assert (found.part, found.step, found.train) == (50, 50, None)
    assert (found.ended, found.notes) == ("interrupted", ["Few.", "Odd."])
    assert write(tmp_path, START).part is None


def test_the_best_is_the_latest_that_was_called_so(tmp_path: Path) -> None:
    found = write(tmp_path, START, look(10, 0.4, best=True), look(20, 0.6, best=True), look(30, 0.5))
    assert found.best is not None
    assert found.best.step == 20
    plot = score_plot(found)
    assert plot is not None
    assert [dot.best for dot in plot.dots] == [False, True, False]
    assert plot.dots[1].y < plot.dots[2].y < plot.dots[0].y


def test_a_loss_that_is_no_number_is_not_drawn(tmp_path: Path) -> None:
    found = write(tmp_path, START, step(1, 2.0), '{"event": "step", "step": 2, "loss": NaN}')
    assert [one.step for one in found.losses] == [1]
    assert (found.step, found.loss) == (2, None)


def test_higher_losses_are_higher_on_the_sheet(tmp_path: Path) -> None:
    plot = loss_plot(write(tmp_path, START, step(1, 3.0), step(40, 0.5)))
    assert plot is not None
    first, last = ([float(part) for part in one.split()] for one in plot.line.removeprefix("M").split("L"))
    assert first[1] < last[1]
    assert first[0] < last[0] == plot.right
    assert plot.up[0].value == 0
    assert plot.up[-1].value >= 3.0


def test_many_steps_make_no_more_points_than_can_be_seen(tmp_path: Path) -> None:
    plot = loss_plot(write(tmp_path, {**START, "steps": 5000}, *(step(n, 5000 / n) for n in range(1, 5001))))
    assert plot is not None
    assert plot.line.count("L") < 300


@given(st.lists(EVENTS, max_size=12))
def test_anything_can_be_read_and_drawn(tmp_path_factory: Any, events: list[dict[str, Any]]) -> None:
    found = write(tmp_path_factory.mktemp("any"), *events)
    for plot in (loss_plot(found), score_plot(found)):
        for dot in plot.dots if plot is not None else []:
            assert plot is not None
            assert plot.left <= dot.x <= plot.right
            assert plot.top <= dot.y <= plot.bottom
    assert found.left is None or math.isfinite(found.left)
    found.model_dump_json()


def test_whiskers_need_an_interval_within_the_scale() -> None:
    whole, open_ = Estimate(value=0.5, low=0.4, high=0.6), Estimate(value=0.5)
    drawn = whiskers(whole, Estimate(value=0.75, low=0.7, high=0.8))
    assert drawn is not None
    assert (drawn.before, drawn.after_low, drawn.after_high) == (50, 70, 80)
    assert whiskers(whole, open_) is None
    assert whiskers(whole, Estimate(value=-0.2, low=-0.3, high=0.1)) is None
