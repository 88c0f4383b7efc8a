"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter


def flag(words: str, *names: str, group: Group | None = None) -> Parameter:
    """A switch: off unless given, without a ``--no-`` twin."""
    # A group of None would hide the option from --help.
    if group is None:
        return Parameter(name=names or None, negative="", show_default=False, help=words)
    return Parameter(name=names or None, negative="", show_default=False, group=group, help=words)


StorePath = Annotated[
    Path | None, Parameter(help="Where runs are kept: .epicrisis/store.sqlite, or $EPICRISIS_STORE.")
]
Json = Annotated[bool, flag("Print JSON.")]

#: How an engine is opened, for the commands that ask one.
ENGINE = Group("Engine", sort_key=3)
Context = Annotated[int | None, Parameter(group=ENGINE, help="Context length, in tokens.")]
Parallel = Annotated[int | None, Parameter(group=ENGINE, help="Reports asked at the same time.")]
Threads = Annotated[
    int | None, Parameter(group=ENGINE, help="Processor threads, for models in this process.")
]
Timeout = Annotated[float | None, Parameter(group=ENGINE, help="Seconds a model may take over one question.")]

#: How a file of reports is read.
INPUT = Group("Input file", sort_key=2.5, help="Found out from the file where they are not given.")
COLUMNS = Group("Columns", sort_key=2.6, help="Found by name where they are not given; 'none' for no column.")
Sheet = Annotated[str | None, Parameter(group=INPUT, help="The sheet of an Excel file.")]
Encoding = Annotated[str | None, Parameter(group=INPUT, help="The encoding, such as utf-8 or cp1252.")]
Delimiter = Annotated[
    str | None, Parameter(group=INPUT, help="What stands between the columns, such as ';'.")
]
TextColumn = Annotated[str | None, Parameter(group=COLUMNS, help="The column with the reports' text.")]
IdColumn = Annotated[
    str | None, Parameter(name="--id", group=COLUMNS, help="The column with the reports' ids.")
]
PatientColumn = Annotated[str | None, Parameter(group=COLUMNS, help="The column with patient ids.")]
DateColumn = Annotated[str | None, Parameter(group=COLUMNS, help="The column with the reports' dates.")]
LanguageColumn = Annotated[
    str | None, Parameter(group=COLUMNS, help="The column with the reports' languages.")
]
