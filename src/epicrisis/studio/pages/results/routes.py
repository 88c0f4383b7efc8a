"""What the pages of results share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel

from ...web.twin import Pages

routes = Pages("results")

RunId = Annotated[str, Path(max_length=200, description="The run's id.")]


def _language(request: Request) -> str:
    language: str = request.state.language
    return language


#: The language of the interface, for labels that a codebook has in several.
Language = Annotated[str, Depends(_language)]


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
