"""From files to what is trained on: reports with their gold, shared out by patient."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..codebook.codebook import Codebook
from ..evaluation.gold_cell import Blank
from ..evaluation.split_file import read_split
from ..examples.example import Example
from ..examples_from_gold import gold_with_texts, pool_of
from ..reading import Columns
from ..reading import reports as reports_of
from ..report import Report
from .data import SHARES, Parts, annotated, check_learnable, lost_quotes, split


@dataclass(frozen=True, slots=True)
class Gathered:
    """``parts`` of the gold; ``silver`` examples for training alone, with the ``record`` of where they come
    from; ``gold`` is its name, ``notes`` what there is to say."""

    parts: Parts
    gold: str
    notes: tuple[str, ...] = ()
    silver: Sequence[Example] = ()
    record: dict[str, Any] | None = None


def gather(
    codebook: Codebook,
    reports: object,
    gold: str | os.PathLike[str],
    *,
    split_file: Path | None = None,
    shares: Sequence[float] = SHARES,
    silver: Path | None = None,
    store: Path | None = None,
    blank: Blank | str = Blank.NOT_MENTIONED,
    columns: Columns | None = None,
    seed: int = 0,
) -> Gathered:
    """Read gold and reports, share them out, and say what is odd about them.

    ``split_file`` says which reports train, choose and test; else ``shares`` of them do. Raises
    ``ReadingError`` for files that cannot be read, ``OptionError`` where too little is left to train on.
    """
    found, texts = gold_with_texts(gold, codebook, reports, store=store, blank=blank, columns=columns)
    pool = pool_of(found.cells, texts.values(), codebook)
    known = annotated(pool.examples, texts, found.cells)
    given = None if split_file is None else read_split(split_file, needs_test=False)
    parts = split(known, shares=shares, seed=seed, given=given)
    notes = [*found.notes, *pool.notes, *parts.notes, *check_learnable(codebook, parts.train)]
    notes += [f"{count} annotated reports are left out: {why}." for why, count in parts.dropped.items()]
    lost, total = lost_quotes(known)
    if lost:
        notes.append(
            f"{lost} of {total} quotes in the gold are not in their reports: what is learned there rests on "
            "words that could be found otherwise, or on none."
        )
    if all(one.report.patient is None for one in known):
        notes.append("No patients are known: every report counts as a patient of its own (--patient).")
    more: Sequence[Example] = ()
    record = None
    if silver is not None:
        more, record, said = _silver(silver, codebook, reports, columns, parts)
        notes += said
    return Gathered(parts, found.name, tuple(notes), more, record)


def _silver(
    path: Path, codebook: Codebook, reports: object, columns: Columns | None, parts: Parts
) -> tuple[Sequence[Example], dict[str, Any], list[str]]:
    from .silver import silver_examples, silver_record

    every: list[Report] = list(reports_of(reports, columns))
    held = [one.report for one in (*parts.validation, *parts.test)]
    examples, notes = silver_examples(
        path, codebook, every, exclude=held, gold=[one.report for one in parts.train]
    )
    record = {**(silver_record(path) or {}), "trained_on": len(examples), "file": path.name}
    return examples, record, notes
