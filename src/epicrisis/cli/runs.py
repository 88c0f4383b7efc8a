"""``epicrisis runs``: what is in the run store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from .exits import DONE, NOT_STARTED
from .messages import count, out, out_json, say
from .parameters import Json, StorePath, flag

if TYPE_CHECKING:
    from ..runs.manifest import Manifest
    from ..runs.run import StoredRun

runs_app = App(name="runs", help="List, show and remove runs.")
_RunName = Annotated[str, Parameter(help="A run's id, the beginning of it, or 'latest'.")]


@runs_app.command(name="list")
def list_runs(*, store: StorePath = None, json: Json = False) -> None:
    """List the runs, the latest first."""
    from rich.console import Console
    from rich.table import Table

    from ..runs.run import StoredRun

    runs = StoredRun.all(store)
    rows = [_row(run) for run in runs]
    if json:
        out_json(rows)
        return
    if not rows:
        say("There are no runs yet. Begin with: epicrisis extract CODEBOOK REPORTS")
        return
    table = Table(box=None, pad_edge=False)
    for heading, side in _HEADINGS.items():
        table.add_column(heading, justify=side, overflow="fold")
    for row in rows:
        done = f"{row['done']:,}/{row['total']:,}"
        table.add_row(
            row["run"], row["status"], done, f"{row['failed']:,}", row["engine"], _local(row["created"])
        )
    Console().print(table)


_HEADINGS: dict[str, Any] = {
    "Run": "left",
    "Status": "left",
    "Reports": "right",
    "Failed": "right",
    "Engine": "left",
    "Begun": "left",
}


@runs_app.command
def show(run: _RunName = "latest", /, *, store: StorePath = None, json: Json = False) -> None:
    """Show what a run was made with and what it came to: its manifest."""
    from ..runs.run import StoredRun

    opened = StoredRun.open(store, run)
    manifest = opened.manifest
    if json:
        document = manifest.model_dump(mode="json")
        document.update(status=opened.status, failures=opened.failures)
        out_json(document)
        return
    for name, value in _lines(opened, manifest):
        if value:
            out(f"{name and f'{name}:':16}{value}")


@runs_app.command
def rm(
    *runs: Annotated[str, Parameter(help="Ids of runs, or beginnings of ids.")],
    yes: Annotated[bool, flag("Do not ask first.", "--yes", "-y")] = False,
    store: StorePath = None,
) -> int:
    """Remove runs, with the answers and texts that no other run refers to."""
    from ..errors import OptionError
    from ..runs.run import StoredRun

    if not runs:
        raise OptionError("No run is named.", hint="See 'epicrisis runs list' for their ids.")
    chosen = {run.id: run for run in (StoredRun.open(store, name) for name in runs)}
    if not yes:
        if not sys.stdin.isatty():
            raise OptionError("Removing runs needs a yes.", hint="Add --yes.")
        asked = f"Remove {', '.join(chosen)} with all answers? [y/N] "
        say(asked.rstrip())
        if sys.stdin.readline().strip().lower() not in ("y", "yes", "j", "ja"):
            say("Nothing was removed.")
            return NOT_STARTED
    for run in chosen.values():
        run.remove()
    say(f"Removed {count(len(chosen), 'run')}.")
    return DONE


def _row(run: StoredRun) -> dict[str, Any]:
    manifest, counts = run.manifest, run.counts
    return {
        "run": run.id,
        "status": run.status,
        "codebook": manifest.codebook.name,
        "engine": manifest.engine.identity["model"],
        "total": manifest.counts.total,
        "done": counts.done,
        "failed": counts.failed,
        "created": manifest.created,
        "source": manifest.source.path,
    }


def _lines(run: StoredRun, manifest: Manifest) -> list[tuple[str, str]]:
    counts, usage, engine = run.counts, manifest.usage, manifest.engine
    sessions = [session for session in manifest.sessions if session.asked]
    seconds = sum(session.seconds or 0 for session in sessions)
    asked = sum(session.asked for session in sessions)
    columns = manifest.source.columns
    roles = {
        "text": columns.text,
        "id": columns.id,
        "patient": columns.patient,
        "date": columns.date,
        "language": columns.language,
    }
    per_report = f", {seconds / asked:.2g} s per report" if asked else ""
    return [
        ("Run", run.id),
        ("Status", run.status),
        ("Begun", _local(manifest.created)),
        ("Reports", f"{counts.done:,} of {manifest.counts.total:,} done, {counts.failed:,} failed"),
        ("Failed because", "; ".join(f"{number:,} × {reason}" for reason, number in run.failures.items())),
        ("Failed answers", f"{counts.failed_answers:,} in the reports that did not fail"),
        ("Source", manifest.source.path or "from memory"),
        ("Columns", ", ".join(f"{role}: {name}" for role, name in roles.items() if name)),
        ("Codebook", f"{manifest.codebook.name}, version {manifest.codebook.version}"),
        ("", f"sha256:{manifest.codebook.digest}"),
        ("Engine", f"{engine.identity['kind']}, {engine.identity['model']}"),
        ("", engine.identity["digest"] or ""),
        ("Prompt", manifest.prompt_version),
        (
            "Usage",
            f"{count(usage.requests, 'request')}, {usage.prompt_tokens:,} tokens read "
            f"({usage.cached_tokens:,} from the cache), {usage.completion_tokens:,} written{per_report}",
        ),
        ("Program", f"epicrisis {manifest.system.epicrisis}, Python {manifest.system.python}"),
        ("Git revision", manifest.system.git_revision or ""),
        ("Run store", str(run.store_path)),
    ]


def _local(time: str) -> str:
    """A time of the store (UTC) on the clock of this machine."""
    from datetime import datetime

    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")
