"""What the pages of reviews share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from ...reviewing.texts import Fit
from ...web.twin import Pages

routes = Pages("reviews")


ReviewId = Annotated[str, Path(max_length=40, description="The review.")]
ReportId = Annotated[Fit, Query(alias="id", min_length=1, max_length=1000, description="The report.")]
