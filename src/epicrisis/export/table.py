"""A run as a table: CSV, JSON lines, Parquet, Excel, or a polars frame."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..extraction.record import Record
from .destination import replacing
from .layout import Layout, Values
from .long import long_layout
from .parquet_file import make_frame, write_parquet
from .text_files import write_csv, write_json_lines
from .wide import wide_layout
from .workbook import write_workbook

if TYPE_CHECKING:
    import polars

Format = Literal["csv", "jsonl", "parquet", "xlsx"]
Form = Literal["wide", "long"]
ENDINGS: Mapping[str, Format] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}


def write_table(
    records: Iterable[Record],
    codebook: Codebook,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    form: Form = "wide",
    include: Collection[str] = (),
    identity: Mapping[str, str] | None = None,
    carried: Sequence[str] | None = None,
    bom: bool = False,
    guard: bool = False,
) -> int:
    """Write records as a table and return its number of rows (without the header).

    ``format`` is ``csv``, ``jsonl``, ``parquet`` or ``xlsx``; by default the ending of ``path`` tells.
    ``form`` is ``wide`` (a row per report) or ``long`` (a row per answer). ``include`` names what stands
    beside each variable of the wide form: ``status``, ``evidence``, ``grade``, ``confidence``, ``votes``,
    ``notes``.
    ``identity`` maps ``id``, ``patient``, ``date`` and ``language`` to column names
    (``ResolvedColumns.identity`` of the reports read); ``carried`` are the names of the carried columns,
    ``()`` for none. Where these are ``None`` they are found by going through ``records`` once before, or,
    if ``records`` can be gone through only once, from the first record. ``bom`` marks a CSV file for Excel;
    with ``guard``, texts in it that a spreadsheet would take for formulas get an apostrophe before them.

    The file appears whole or not at all. Raises ``OptionError`` for unknown formats and extras,
    ``OutputError`` for column names that collide, a place that cannot be written, and a table Excel cannot
    hold, ``MissingExtraError`` for Parquet without the extra ``tables``.
    """
    chosen = format_of(path, format)
    if (bom or guard) and chosen != "csv":
        raise OptionError("Byte order marks and guarded formulas are for CSV only.")
    layout, records = _layout(records, codebook, form, include, identity, carried)
    rows = _rows(records, layout)
    with replacing(path) as part:
        if chosen == "csv":
            return write_csv(part, layout.columns, rows, bom=bom, guard=guard)
        if chosen == "jsonl":
            return write_json_lines(part, layout.columns, rows)
        if chosen == "parquet":
            return write_parquet(part, layout.columns, rows)
        return write_workbook(part, layout.columns, rows)


def frame(
    records: Iterable[Record],
    codebook: Codebook,
    *,
    form: Form = "wide",
    include: Collection[str] = (),
    identity: Mapping[str, str] | None = None,
    carried: Sequence[str] | None = None,
) -> polars.DataFrame:
    """The table as a polars frame; arguments and errors as of ``write_table``."""
    layout, records = _layout(records, codebook, form, include, identity, carried)
    return make_frame(layout.columns, _rows(records, layout))


def check_columns(
    codebook: Codebook,
    *,
    include: Collection[str] = (),
    identity: Mapping[str, str] | None = None,
    carried: Sequence[str] = (),
    form: Form = "wide",
) -> None:
    """Raise what ``write_table`` would for its columns; meant to be called before a run."""
    _layout([], codebook, form, include, identity or {"id": "id"}, carried)


def format_of(path: str | Path, format: str | None = None) -> Format:  # noqa: A002
    """The format to write. Raises ``OptionError`` where neither ``format`` nor the ending tells."""
    ending = Path(path).suffix.lower() if format is None else f".{format.lower().removeprefix('.')}"
    if ending in ENDINGS:
        return ENDINGS[ending]
    what = f"The ending of {Path(path).name!r}" if format is None else repr(format)
    raise OptionError(
        f"{what} is not a format a table can be written in.",
        hint=f"Formats are {', '.join(dict.fromkeys(ENDINGS.values()))}.",
    )


def _layout(
    records: Iterable[Record],
    codebook: Codebook,
    form: str,
    include: Collection[str],
    identity: Mapping[str, str] | None,
    carried: Sequence[str] | None,
) -> tuple[Layout, Iterable[Record]]:
    if form not in ("wide", "long"):
        raise OptionError(f"There is no form {form!r} of a table.", hint="Forms are wide and long.")
    if form == "long" and include:
        raise OptionError("The long form has status, evidence and the rest already: nothing to include.")
    complete = carried is None
    if identity is None or (carried is None and form == "wide"):
        found_identity, found_carried, records = _look(records)
        identity = found_identity if identity is None else identity
        carried = found_carried if carried is None else carried
    if form == "long":
        return long_layout(codebook, identity), records
    return wide_layout(codebook, identity, carried or (), include, complete=complete), records


def _look(records: Iterable[Record]) -> tuple[dict[str, str], tuple[str, ...], Iterable[Record]]:
    """Identity and carried columns of records that are not described."""
    iterator = iter(records)
    looked: Iterable[Record] = iterator
    if iterator is records:
        looked = list(itertools.islice(iterator, 1))
        records = itertools.chain(looked, iterator)
    roles = {"patient": False, "date": False, "language": False}
    carried: dict[str, None] = {}
    for record in looked:
        for role in roles:
            roles[role] = roles[role] or getattr(record, role) is not None
        carried.update(dict.fromkeys(record.metadata))
    identity = {"id": "id", **{role: role for role, present in roles.items() if present}}
    return identity, tuple(carried), records


def _rows(records: Iterable[Record], layout: Layout) -> Iterator[Values]:
    for record in records:
        yield from layout.rows(record)
