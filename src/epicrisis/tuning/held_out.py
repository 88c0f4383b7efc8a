"""Reports that must not be trained on: those that test, and everything that would give them away."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..adapter import open_adapter
from ..codebook.codebook import Codebook
from ..evaluation.gold import load_gold
from ..evaluation.split_file import read_split
from ..examples.example import same_text
from ..examples_from_gold.gathering import texts_of_file, texts_of_run
from ..reading import read
from ..report import Report
from .near_duplicates import NearDuplicates

HELD = "are held out"
SAME = "have the text of one that is held out"
PATIENT = "are of a patient of one that is held out"
NEAR = "are nearly the same as one that is held out"
GOLD = "have gold"


@dataclass(frozen=True, slots=True)
class Known:
    """Reports by what is known of them: ids, ``texts`` as ``same_text`` gives them, patients, and for near
    duplicates the texts themselves."""

    ids: frozenset[str]
    texts: frozenset[str]
    patients: frozenset[str]
    near: NearDuplicates

    @classmethod
    def of(cls, reports: Iterable[Report], ids: Collection[str] = (), texts: Collection[str] = ()) -> Known:
        """``ids`` and ``texts`` are of more reports, of which nothing else is known."""
        whole = list(reports)
        near = NearDuplicates(one.text for one in whole)
        for one in whole:
            near.add(one.text)
        return cls(
            frozenset(one.id for one in whole) | frozenset(ids),
            frozenset(same_text(one.text) for one in whole if one.text.strip()) | frozenset(texts),
            frozenset(one.patient for one in whole if one.patient is not None),
            near,
        )


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The reports that are held out, and those that have ``gold`` (ids and texts), which needs no silver.

    ``names`` says where the former were named; ``unread`` counts those of which no text is known here.
    """

    known: Known
    gold_ids: frozenset[str] = frozenset()
    gold_texts: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    unread: int = 0

    def reason(self, report: Report) -> str | None:
        """Why a report must not be trained on, in words that follow "they"; ``None`` if it may be."""
        text = same_text(report.text)
        if report.id in self.known.ids:
            return HELD
        if text in self.known.texts:
            return SAME
        if report.patient is not None and report.patient in self.known.patients:
            return PATIENT
        if report.id in self.gold_ids or text in self.gold_texts:
            return GOLD
        return NEAR if self.known.near.like(report.text) else None

    def clear(self, reports: Iterable[Report]) -> tuple[list[Report], Counter[str]]:
        """The reports that may be trained on, and how many may not, by reason."""
        kept, reasons = [], Counter[str]()
        for report in reports:
            reason = self.reason(report)
            if reason is None:
                kept.append(report)
            else:
                reasons[reason] += 1
        return kept, reasons

    @property
    def notes(self) -> tuple[str, ...]:
        if not self.unread:
            return ()
        return (
            f"Of {self.unread} of the {len(self.known.ids)} reports that are held out there is no text here: "
            "near duplicates of them and other reports of their patients cannot be found. "
            "Name the file of them with --held-out.",
        )

    def as_dict(self) -> dict[str, object]:
        """As JSON, without ids and texts."""
        return {"named": list(self.names), "reports": len(self.known.ids), "without_text": self.unread}


def held_out(
    reports: Iterable[Report],
    codebook: Codebook,
    *,
    gold: str | os.PathLike[str] | None = None,
    split: Path | None = None,
    adapter: Path | None = None,
    file: Path | None = None,
    store: Path | None = None,
) -> HeldOut | None:
    """The validation and test parts of ``split`` and of the ``adapter``'s card, and all of ``gold`` if there
    is no split; ``None`` if none of these is given. (Validation chooses when training ends: what has seen it
    would end too late.)

    Texts and patients are looked for in ``reports``, in the gold itself, and in ``file``, whose reports are
    all held out where nothing else names them. Raises ReadingError, OptionError and ModelError as
    ``load_gold``, ``read_split`` and ``open_adapter`` do.
    """
    ids: set[str] = set()
    texts: set[str] = set()
    names: list[str] = []
    with_gold: frozenset[str] = frozenset()
    own: list[Report] = []
    if gold is not None:
        loaded = load_gold(gold, codebook, store)
        with_gold = frozenset(loaded.cells)
        path = Path(gold)
        own += texts_of_file(path, codebook) if path.is_file() else texts_of_run(str(gold), store)
        if split is None:
            ids |= with_gold
            names.append(loaded.name)
    if split is not None:
        ids |= {
            report for report, part in read_split(split, needs_test=False).parts.items() if part != "train"
        }
        names.append(split.name)
    if adapter is not None:
        opened = open_adapter(adapter)
        ids |= opened.reports_in("validation", "test")
        texts |= opened.texts_in("validation", "test")
        names.append(opened.name)
    if file is not None:
        beside = list(read(file))
        if not names:
            ids |= {one.id for one in beside}
            names.append(file.name)
        own += beside
    if not names:
        return None
    every = [one for one in (*own, *reports) if one.text.strip()]
    held = [one for one in every if one.id in ids]
    return HeldOut(
        Known.of(held, ids, texts),
        with_gold,
        frozenset(same_text(one.text) for one in every if one.id in with_gold),
        tuple(names),
        len(ids - {one.id for one in held}),
    )
