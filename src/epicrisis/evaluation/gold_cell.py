"""Human answers as they are kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..extraction.answer import Status


@dataclass(frozen=True, slots=True)
class GoldCell:
    """A human's answer. ``value`` is ``None`` unless ``status`` has one; ``quote`` is what it rests on.

    ``value`` by kind is as ``Answer.value`` has it, except: a quantity is in the variable's unit where a
    factor joins the two; mentions whose place is not known have ``None`` for ``start`` and ``end``; the
    items of a group hold plain values, ``None`` where gold is silent.
    """

    status: Status
    value: Any = None
    quote: str | None = None


class Blank(StrEnum):
    """What a gold cell left blank says, where its status is not given."""

    NOT_MENTIONED = "not-mentioned"  #: the report is silent
    IGNORE = "ignore"  #: nobody looked: the cell is not scored


@dataclass(frozen=True, slots=True)
class Gold:
    """Human answers by report id and variable name. A cell that is not there is not scored.

    ``name`` says where they came from (a file's name, a run's id), ``notes`` what was passed over.
    """

    name: str
    cells: Mapping[str, Mapping[str, GoldCell]]
    variables: tuple[str, ...]
    blank: Blank = Blank.NOT_MENTIONED
    notes: tuple[str, ...] = ()
