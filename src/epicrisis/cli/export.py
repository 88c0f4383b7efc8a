"""``epicrisis export``: a run as a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from .messages import count, say
from .parameters import StorePath, flag

if TYPE_CHECKING:
    from ..api import Run


def export(
    run: Annotated[str, Parameter(help="A run's id, the beginning of it, or 'latest'.")] = "latest",
    /,
    *,
    to: Annotated[
        Literal["csv", "jsonl", "parquet", "xlsx"] | None,
        Parameter(help="The format; by default the ending of --out tells, else csv."),
    ] = None,
    out_file: Annotated[
        Path | None,
        Parameter(name=["--out", "-o"], help="The file to write; csv and jsonl else go to stdout."),
    ] = None,
    long: Annotated[bool, flag("One row per answer, with offsets, instead of one per report.")] = False,
    with_: Annotated[
        str | None,
        Parameter(
            name="--with",
            help="Columns beside each variable, commas between: status, evidence, grade, confidence, votes, "
            "notes.",
        ),
    ] = None,
    store: StorePath = None,
) -> None:
    """Write a run as a table. Needs no model, and works while the run is under way."""
    from ..api import Run
    from ..errors import OptionError
    from ..export import check_writable

    include = () if with_ is None else tuple(part.strip() for part in with_.split(",") if part.strip())
    form: Literal["wide", "long"] = "long" if long else "wide"
    if out_file is not None:
        check_writable(out_file)
    opened = Run.open(store, run)
    if out_file is not None:
        rows = opened.write(out_file, format=to, form=form, include=include)
        say(f"{out_file}: {count(rows, 'row')} from run {opened.id}")
        return
    if to in ("parquet", "xlsx"):
        raise OptionError(f"A {to} file cannot be printed.", hint="Name the file to write with --out.")
    _print(opened, to or "csv", form, include)


def _print(run: Run, to: str, form: Literal["wide", "long"], include: tuple[str, ...]) -> None:
    """The table on stdout, by way of a file: writers that check as they go must not print half a table."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{to}"
        run.write(path, form=form, include=include)
        sys.stdout.flush()
        with path.open("rb") as table:
            shutil.copyfileobj(table, sys.stdout.buffer)
