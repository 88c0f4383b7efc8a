"""Which reports of a set a run is about, and the look at them before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ..errors import OptionError, ReadingError
from ..reading import ReportSet, Survey, survey
from ..report import Report
from .identity import ReportsDigest
from .manifest import ColumnsRecord, SourceRecord

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Selected:
    """The reports of a run, gone through once: what they are like, and the record of their source."""

    reports: ReportSet
    survey: Survey
    source: SourceRecord


def select(reports: ReportSet, *, limit: int | None = None, ids: frozenset[str] | None = None) -> Selected:
    """Those of ``reports`` with the given ids, or the first ``limit``, or all.

    Goes through the source once. Raises OptionError for ids that are not there and for a limit below 1,
    and ReadingError for rows that cannot be read, repeated ids, or no reports at all.
    """
    if limit is not None and limit < 1:
        raise OptionError(f"The limit is {limit}.", hint="Ask for at least one report.")
    if ids is not None and not ids:
        raise OptionError("The list of ids is empty.", hint="Name at least one report id.")
    chosen = replace(reports, open=lambda: _choose(reports, limit, ids))
    digest = ReportsDigest()
    missing = set(ids or ())

    def watched() -> Iterator[Report]:
        for report in chosen:
            digest.add(report)
            missing.discard(report.id)
            yield report

    try:
        found = survey(replace(chosen, open=watched))
    except ReadingError:
        if ids is not None and missing == ids:
            raise _not_there(missing) from None
        raise
    if missing and limit is None:
        raise _not_there(missing)
    columns = reports.columns
    source = SourceRecord(
        path=reports.path,
        format=reports.format,
        encoding=reports.encoding,
        columns=ColumnsRecord(
            text=columns.text,
            id=columns.id,
            patient=columns.patient,
            date=columns.date,
            language=columns.language,
            identity=columns.identity,
            carried=list(found.carried),
        ),
        notes=list(reports.notes),
        limit=limit,
        ids=None if ids is None else len(ids),
        digest=digest.digest().hex(),
    )
    return Selected(chosen, found, source)


def _choose(reports: ReportSet, limit: int | None, ids: frozenset[str] | None) -> Iterator[Report]:
    chosen = iter(reports)
    if ids is not None:
        chosen = (report for report in chosen if report.id in ids)
    return islice(chosen, limit)


def _not_there(missing: set[str]) -> OptionError:
    some = ", ".join(sorted(missing)[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return OptionError(
        f"There is no report with the id {some}{more}.",
        hint="Ids are compared as text: 007 is not 7. Name the id column with --id if it is another one.",
    )
