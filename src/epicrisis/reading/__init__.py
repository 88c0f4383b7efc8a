"""Files, folders, frames and lists of reports, read as a stream."""

from .columns import Columns, ResolvedColumns
from .formats import read
from .memory import from_frame, from_iterable, reports
from .prepass import Survey, survey
from .report_set import ReportSet

__all__ = [
    "Columns",
    "ReportSet",
    "ResolvedColumns",
    "Survey",
    "from_frame",
    "from_iterable",
    "read",
    "reports",
    "survey",
]
