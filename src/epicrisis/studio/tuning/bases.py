"""The models of a project that an adapter can be trained on."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel

from ...engines.address import EngineAddress, parse
from ...errors import EpicrisisError, OptionError
from ..database import Database
from ..engines import EngineChoice, Engines

#: How long a training takes on a processor, roughly, by the parameters of the base.
Effort = Literal["minutes", "hours", "long", "gpu"]
_EFFORTS: tuple[tuple[float, Effort], ...] = ((0.3e9, "minutes"), (0.8e9, "hours"), (2e9, "long"))
#: Bytes that a parameter takes in the usual files of 4 bits.
_PER_PARAMETER = 0.65
_PARAMETERS = re.compile(r"([\d.]+)\s*([MB])\b")
_MODELS = ("catalogue", "file", "hub")


class BaseChoice(BaseModel):
    """A model to train an adapter on. ``address`` as of engines, ``size`` in bytes (``None``: unknown),
    ``ready``: whether it is on this machine."""

    address: str
    label: str
    ready: bool
    size: int | None = None
    parameters: str = ""
    licence: str = ""
    effort: Effort


def bases(database: Database) -> list[BaseChoice]:
    """The project's engines that are models of this machine; models on servers cannot be trained."""
    found = [_base(one, where) for one in Engines(database).choices() if (where := _model(one.address))]
    return sorted(found, key=lambda one: not one.ready)


def sensible(choices: list[BaseChoice]) -> str:
    """The one to begin with: one that is here and trained in a reasonable time, the largest of those."""
    quick = [one for one in choices if one.effort in ("minutes", "hours")] or choices
    first = sorted(quick, key=lambda one: (not one.ready, -(one.size or 0)))
    return first[0].address if first else ""


def checked_base(database: Database, address: str) -> str:
    """The address, if it may be trained on. Raises OptionError."""
    Engines(database).checked(address)
    if _model(address) is None:
        raise OptionError(
            "An adapter is trained on a model of this machine, and this is none.",
            hint="Choose one of the list; an admin can add others on the page Models.",
        )
    return address


def _model(address: str) -> EngineAddress | None:
    """The model at an address, if it is one."""
    try:
        where = parse(address)
    except EpicrisisError:
        return None
    return where if where.kind in _MODELS and where.embedded is None else None


def _base(choice: EngineChoice, where: EngineAddress) -> BaseChoice:
    size, parameters, licence = choice.size, "", ""
    if where.entry is not None:
        parameters, licence = where.entry.parameters, where.entry.licence
    elif where.path is not None and where.path.is_file():
        size = where.path.stat().st_size
    return BaseChoice(
        address=choice.address,
        label=choice.label,
        ready=choice.ready,
        size=size,
        parameters=parameters,
        licence=licence,
        effort=_effort(parameters, size),
    )


def _effort(parameters: str, size: int | None) -> Effort:
    said = _PARAMETERS.search(parameters)
    if said is not None:
        count = float(said[1]) * {"M": 1e6, "B": 1e9}[said[2]]
    elif size is not None:
        count = size / _PER_PARAMETER
    else:
        return "long"
    return next((effort for most, effort in _EFFORTS if count <= most), "gpu")
