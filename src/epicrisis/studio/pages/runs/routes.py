"""The routes of the pages about runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from ...web.twin import Pages

routes = Pages("runs")

#: A run's id or a job's, in an address.
RunName = Annotated[str, Path(min_length=1, max_length=200)]
