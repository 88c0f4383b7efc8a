"""Runs that are killed or interrupted from outside: nothing that was answered is asked twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from epicrisis.api import open_run
from epicrisis.cli.exits import DONE, INTERRUPTED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

#: The command line with an engine that says which report it is asked, and holds at one of them until it is
#: taken back; and with progress that says how many reports are kept.
PROGRAM = """\
import sys, threading
from epicrisis.cli import main
from epicrisis.engines import address
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineCancelledError
from epicrisis.runs import display

held, deaf = sys.argv.pop(1), sys.argv.pop(1) == "deaf"

def tell(line):
    sys.stderr.write(line + "\\n")
    sys.stderr.flush()

class Engine(ScriptedEngine):
    def complete(self, request, cancel=None):
        tell(f"asked {request.report_id}")
        if request.report_id == held:
            threading.Event().wait() if deaf or cancel is None else cancel.wait()
            raise EngineCancelledError("Taken back.")
        return super().complete(request, cancel)

class Listener:
    def update(self, tally):
        tell(f"kept {tally.done}")
    begin = end = fetching = update
    def close(self):
        pass

replies = ScriptedEngine.from_schema()._replies
address.open_engine = lambda *_, **__: Engine(replies, parallel=1)
display.display = Listener
main()
"""
COUNT = 12


class Process:
    """The program at work; ``until`` reads what it says."""

    def __init__(self, folder: Path, held: str = "-", hearing: str = "-") -> None:
        script = folder / "program.py"
        script.write_text(PROGRAM)
        command = ["extract", "codebook.yaml", "reports.csv", "--engine", "scripted:engine.jsonl", "--json"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("EPICRISIS_")}
        self.process = subprocess.Popen(
            [sys.executable, str(script), held, hearing, *command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self._err: IO[str] = self.process.stderr
        self.said: list[str] = []

    def until(self, *lines: str) -> None:
        """Wait until all of these lines were said."""
        while not set(lines) <= set(self.said):
            line = self._err.readline()
            assert line, f"it ended first: {self.said}"
            self.said.append(line.rstrip("\n"))

    def finish(self) -> tuple[int, str]:
        """Exit code and standard output."""
        with self.process:
            out, err = self.process.communicate()
        self.said += err.splitlines()
        return self.process.returncode, out

    @property
    def asked(self) -> set[str]:
        return {line.removeprefix("asked ") for line in self.said if line.startswith("asked ")}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "codebook.yaml").write_text("name: c\nvariables: [{name: v, kind: boolean, definition: d}]\n")
    rows = "".join(f"r{n},text of report {n}\n" for n in range(COUNT))
    (tmp_path / "reports.csv").write_text(f"id,text\n{rows}")
    (tmp_path / "engine.jsonl").write_text("")
    return tmp_path


def kept(study: Path) -> set[str]:
    return {extraction.report_id for extraction in open_run(store=study / ".epicrisis" / "store.sqlite")}


def goes_on(study: Path, before: set[str]) -> None:
    again = Process(study)
    code, out = again.finish()
    assert code == DONE, again.said
    assert again.asked == {f"r{n}" for n in range(COUNT)} - before
    document = json.loads(out)
    assert document["status"] == "finished"
    assert document["reports"]["known_before"] == len(before)
    assert len(kept(study)) == COUNT


def test_a_killed_run_loses_only_what_was_in_flight(study: Path) -> None:
    first = Process(study, held="r5")
    first.until("asked r5", "kept 5")
    first.process.kill()
    assert first.finish()[0] == -signal.SIGKILL
    before = kept(study)
    assert before == {f"r{n}" for n in range(5)}
    assert open_run(store=study / ".epicrisis" / "store.sqlite").status == "interrupted"
    goes_on(study, before)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_cleanly_and_goes_on(study: Path, stop: signal.Signals) -> None:
    first = Process(study, held="r5")
    first.until("asked r5", "kept 5")
    first.process.send_signal(stop)
    code, out = first.finish()
    assert code == INTERRUPTED
    document = json.loads(out)
    assert (document["status"], document["reports"]["done"]) == ("interrupted", 5)
    assert not any("Traceback" in line for line in first.said)
    goes_on(study, kept(study))


def test_a_second_ctrl_c_ends_it_though_the_model_does_not_listen(study: Path) -> None:
    first = Process(study, held="r5", hearing="deaf")
    first.until("asked r5", "kept 5")
    first.process.send_signal(signal.SIGINT)
    first.process.send_signal(signal.SIGINT)
    wait_for(first, lambda code: code == INTERRUPTED)
    assert "Interrupted. What was done is kept: give the same command again to go on." in first.said
    goes_on(study, kept(study))


def wait_for(process: Process, right: Callable[[int], bool]) -> None:
    # Two signals at once can arrive as one: repeat until the process has heard two.
    while process.process.poll() is None:
        process.process.send_signal(signal.SIGINT)
        try:
            process.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
    assert right(process.finish()[0])
