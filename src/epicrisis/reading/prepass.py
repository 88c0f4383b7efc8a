"""A look at all reports before any is read by a model."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ReadingError
from ..report import Report
from .report_set import ReportSet

_MASK = (1 << 64) - 1
#: How many of something are named in a survey or an error.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Survey:
    """What a set of reports is like. Lengths are in characters; the median is within 0.2 %.

    ``empty`` counts reports without text, ``empty_ids`` are the first of them. ``carried`` are all
    columns without a role that occur, also those that only some rows of a JSON file have.
    """

    reports: int
    characters: int
    shortest: int
    median: int
    longest: int
    empty: int = 0
    empty_ids: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()


def survey(reports: ReportSet) -> Survey:
    """Go through all reports once and count; so a bad row is found before the first model call.

    Ids are kept as 64-bit hashes, 8 bytes a report; a second pass over the source, only if two hashes
    are equal, tells which ids really repeat. Raises ``ReadingError`` for rows that cannot be read,
    where there are no reports, and for ids that occur more than once.
    """
    buckets = [array("Q") for _ in range(256)]
    lengths: dict[int, int] = {}
    carried = dict.fromkeys(reports.columns.carried)
    known = carried.keys()
    count = characters = empty = 0
    longest, shortest = 0, 1 << 62
    empty_ids: list[str] = []
    for report in reports:
        count += 1
        text = report.text
        length = len(text)
        characters += length
        if length > longest:
            longest = length
        if length < shortest:
            shortest = length
        shift = max(0, length.bit_length() - 10)
        rounded = length >> shift << shift
        lengths[rounded] = lengths.get(rounded, 0) + 1
        if not text or text.isspace():
            empty += 1
            if empty <= _NAMED:
                empty_ids.append(report.id)
        hashed = hash(report.id) & _MASK
        buckets[hashed >> 56].append(hashed)
        if not report.metadata.keys() <= known:
            carried.update(dict.fromkeys(report.metadata))
    if count == 0:
        raise ReadingError(
            "There are no reports, only column names." if reports.columns.text else "There are no reports.",
            path=reports.path,
            hint="Look whether the export finished, or whether a filter left nothing over.",
        )
    repeated = _repeated_hashes(buckets)
    if repeated:
        _raise_if_repeated(reports, repeated)
    return Survey(
        reports=count,
        characters=characters,
        shortest=shortest,
        median=_median(lengths, count),
        longest=longest,
        empty=empty,
        empty_ids=tuple(empty_ids),
        carried=tuple(carried),
    )


def _repeated_hashes(buckets: Iterable[array[int]]) -> set[int]:
    repeated: set[int] = set()
    for bucket in buckets:
        if len(set(bucket)) < len(bucket):
            seen: set[int] = set()
            for hashed in bucket:
                if hashed in seen:
                    repeated.add(hashed)
                seen.add(hashed)
    return repeated


def _raise_if_repeated(reports: ReportSet, hashes: set[int]) -> None:
    # A thousand candidates are enough to name three: two ids with one 64-bit hash are very rare.
    candidates = set(sorted(hashes)[:1000])
    first: dict[str, Report] = {}
    second: dict[str, Report] = {}
    for report in reports:
        if hash(report.id) & _MASK not in candidates:
            continue
        if report.id not in first:
            first[report.id] = report
        elif report.id not in second:
            second[report.id] = report
            if len(second) == _NAMED:
                break
    if not second:
        return
    column = f"The id column {reports.columns.id!r} has" if reports.columns.id else "There are"
    total = len(hashes) if len(hashes) > len(second) else len(second)
    some = "; ".join(f"{id_!r}{_places(first[id_], again)}" for id_, again in second.items())
    more = f", among them {some}" if total > len(second) else f": {some}"
    raise ReadingError(
        f"{column} {total} id{'s' * (total > 1)} that occur{'s' * (total == 1)} more than once{more}.",
        path=reports.path,
        hint="Every report needs an id of its own. Name another column with --id, "
        "or number the reports with --id none.",
    )


def _places(first: Report, again: Report) -> str:
    if first.source is None or again.source is None:
        return ""
    if first.source.line is None or again.source.line is None:
        return f" ({first.source.path} and {again.source.path})"
    return f" (lines {first.source.line} and {again.source.line})"


def _median(lengths: dict[int, int], count: int) -> int:
    passed = 0
    for length in sorted(lengths):
        passed += lengths[length]
        if 2 * passed >= count:
            return length
    return 0
