"""``epicrisis distill``: what it writes, what it says, what it asks, and going on after it was killed."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import pytest

from epicrisis.api import open_run
from epicrisis.cli.exits import DONE, INTERRUPTED, NOT_STARTED, SOME_FAILED
from epicrisis.codebook import load
from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineUnreachableError
from epicrisis.evaluation import read_gold

ASK = ("distill", "codebook.yaml", "reports.csv", "--out", "silver.csv")
ENGINE = ("--engine", "scripted:engine.jsonl", "--min-confidence", "0.1")


@pytest.fixture(autouse=True)
def sure(epicrisis: Any) -> None:
    """The engine says how sure it is: nine tenths of every token."""
    engine = epicrisis.engine
    ScriptedEngine.__init__(engine, engine._replies, logprobs=True, parallel=1, model="watched")


def silver(name: str = "silver.csv") -> dict[str, Any]:
    return dict(read_gold(name, load("codebook.yaml")).cells)


def record() -> Any:
    return json.loads(Path("silver.json").read_text("utf-8"))


def test_an_engine_is_asked_and_its_sure_answers_are_gold(epicrisis: Any) -> None:
    result = epicrisis(*ASK, *ENGINE)
    assert result.code == DONE, result.err
    assert sorted(silver()) == ["007", "008", "009"]
    run = open_run()
    for report, cells in silver().items():
        for name, cell in cells.items():
            assert (cell.status, cell.value) == (
                run[report].answers[name].status,
                run[report].answers[name].value,
            )
    assert record()["run"] == run.id
    assert record()["min_confidence"] == 0.1
    assert "silver.csv: 3 of 3 reports" in result.out
    assert "Nothing is held out" in result.err
    assert "3/3" in result.err


def test_a_run_is_taken_without_any_engine(epicrisis: Any) -> None:
    epicrisis.extract()
    asked, epicrisis.openings = len(epicrisis.engine.asked), 0
    result = epicrisis(*ASK, "--run", "latest", "--min-confidence", "0.1", "--json")
    assert (result.code, epicrisis.openings, len(epicrisis.engine.asked)) == (DONE, 0, asked)
    assert json.loads(result.out) == record()
    assert record()["reports"]["kept"] == 3
    assert [one["name"] for one in record()["variables"]] == ["side", "normal"]


def test_what_extract_asked_is_not_asked_again(epicrisis: Any) -> None:
    epicrisis.extract("--form", "value")
    asked = len(epicrisis.engine.asked)
    assert epicrisis(*ASK, *ENGINE, "--form", "value").code == DONE
    assert len(epicrisis.engine.asked) == asked
    assert epicrisis(*ASK, *ENGINE, "--form", "value", "--fresh").code == DONE
    assert len(epicrisis.engine.asked) == 2 * asked


def test_reports_held_out_are_not_even_asked(epicrisis: Any) -> None:
    Path("gold.csv").write_text("id,side\n008,left\n")
    result = epicrisis(*ASK, *ENGINE, "--gold", "gold.csv")
    assert result.code == DONE, result.err
    assert set(epicrisis.engine.asked) == {"007", "009"}
    assert sorted(silver()) == ["007", "009"]
    assert "left out 1: they are held out" in result.out
    assert record()["held_out"]["named"] == ["gold.csv"]


def test_reviewed_cells_win_and_blank_ones_say_nothing(epicrisis: Any) -> None:
    Path("reviewed.csv").write_text("id,side,normal\n007,right,\n008,,yes\n")
    epicrisis(*ASK, *ENGINE)
    before = silver()
    result = epicrisis(*ASK, "--run", "latest", "--reviewed", "reviewed.csv", "--min-confidence", "0.1")
    assert result.code == DONE, result.err
    after = silver()
    assert after["007"]["side"].value == "right"
    assert after["008"]["normal"].value is True
    assert after["007"]["normal"] == before["007"]["normal"]
    assert after["009"] == before["009"]
    assert record()["reviewed"]["cells"] == 2
    other = ("--run", "latest", "--reviewed", "reviewed.csv", "--blank", "not-mentioned")
    epicrisis(*ASK, *other, "--min-confidence", "0.1")
    assert silver()["008"]["side"].value is None


def test_nothing_sure_enough_says_what_to_change(epicrisis: Any) -> None:
    with Path("codebook.yaml").open("a") as file:
        file.write("  - {name: words, kind: text, statuses: [stated, inferred]}\n")
    epicrisis.extract()
    sure = [extraction.answers["words"].confidence for extraction in open_run()]
    assert all(0.5 < one < 0.99 for one in sure)
    result = epicrisis(*ASK, "--run", "latest", "--min-confidence", "0.99")
    assert result.code == NOT_STARTED
    assert "There is no silver: of the reports, 3 have a variable without an answer" in result.err
    assert "Lower --min-confidence" in result.err
    assert "--reviewed" in result.err
    assert not Path("silver.csv").exists()
    assert not Path("silver.json").exists()


def test_an_engine_that_does_not_say_how_sure_it_is_is_not_asked(epicrisis: Any) -> None:
    engine = epicrisis.engine
    ScriptedEngine.__init__(engine, engine._replies, logprobs=False, parallel=1, model="mute")
    result = epicrisis(*ASK, *ENGINE)
    assert result.code == NOT_STARTED
    assert "does not say how sure it is" in result.err
    assert set(engine.asked) <= {None}  # the question whether schemas are obeyed is about no report
    Path("reviewed.csv").write_text("id,side,normal\n007,left,yes\n")
    assert epicrisis(*ASK, *ENGINE, "--reviewed", "reviewed.csv").code == DONE
    assert sorted(silver()) == ["007"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "Name a run or an engine"),
        (("--run", "latest", "--engine", "x"), "Name a run or an engine"),
        (("--run", "latest", "--samples", "3"), "--samples is about how an engine is asked"),
        (("--run", "latest", "--fresh"), "--fresh is about how an engine is asked"),
        (("--run", "latest", "--min-confidence", "90"), "--min-confidence is 90"),
        (("--run", "latest", "--limit", "0"), "The limit is 0"),
        (("--run", "nope"), "nope"),
        (("--run", "latest", "--gold", "gone.csv"), "gone.csv"),
        (("--run", "latest", "--test-of", "."), "no adapter"),
    ],
)
def test_what_makes_no_sense_is_refused(epicrisis: Any, options: tuple[str, ...], words: str) -> None:
    epicrisis.extract()
    asked = len(epicrisis.engine.asked)
    result = epicrisis(*ASK, *options)
    assert (result.code, len(epicrisis.engine.asked)) == (NOT_STARTED, asked)
    assert words in result.err
    assert not Path("silver.csv").exists()


def test_the_output_never_replaces_an_input(epicrisis: Any) -> None:
    epicrisis.extract()
    before = Path("reports.csv").read_bytes()
    result = epicrisis("distill", "codebook.yaml", "reports.csv", "--run", "latest", "--out", "reports.csv")
    assert result.code == NOT_STARTED
    assert "replace its own input" in result.err
    assert Path("reports.csv").read_bytes() == before


def test_quiet_and_limit(epicrisis: Any) -> None:
    result = epicrisis(*ASK, *ENGINE, "--quiet", "--limit", "2")
    assert (result.code, result.err) == (DONE, "")
    assert sorted(silver()) == ["007", "008"]


def test_an_engine_that_dies_leaves_no_silver_and_goes_on(epicrisis: Any) -> None:
    rows = [{"id": f"r{number}", "text": f"{number} " * 20} for number in range(30)]
    with Path("reports.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)

    def die(request: Request, cancel: threading.Event | None) -> None:
        if int((request.report_id or "r0")[1:]) >= 3:
            raise EngineUnreachableError("Connection refused.")

    epicrisis.engine.before = die
    result = epicrisis(*ASK, *ENGINE)
    assert result.code == SOME_FAILED
    assert "Too many reports failed in a row" in result.err
    assert "give the same command again" in result.err
    assert not Path("silver.csv").exists()
    epicrisis.engine.before = None
    epicrisis.engine.asked.clear()
    again = epicrisis(*ASK, *ENGINE)
    assert again.code == DONE, again.err
    assert not {"r0", "r1", "r2"} & set(epicrisis.engine.asked)
    assert record()["reports"]["kept"] + sum(one["count"] for one in record()["reports"]["left_out"]) == len(
        rows
    )


#: The command line with a sure engine that says what it is asked, and holds at one report until taken back.
PROGRAM = """\
import sys, threading
from epicrisis.cli import main
from epicrisis.engines import address
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineCancelledError
from epicrisis.runs import display

held = sys.argv.pop(1)

def tell(line):
    sys.stderr.write(line + "\\n")
    sys.stderr.flush()

class Engine(ScriptedEngine):
    def complete(self, request, cancel=None):
        tell(f"asked {request.report_id}")
        if request.report_id == held:
            cancel.wait()
            raise EngineCancelledError("Taken back.")
        return super().complete(request, cancel)

class Listener:
    def update(self, tally):
        tell(f"kept {tally.done}")
    begin = end = fetching = update
    def close(self):
        pass

replies = ScriptedEngine.from_schema()._replies
address.open_engine = lambda *_, **__: Engine(replies, parallel=1, logprobs=True)
display.display = Listener
main()
"""


def begin(held: str) -> subprocess.Popen[str]:
    Path("program.py").write_text(PROGRAM)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("EPICRISIS_")}
    return subprocess.Popen(
        [sys.executable, "program.py", held, *ASK, *ENGINE],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(stream: IO[str], *lines: str) -> None:
    """Until all of these were said, in whatever order."""
    missing = set(lines)
    while missing:
        said = stream.readline()
        assert said, "it ended first"
        missing.discard(said.rstrip("\n"))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle_it_goes_on(epicrisis: Any, with_signal: signal.Signals) -> None:
    first = begin("009")
    with first:
        assert first.stderr is not None
        read_until(first.stderr, "kept 2", "asked 009")
        first.send_signal(with_signal)
        _, said = first.communicate()
    assert first.returncode == (INTERRUPTED if with_signal is signal.SIGINT else -signal.SIGKILL), said
    assert not Path("silver.csv").exists()
    again = begin("-")
    with again:
        _, said = again.communicate()
    assert again.returncode == DONE, said
    asked = {line for line in said.splitlines() if line.startswith("asked 0")}
    assert asked == {"asked 009"}
    assert sorted(silver()) == ["007", "008", "009"]
