"""Grids of settings, and trainings of which the better ones go on."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import MissingExtraError, OptionError, OutputError
from epicrisis.tuning.grid import MOST, difference, grid
from epicrisis.tuning.measured import Measured
from epicrisis.tuning.settings import Schedule, TuningSettings
from epicrisis.tuning.sweep import LEADERBOARD, Sweep, budgets_of, halving, read_sweep

EIGHT = grid("rank=1,2,3,4,5,6,7,8")


class Trainer:
    """Scores that rise with the rank and the epochs; remembers what it was asked for."""

    def __init__(self, fails: Mapping[int, Exception] | None = None, stop_at: int | None = None) -> None:
        self.asked: list[tuple[int, int, str]] = []
        self._fails = fails or {}
        self._stop_at = stop_at

    def __call__(self, settings: TuningSettings, epochs: int, folder: Path) -> Measured | float | None:
        if len(self.asked) == self._stop_at:
            raise KeyboardInterrupt
        self.asked.append((settings.rank, epochs, folder.name))
        if settings.rank in self._fails:
            raise self._fails[settings.rank]
        return self.score(settings, epochs)

    def score(self, settings: TuningSettings, epochs: int) -> Measured | float | None:
        return 0.5 + 0.01 * settings.rank + 0.1 * epochs


# --- grid ---


def test_a_grid_is_every_combination_in_order() -> None:
    found = grid("learning_rate=2e-4,5e-4 rank=8,16")
    assert [(one.learning_rate, one.rank) for one in found] == [(2e-4, 8), (2e-4, 16), (5e-4, 8), (5e-4, 16)]
    assert grid({"learning-rate": [2e-4, 5e-4], "rank": [8, 16]}) == found


def test_values_have_the_type_of_their_setting() -> None:
    one = grid("targets=q_proj+v_proj four_bit=true schedule=linear dropout=0 --max-length=512")[0]
    assert one == TuningSettings(
        targets=("q_proj", "v_proj"), four_bit=True, schedule=Schedule.LINEAR, dropout=0.0, max_length=512
    )
    assert isinstance(one.dropout, float)


def test_the_rest_is_as_in_the_base() -> None:
    base = TuningSettings(batch=16, rank=4)
    assert grid("rank=8", base) == [TuningSettings(batch=16, rank=8)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "nothing to try"),
        ("rank=", "nothing to try for rank"),
        ("rank", "no setting with its values"),
        ("size=3", "no setting 'size'"),
        ("epochs=3,4", "epochs cannot be swept"),
        ("threads=1,2", "threads cannot be swept"),
        ("rank=8 rank=9", "twice"),
        ("rank=eight", "rank=eight cannot be read as a whole number"),
        ("schedule=wild", "one of cosine, linear, constant"),
        ("four_bit=maybe", "cannot be read"),
        ("rank=0,1", "at least 1"),
        (f"rank={','.join(map(str, range(1, MOST + 2)))}", "too many"),
    ],
)
def test_what_is_no_grid(words: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        grid(words)


def test_values_twice_are_tried_once() -> None:
    assert len(grid("rank=8,8,16")) == 2


def test_settings_are_told_by_what_differs() -> None:
    found = grid("learning_rate=2e-4,5e-4 dropout=0.1")
    assert [difference(one, found) for one in found] == ["learning_rate=0.0002", "learning_rate=0.0005"]
    assert difference(found[0], found[:1]) == "the only settings"


# --- halving ---


def test_the_better_half_goes_on(tmp_path: Path) -> None:
    run = Trainer()
    found = halving(EIGHT, [1, 2, 4], run, folder=tmp_path)
    assert [(rank, epochs) for rank, epochs, _ in run.asked] == [
        *((rank, 1) for rank in range(1, 9)),
        *((rank, 2) for rank in (5, 6, 7, 8)),
        *((rank, 4) for rank in (7, 8)),
    ]
    # The same folder each time, so that a training goes on from its checkpoint.
    assert {name for rank, _, name in run.asked if rank == 8} == {"trial-8"}
    assert found.settings.rank == 8
    assert found.best.score == pytest.approx(0.98)
    assert [one.settings.rank for one in found.trials] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert found.said() == "Best of 8: rank=8 (0.980 after 4 epochs)."


@given(st.integers(1, 20), st.integers(2, 4), st.integers(1, 9))
def test_rounds_shrink_by_eta(count: int, eta: int, epochs: int) -> None:
    budgets = budgets_of(epochs, eta=eta)
    assert budgets[-1] == epochs
    assert all(one * eta <= other for one, other in itertools.pairwise(budgets))
    assert budgets[0] < eta


def test_one_in_three_goes_on(tmp_path: Path) -> None:
    run = Trainer()
    halving(EIGHT, [1, 3], run, folder=tmp_path, eta=3)
    assert [rank for rank, epochs, _ in run.asked if epochs == 3] == [6, 7, 8]


def test_of_equal_scores_the_earlier_is_ahead(tmp_path: Path) -> None:
    class Flat(Trainer):
        def score(self, settings: TuningSettings, epochs: int) -> float:
            return 0.5

    assert halving(EIGHT, [1, 2], Flat(), folder=tmp_path).settings.rank == 1


def test_no_score_comes_after_every_score(tmp_path: Path) -> None:
    class Silent(Trainer):
        def score(self, settings: TuningSettings, epochs: int) -> Measured | float | None:
            return {8: None, 7: float("nan"), 6: Measured(0.0)}.get(settings.rank, Measured(None))

    found = halving(EIGHT, [1], Silent(), folder=tmp_path)
    assert found.settings.rank == 6
    assert "NaN" not in (tmp_path / LEADERBOARD).read_text("utf-8")


@pytest.mark.parametrize("stop", range(14))
def test_a_killed_sweep_goes_on(tmp_path: Path, stop: int) -> None:
    whole = halving(EIGHT, [1, 2, 4], Trainer(), folder=tmp_path / "whole")
    killed, again = Trainer(stop_at=stop), Trainer()
    with pytest.raises(KeyboardInterrupt):
        halving(EIGHT, [1, 2, 4], killed, folder=tmp_path / "cut")
    found = halving(EIGHT, [1, 2, 4], again, folder=tmp_path / "cut")
    assert found == whole
    assert len(killed.asked) == stop
    assert len({*killed.asked, *again.asked}) == len(killed.asked) + len(again.asked) == 14
    assert (tmp_path / "cut" / LEADERBOARD).read_text() == (tmp_path / "whole" / LEADERBOARD).read_text()


def test_a_finished_sweep_trains_nothing(tmp_path: Path) -> None:
    halving(EIGHT, [1, 2], Trainer(), folder=tmp_path)
    run = Trainer()
    assert halving(EIGHT, [1, 2], run, folder=tmp_path).settings.rank == 8
    assert run.asked == []
    assert halving(EIGHT, [1, 2], run, folder=tmp_path, fresh=True).settings.rank == 8
    assert len(run.asked) == 12


@pytest.mark.parametrize(
    "error",
    [
        OptionError("Memory does not suffice.", hint="Try --batch 1."),
        RuntimeError("out of memory\ntried to allocate"),
        MemoryError(),
        FloatingPointError("overflow"),
    ],
)
def test_a_trial_that_fails_is_given_up_and_the_others_go_on(tmp_path: Path, error: Exception) -> None:
    heard: list[Mapping[str, Any]] = []
    run = Trainer(fails={8: error})
    found = halving(EIGHT, [1, 2, 4], run, folder=tmp_path, listener=heard.append)
    assert found.settings.rank == 7
    assert found.trials[-1].settings.rank == 8
    assert [rank for rank, epochs, _ in run.asked if epochs == 2] == [4, 5, 6, 7]
    assert [one["trial"] for one in heard if one["status"] == "failed"] == ["trial-8"]
    assert "1 could not be trained: rank=8: " in found.said()
    assert "\n" not in (found.trials[-1].failure or "\n")
    again = Trainer()
    assert halving(EIGHT, [1, 2, 4], again, folder=tmp_path) == found
    assert again.asked == []


def test_where_all_fail_it_says_why(tmp_path: Path) -> None:
    fails = {rank: OptionError("Memory does not suffice.", hint="Try --batch 1.") for rank in range(1, 9)}
    with pytest.raises(OptionError, match=r"None of the 8 trials.*suffice\. Try --batch 1\."):
        halving(EIGHT, [1, 2], Trainer(fails=fails), folder=tmp_path)


@pytest.mark.parametrize("error", [OutputError("full"), MissingExtraError("none"), TypeError("a mistake")])
def test_what_would_fail_for_all_stops_the_sweep(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)):
        halving(EIGHT, [1], Trainer(fails={1: error}), folder=tmp_path)


def test_another_sweep_is_not_mixed_in(tmp_path: Path) -> None:
    halving(EIGHT, [1], Trainer(), folder=tmp_path)
    for trials, budgets, about in ((EIGHT[:4], [1], {}), (EIGHT, [2], {}), (EIGHT, [1], {"base": "b"})):
        with pytest.raises(OptionError, match="belongs to another command"):
            halving(trials, budgets, Trainer(), folder=tmp_path, about=about)
    (tmp_path / LEADERBOARD).write_text("{", "utf-8")
    with pytest.raises(OptionError, match="cannot be read"):
        halving(EIGHT, [1], Trainer(), folder=tmp_path)


def test_the_leaderboard_is_there_after_each_training(tmp_path: Path) -> None:
    seen: list[int] = []

    class Looking(Trainer):
        def score(self, settings: TuningSettings, epochs: int) -> Measured:
            board = read_sweep(tmp_path)
            seen.append(sum(len(one["scores"]) for one in board["trials"]) if board else 0)
            return Measured(0.5 + settings.rank / 100, 0.4, 0.6, {"id-1": (1, 2)})

    halving(EIGHT[:3], [1, 2], Looking(), folder=tmp_path)
    assert seen == [0, 1, 2, 3, 4]
    board = read_sweep(tmp_path)
    assert board is not None
    assert board["best"] == "trial-3"
    assert [one["about"] for one in board["trials"]] == ["rank=3", "rank=2", "rank=1"]
    assert board["trials"][0]["settings"]["rank"] == 3
    assert board["trials"][0]["scores"][0]["low"] == 0.4
    assert "id-1" not in json.dumps(board)
    assert list(tmp_path.glob(".*")) == []


def test_it_tells_what_it_does(tmp_path: Path) -> None:
    heard: list[Mapping[str, Any]] = []
    halving(EIGHT[:2], [1], Trainer(), folder=tmp_path, listener=heard.append)
    assert [(one["event"], one["status"], one["settings"]) for one in heard] == [
        ("trial", "begun", "rank=1"),
        ("trial", "done", "rank=1"),
        ("trial", "begun", "rank=2"),
        ("trial", "done", "rank=2"),
    ]
    assert heard[-1]["score"] == pytest.approx(0.62)
    assert (heard[0]["round"], heard[0]["rounds"], heard[0]["of"]) == (1, 1, 2)


@pytest.mark.parametrize(
    ("trials", "budgets", "eta"),
    [([], [1], 2), (EIGHT, [], 2), (EIGHT, [2, 2], 2), (EIGHT, [0], 2), (EIGHT, [1], 1)],
)
def test_what_is_no_sweep(tmp_path: Path, trials: list[TuningSettings], budgets: list[int], eta: int) -> None:
    with pytest.raises(OptionError):
        halving(trials, budgets, Trainer(), folder=tmp_path, eta=eta)


def test_a_sweep_as_json(tmp_path: Path) -> None:
    found = halving(EIGHT[:2], [1], Trainer(), folder=tmp_path)
    assert isinstance(found, Sweep)
    document = found.as_dict()
    assert json.loads(json.dumps(document)) == document
    assert (document["best"], document["budgets"]) == ("trial-2", [1])
