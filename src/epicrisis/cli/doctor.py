"""``epicrisis doctor``: is everything there to run an engine, and if not, what to do."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter


def doctor(*, engine: str | None = None, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Check this machine: Python, processor, memory, disk, the model or the server. Loads no model.

    Exit code 1 if something would stop a run.

    Parameters
    ----------
    engine
        The engine to check for; the default model if left out.
    json
        Print JSON instead of lines.
    """
    import dataclasses

    from rich.console import Console

    from ..engines.catalogue import DEFAULT_MODEL
    from ..engines.doctor import examine

    console = Console()
    marks = {"ok": "[green]ok  [/green]", "warn": "[yellow]warn[/yellow]", "fail": "[red]fail[/red]"}
    checks = []
    for check in examine(engine or DEFAULT_MODEL):
        checks.append(check)
        if not json:
            console.print(f"{marks[check.level]} {check.name:11}", end="")
            console.print(check.message, markup=False, highlight=False, soft_wrap=True)
            if check.hint:
                console.print(
                    f"{'':16}{check.hint}", markup=False, highlight=False, soft_wrap=True, style="dim"
                )
    if json:
        console.print_json(data=[dataclasses.asdict(check) for check in checks])
    return 1 if any(check.level == "fail" for check in checks) else 0
