"""The routes of the pages about tuning."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from ...web.twin import Pages

routes = Pages("tune")

#: What a training and its adapter are called, in an address.
TuneName = Annotated[str, Path(min_length=1, max_length=200)]
