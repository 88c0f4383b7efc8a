"""What pages of results say of the run and of its variables."""

from __future__ import annotations

from pydantic import BaseModel

from ....codebook.codebook import Codebook
from ....codebook.variable import Variable, localised
from ...results.filters import can_be_ordered, choices
from ...results.opening import Opened
from .routes import RunHead


class ColumnView(BaseModel):
    """A variable of the run. ``shown``: whether the table has it; ``choices``: the values it can have, where
    they are listed; ``ordered``: whether values can be more or less than others."""

    name: str
    label: str
    kind: str
    section: str | None = None
    shown: bool = True
    choices: list[str] = []
    ordered: bool = False


def head(opened: Opened) -> RunHead:
    return RunHead(
        run=opened.run.id,
        codebook=opened.row.codebook,
        status=opened.status,
        total=opened.row.total,
        done=opened.covered.done,
        read=opened.covered.indexed,
        complete=opened.covered.complete,
    )


def columns(codebook: Codebook, shown: set[str], language: str) -> list[ColumnView]:
    """All variables, in codebook order."""
    return [column(variable, variable.name in shown, language) for variable in codebook.columns]


def column(variable: Variable, shown: bool, language: str) -> ColumnView:
    return ColumnView(
        name=variable.name,
        label=localised(variable.label, [language], variable.name.replace("_", " ")),
        kind=variable.kind,
        section=variable.section,
        shown=shown,
        choices=choices(variable),
        ordered=can_be_ordered(variable),
    )
