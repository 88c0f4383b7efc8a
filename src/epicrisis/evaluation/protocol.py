"""What silence in gold means for a score: that an answer there is wrong, or that nobody asks."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from .gold_cell import Gold


class Protocol(StrEnum):
    """How answers are scored where gold is silent."""

    STRICT = "strict"  #: invented: it costs precision, and a right silence is right
    LENIENT = "lenient"  #: not scored, as if gold had been left open there


def by_protocol(gold: Gold, protocol: Protocol) -> Gold:
    """Gold as the protocol reads it. ``LENIENT`` leaves out every cell without a value, whatever its status;
    a note says how many. Within a cell that has a value nothing changes: a mention too many still costs."""
    if protocol is Protocol.STRICT:
        return gold
    cells = {
        report: {name: cell for name, cell in own.items() if cell.value is not None and cell.value != []}
        for report, own in gold.cells.items()
    }
    silent = sum(map(len, gold.cells.values())) - sum(map(len, cells.values()))
    note = (
        f"Lenient: {silent} cells of {gold.name} that say nothing are not scored; what is invented there "
        "costs nothing."
    )
    return replace(gold, cells=cells, notes=(*gold.notes, note))
