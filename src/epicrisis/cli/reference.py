"""The reference of all commands as Markdown, made from the commands themselves.

``python -m epicrisis.cli.reference docs/reference/cli.md`` writes it; a test holds the two in step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import Parameter
from pathlib import Path
from typing import get_args

from cyclopts import App
from cyclopts.argument import Argument

from . import app

_HEAD = """\
# Commands

This page is made from the program (`python -m epicrisis.cli.reference docs/reference/cli.md`); `--help` after
any command says the same. What a command finds goes to standard output, everything else to standard error.

| exit code | meaning |
|---|---|
| 0 | done; for `extract`: all reports are answered |
| 1 | some reports failed, or the run stopped before its end; the run is kept |
| 2 | nothing was begun: bad input, no model, an unknown option |
| 130 | interrupted; the same command again goes on |

With `EPICRISIS_DEBUG=1` an error also shows where in the program it arose, without any report text.
"""


def commands(parent: App = app, path: tuple[str, ...] = ("epicrisis",)) -> Iterator[tuple[str, App]]:
    """Every command with its full name, in alphabetical order; groups of commands are left out."""
    for name in sorted(parent.resolved_commands()):
        if name.startswith("-"):
            continue
        command = parent[name]
        if command.default_command is not None:
            yield " ".join((*path, name)), command
        yield from commands(command, (*path, name))


def render() -> str:
    """The reference as Markdown."""
    return "\n".join((_HEAD, *(_section(name, command) for name, command in commands())))


def parameters(command: App) -> list[Argument]:
    """The arguments and options a command shows."""
    found = command.assemble_argument_collection(parse_docstring=True)
    return [argument for argument in found if argument.show]


def _section(name: str, command: App) -> str:
    shown = parameters(command)
    positional = [one for one in shown if _is_positional(one)]
    options = [one for one in shown if not _is_positional(one)]
    usage = " ".join((name, *(_usage(one) for one in positional), *(["[OPTIONS]"] if options else [])))
    lines = [f"## `{name}`", "", f"    {usage}", "", about(command), ""]
    if shown:
        lines += ["| argument or option | meaning |", "|---|---|"]
        lines += [f"| {_names(one)} | {_meaning(one)} |" for one in (*positional, *options)]
        lines.append("")
    return "\n".join(lines)


def about(command: App) -> str:
    """The description of a command: its docstring without the part about parameters."""
    text = command.default_command.__doc__ if command.default_command is not None else command.help
    lines = [line.strip() for line in (text or "").split("\n    Parameters\n")[0].splitlines()]
    return "\n".join(lines).strip()


def _is_positional(one: Argument) -> bool:
    return one.field_info.kind is not Parameter.KEYWORD_ONLY


def _usage(one: Argument) -> str:
    several = "..." if one.field_info.kind is Parameter.VAR_POSITIONAL else ""
    name = _plain_name(one) + several
    return name if one.required else f"[{name}]"


def _names(one: Argument) -> str:
    if _is_positional(one):
        return f"`{_plain_name(one)}`"
    names = ", ".join(f"`{name}`" for name in one.names)
    return names if one.hint is bool else f"{names} {_kind(one)}"


def _plain_name(one: Argument) -> str:
    return one.name.lstrip("-").upper()


def _kind(one: Argument) -> str:
    choices = one.get_choices()
    if choices:
        return " \\| ".join(f"`{choice}`" for choice in choices)
    types = {one.hint, *get_args(one.hint)}
    if Path in types:
        return "*path*"
    return "*number*" if types & {int, float} else "*text*"


def _meaning(one: Argument) -> str:
    text = " ".join((one.parameter.help or "").split()).replace("|", "\\|")
    default = one.field_info.default
    shown = isinstance(default, (str, int, float)) and not isinstance(default, bool)
    return f"{text} Default: `{default}`." if shown else text


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
