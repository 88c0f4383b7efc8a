"""Between a training at work and its job: the process of ``epicrisis tune``, its progress and its end."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ...adapter import open_adapter
from ...errors import EpicrisisError
from ...export.cells import whole
from ..database import Database
from ..project import Project
from ..report_sets import Mapping, ReportSets
from ..tuning.history import history
from ..web.refusals import Refusal, Refused
from .job import AFTER, JobProgress, JobStatus, Training
from .queue import EveryJob
from .trainings import Trainings
from .trouble import told, told_by_command
from .watching import Watch

#: What trains; the arguments of ``epicrisis`` follow.
PROGRAM = (sys.executable, "-m", "epicrisis.studio.jobs.tied")
#: Seconds that it may take to stop: it may be writing a checkpoint.
_PATIENCE = 60.0
#: The exit code after Ctrl-C.
_INTERRUPTED = 130
#: What the program says in the end, at most, in bytes.
_SAID = 20_000


@dataclass(frozen=True, slots=True)
class Ended:
    """How the work on a training ended; no ``status`` where its process died without a word."""

    status: JobStatus | None
    progress: JobProgress | None = None
    error: Refusal | None = None


def train(project: Project, jobs: EveryJob, job: Training) -> Ended:
    """Train, or go on with it, until that ends or the job is asked to stop."""
    try:
        out = Trainings(project).out(job)
        command = [*PROGRAM, *arguments(project, job, jobs.folder(job.id), out)]
    except (EpicrisisError, Refused) as error:
        return Ended("failed", error=told(error, project))
    said = jobs.folder(job.id) / "said.txt"
    with _Watch(jobs, job, out) as watch:
        code = _work(command, project.folder, said, watch)
    progress = watch.progress()
    if code == 0:
        try:
            open_adapter(out)
        except EpicrisisError as error:
            return Ended("failed", progress, told(error, project))
        return Ended("finished", progress)
    if watch.asked is not None:
        return Ended(AFTER.get(watch.asked, "queued"), progress)
    seen = history(out)
    if seen.ended == "interrupted" or code == _INTERRUPTED:
        return Ended("queued", progress)
    if code < 0:
        return Ended(None, progress)
    hint = said.read_bytes()[-_SAID:].decode("utf-8", "replace")
    return Ended(
        "failed", progress, told_by_command(seen.error, hint, _names(project, job, jobs.folder(job.id)))
    )


def arguments(project: Project, job: Training, folder: Path, out: Path) -> list[str]:
    """What the command line would be given. Raises Refused (404) where the reports are there no more."""
    request = job.request
    found = [
        *("tune", str(folder / request.codebook_copy), str(_reports(project, request.reports, folder))),
        *("--gold", str(folder / request.gold_copy)),
        *("--base", request.base, "--out", str(out), "--preset", request.preset, "--quiet"),
    ]
    for name, value in request.settings.chosen().items():
        option = f"--{name.replace('_', '-')}"
        found += [option] if value is True else [option, str(value)]
    switches = {"--bare": request.bare, "--curve": request.curve}
    return [*found, *(name for name, wanted in switches.items() if wanted)]


def _reports(project: Project, name: str, folder: Path) -> Path:
    """The file of a set; a copy that is read by itself, where somebody said how the set is to be read."""
    sets = ReportSets(project, Database(project.database))
    path = sets.path(name)
    if sets.mapping(name) == Mapping():
        return path
    copy = folder / "reports.jsonl"
    copy.touch(mode=0o600)
    with copy.open("w", encoding="utf-8") as file:
        for report in sets.open(name):
            kept = {"id": report.id, "text": whole(report.text), "patient": report.patient}
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return copy


class _Watch(Watch):
    """Reads how far the training is from its history."""

    def __init__(self, jobs: EveryJob, job: Training, out: Path) -> None:
        super().__init__(jobs, job.id)
        self._out = out
        self._before = history(out).step

    def progress(self) -> JobProgress:
        seen = history(self._out)
        return JobProgress(
            phase="training" if seen.steps else "preparing",
            total=seen.steps,
            done=seen.step,
            cached=self._before,
            pace=None if seen.eta is None else seen.eta / max(1, seen.steps - seen.step),
            eta=seen.eta,
            notes=seen.notes,
            at=seen.at,
        )


def _work(command: list[str], folder: Path, said: Path, watch: Watch) -> int:
    """Run the program to its end; gives its exit code."""
    said.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    said.touch(mode=0o600)
    with said.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            watch.close()
            return _stop(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _stop(process: subprocess.Popen[bytes]) -> int:
    import signal

    process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
    try:
        return process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _names(project: Project, job: Training, folder: Path) -> dict[str, str]:
    """Places, and what people call what is there."""
    return {
        str(folder / job.request.codebook_copy): job.request.codebook,
        str(folder / job.request.gold_copy): job.request.gold,
        f"{project.folder}/": "",
    }
