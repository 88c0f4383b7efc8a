"""Where the routes of codebooks are gathered, and what their parameters may be."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from ...building.checking import LONGEST
from ...web.twin import Pages

routes = Pages("codebooks")

Name = Annotated[str, Path(max_length=120, description="A codebook's name, without '.yaml'.")]
Number = Annotated[int, Path(ge=1, le=10**9, description="The number of a version.")]
NewName = Annotated[str, Field(min_length=1, max_length=100, description="The name of the new codebook.")]
Yaml = Annotated[str, Field(max_length=LONGEST, description="A codebook's YAML.")]
Note = Annotated[str, Field(max_length=300, description="What was changed and why.")]
Base = Annotated[int, Field(ge=1, le=10**9, description="The version that the change rests on.")]
AVersion = Annotated[int | None, Query(ge=1, le=10**9)]


def tidy(yaml: str) -> str:
    """A text as it reads back from its file."""
    return yaml.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
