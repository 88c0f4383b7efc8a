"""What the pages of results share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

from ...web.twin import Pages

routes = Pages("results")

RunId = Annotated[str, Path(max_length=200, description="The run's id.")]


class RunHead(BaseModel):
    """What every page says of the run. ``total``: reports it is to have; ``done``: those it has; ``read``:
    those of them that can be looked through already, ``complete`` if that is all."""

    run: str
    codebook: str
    status: str
    total: int
    done: int
    read: int
    complete: bool
