"""The pool of examples that gold makes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import OptionError, StoreError
from epicrisis.evaluation.gold import Blank, Gold, load_gold
from epicrisis.evaluation.gold_values import BESIDE
from epicrisis.examples.example import Example
from epicrisis.examples.pool import Pool
from epicrisis.reading import Columns
from epicrisis.reading import reports as reports_of
from epicrisis.reading.columns import propose
from epicrisis.reading.formats import open_table
from epicrisis.reading.table import key
from epicrisis.report import Report

from .completing import Known, UnfitError, complete

_REASONS = 3


def pool(
    gold: Gold | str | os.PathLike[str],
    codebook: Codebook,
    reports: object = None,
    *,
    store: str | os.PathLike[str] | None = None,
    blank: Blank | str = Blank.NOT_MENTIONED,
    columns: Columns | None = None,
) -> Pool:
    """The examples in ``gold``: a ``Gold``, a file of it, or the name of a run in ``store``.

    The texts come from the gold's own text column (one that is no variable of the codebook), or from the
    run; those that are not there from ``reports``, which is anything that reports are read from (``columns``
    names its columns). ``blank`` is what gold's blank cells mean; with ``ignore``, reports that have one are
    no examples. Raises ReadingError for gold or reports that cannot be read, and OptionError where no report
    of the gold can be an example.
    """
    found, texts = gold_with_texts(gold, codebook, reports, store=store, blank=blank, columns=columns)
    return pool_of(found.cells, texts.values(), codebook)


def gold_with_texts(
    gold: Gold | str | os.PathLike[str],
    codebook: Codebook,
    reports: object = None,
    *,
    store: str | os.PathLike[str] | None = None,
    blank: Blank | str = Blank.NOT_MENTIONED,
    columns: Columns | None = None,
) -> tuple[Gold, dict[str, Report]]:
    """Gold, and the reports it is about by id; arguments and errors as of ``pool``."""
    own: Iterable[Report] = ()
    if not isinstance(gold, Gold):
        path = Path(gold)
        own = texts_of_file(path, codebook) if path.is_file() else texts_of_run(str(gold), store)
        gold = load_gold(path, codebook, store, Blank(blank))
    found: dict[str, Report] = {}
    for report in own:
        if report.text.strip():
            found.setdefault(report.id, report)
    for report in () if reports is None else reports_of(reports, columns):
        known = found.get(report.id)
        # The same report may say there whose it is.
        if report.id in gold.cells and (known is None or known.text == report.text):
            found[report.id] = report
    if not found.keys() & gold.cells.keys():
        raise OptionError(
            f"There is no text for any of the {len(gold.cells)} reports in the gold {gold.name!r}.",
            hint="Give the gold a column 'text', or name the file of the reports it is about. "
            "Ids are compared as text: 007 is not 7.",
        )
    return gold, found


def pool_of(cells: Mapping[str, Mapping[str, Known]], reports: Iterable[Report], codebook: Codebook) -> Pool:
    """The examples in answers by report id and variable name, for those of ``reports`` that have some.

    Reports that cannot be examples are left out; the pool's notes count them with the reason: gold leaves a
    variable open, or says what a model could not write. Raises OptionError where none is left.
    """
    examples: list[Example] = []
    reasons: Counter[str] = Counter()
    seen: set[str] = set()
    for report in reports:
        if report.id not in cells or report.id in seen:
            continue
        seen.add(report.id)
        try:
            if not report.text.strip():
                raise UnfitError("have no text")
            examples.append(complete(codebook, report, cells[report.id]))
        except UnfitError as problem:
            reasons[str(problem)] += 1
    reasons["have no text"] += len(cells.keys() - seen)
    notes = [f"{count} reports of the gold are no examples: they {why}." for why, count in _most(reasons)]
    if not examples:
        raise OptionError(
            "No report of the gold can be an example.",
            hint=" ".join(notes) or "The gold has no reports.",
        )
    bare = sum(one.quoted < 1 for one in examples)
    if bare:
        notes.append(f"{bare} of {len(examples)} examples have values without a quote that could be found.")
    return Pool(codebook, examples, notes)


def _most(reasons: Counter[str]) -> Iterator[tuple[str, int]]:
    """The commonest reasons; the others together."""
    ranked = [(why, count) for why, count in reasons.most_common() if count]
    yield from ranked[:_REASONS]
    if len(ranked) > _REASONS:
        yield "have other gaps", sum(count for _, count in ranked[_REASONS:])


def texts_of_file(path: Path, codebook: Codebook) -> Iterator[Report]:
    """The reports in a gold file that has a column for their texts."""
    table = open_table(path)
    beside = {f"{name}__{word}" for name in codebook.names for word in BESIDE}
    free = [name for name in table.columns if name not in codebook and name not in beside]
    text = propose("text", [name for name in free if name not in table.not_text])
    report_id = propose("id", [name for name in free if name != text])
    if text is None or report_id is None:
        return
    patient, language = propose("patient", free), propose("language", free)
    for _, row in table.rows():
        yield Report(
            key(row.get(report_id)).strip(),
            key(row.get(text)),
            patient=key(row.get(patient or "")) or None,
            language=key(row.get(language or "")) or None,
        )


def texts_of_run(name: str, store: str | os.PathLike[str] | None) -> Iterator[Report]:
    """The texts that a run kept."""
    from epicrisis.runs.run import StoredRun

    try:
        run = StoredRun.open(store, name)
    except StoreError:
        return  # where the gold is read, it is said what is wrong
    for record in run.records():
        text = run.text(record.report_id)
        if text is not None:
            yield Report(record.report_id, text, patient=record.patient, language=record.language)
