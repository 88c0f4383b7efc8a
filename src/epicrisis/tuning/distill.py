"""Silver from a run: the reports of which every answer is sure enough, or was seen by a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._version import __version__
from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..evaluation.gold import Gold, GoldCell
from ..examples.example import same_text
from ..examples_from_gold.completing import UnfitError, complete
from ..extraction.answer import Extraction
from ..extraction.grounding import Grounds
from ..report import Report
from ..runs.manifest import now
from ..runs.run import StoredRun
from ..runs.store import Store
from .counting import Counting, VariableCount
from .held_out import HeldOut
from .near_duplicates import LENGTH, LIKENESS, NearDuplicates
from .silver import SilverReport, verbatim
from .taking import Taken

#: The confidence from which an answer is taken, where none is given.
DEFAULT_CONFIDENCE = 0.9
#: How much more often silver may be silent than all answers before it is said, as a share.
_MORE_SILENT = 0.1

NO_TEXT = "have no text"
NOT_IN_RUN = "are not in the run"
OTHER_TEXT = "have another text than the run read"
FAILED = "failed in the run"
OPEN = "have a variable without an answer that was taken"
TWICE = "have the text of another one"
NEARLY_TWICE = "are nearly the same as another one, with the same answers"


@dataclass(frozen=True, slots=True)
class Distilled:
    """``kept`` is the silver. ``left_out`` counts reports by the reason, in words that follow "they";
    ``whole`` counts, by threshold, the reports with every variable covered (duplicates among them)."""

    kept: tuple[SilverReport, ...]
    variables: tuple[VariableCount, ...]
    left_out: Mapping[str, int]
    whole: Mapping[float, int]
    read: int
    notes: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON: no report's id or text."""
        return {
            **self.record,
            "reports": {
                "read": self.read,
                "kept": len(self.kept),
                "left_out": [{"why": why, "count": count} for why, count in self.left_out.items()],
                "whole_at": {f"{threshold:g}": count for threshold, count in self.whole.items()},
            },
            "variables": [one.as_dict() for one in self.variables],
            "notes": list(self.notes),
        }


def check_confidence(at_least: float) -> None:
    """Raise ``OptionError`` for a threshold that is no probability."""
    if not 0 <= at_least <= 1:
        raise OptionError(f"--min-confidence is {at_least:g}.", hint="It lies between 0 and 1, such as 0.9.")


def askable(reports: Sequence[Report], held: HeldOut | None) -> list[Report]:
    """The reports that an engine is to be asked about: those that may be trained on and say something.

    Raises ``OptionError`` where there are none.
    """
    clear, left_out = (list(reports), Counter[str]()) if held is None else held.clear(reports)
    said = [one for one in clear if one.text.strip()]
    if not said:
        left_out[NO_TEXT] += len(clear)
        raise OptionError(
            f"There is nothing to ask about: of the reports, {_listed(left_out)}.",
            hint="Name more reports, of other patients than those that are held out.",
        )
    return said


def distill(
    codebook: Codebook,
    reports: Sequence[Report],
    run: StoredRun,
    *,
    at_least: float = DEFAULT_CONFIDENCE,
    reviewed: Gold | None = None,
    held: HeldOut | None = None,
) -> Distilled:
    """The silver in a finished ``run`` for those of ``reports`` that are not ``held`` out.

    An answer is taken if its confidence (calibrated, where the run is) is ``at_least`` so much, or if a
    person ``reviewed`` it: a person's answer stands in the model's place. A report is kept if every variable
    is covered, and if no other with its text, or nearly that and the same answers, is kept already. Raises
    ``OptionError`` for a run of another codebook, one that is not finished, and where no report is kept.
    """
    check_confidence(at_least)
    run = run.scored_by(codebook)
    if run.status != "finished":
        raise OptionError(
            f"Run {run.id} is {run.status}: its answers may still change.",
            hint="Finish it first, with the command that began it.",
        )
    clear, left_out = (list(reports), Counter[str]()) if held is None else held.clear(reports)
    answered = _Answered(run, clear, left_out)
    people = {} if reviewed is None else reviewed.cells
    counting = Counting(codebook, at_least, people)
    found = [(report, extraction, counting.take(extraction)) for report, extraction in answered]
    kept = list(_without_twins(_fit(codebook, found, left_out), left_out))
    for one in kept:
        counting.keep(one)
    counts = tuple(counting.variables.values())
    if not kept:
        raise _nothing(left_out, counting, reviewed is not None)
    return Distilled(
        tuple(kept),
        counts,
        dict(left_out.most_common()),
        dict(counting.whole),
        len(reports),
        tuple(_notes(run, held, counting)),
        _record(codebook, run, at_least, reviewed, held),
    )


class _Answered:
    """The reports that a run answered, each with its answers; the others are counted by the reason."""

    def __init__(self, run: StoredRun, reports: Sequence[Report], left_out: Counter[str]) -> None:
        self._reports = reports
        self._left_out = left_out
        self._found = {record.report_id: record.extraction for record in run.records()}
        with Store(run.store_path, create=False) as store:
            rows = store.rows(store.run(run.id).number)
            self._digests = {row.report_id: row.digest for row in rows}

    def __iter__(self) -> Iterator[tuple[Report, Extraction]]:
        for report in self._reports:
            reason = self._reason(report)
            if reason is None:
                yield report, self._found[report.id]
            else:
                self._left_out[reason] += 1

    def _reason(self, report: Report) -> str | None:
        if not report.text.strip():
            return NO_TEXT
        if report.id not in self._found:
            return NOT_IN_RUN
        return None if self._digests[report.id] == report.digest else OTHER_TEXT


def _fit(
    codebook: Codebook, found: Sequence[tuple[Report, Extraction, Taken]], left_out: Counter[str]
) -> Iterator[SilverReport]:
    """The reports that are whole and that a model could be shown; the others are counted."""
    for report, extraction, taken in found:
        if taken.open:
            left_out[FAILED if extraction.failed else OPEN] += 1
            continue
        grounds = Grounds(report.text)
        cells = {
            variable.name: verbatim(taken.cells[variable.name], variable, grounds)
            for variable in codebook.variables
        }
        try:
            complete(codebook, report, cells)
        except UnfitError as problem:
            left_out[str(problem)] += 1
            continue
        yield SilverReport(report, cells)


def _without_twins(found: Iterator[SilverReport], left_out: Counter[str]) -> Iterator[SilverReport]:
    """One of each text, and of texts that are nearly the same one with the same answers: another answer to
    nearly the same text is worth learning from, the same is not."""
    every = list(found)
    texts: set[str] = set()
    near = NearDuplicates(one.report.text for one in every)
    for one in every:
        text, said = same_text(one.report.text), _said(one.cells)
        if text in texts:
            left_out[TWICE] += 1
        elif near.like(one.report.text, said):
            left_out[NEARLY_TWICE] += 1
        else:
            texts.add(text)
            near.add(one.report.text, said)
            yield one


def _said(cells: Mapping[str, GoldCell]) -> str:
    """The values, without what they rest on and where it stands."""
    return repr([(name, _plain(cell.value)) for name, cell in cells.items()])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: part for name, part in one.items() if name not in ("start", "end")} for one in value]
    return value


def _notes(run: StoredRun, held: HeldOut | None, counting: Counting) -> Iterator[str]:
    if held is None:
        yield (
            "Nothing is held out: what is tuned on this silver must not be tested on these reports, nor on "
            "others of their patients. Name the test reports with --gold, --split, --test-of or --held-out."
        )
    else:
        yield from held.notes
    if run.manifest.calibration is None and counting.confidences:
        yield "Confidences are as the model gave them, not calibrated: where it is too sure, silver is wrong."
    for one in counting.variables.values():
        every, silver = one.shares_silent
        if silver - every >= _MORE_SILENT:
            yield (
                f"'{one.name}' is silent in {silver:.0%} of the silver and in {every:.0%} of all answers: "
                "the model is surest of silence. What learns from it will be silent too often."
            )


def _nothing(left_out: Counter[str], counting: Counting, reviewed: bool) -> OptionError:
    """What there is to change when no report is kept."""
    hints = []
    if left_out[OPEN]:
        if not counting.confidences and not reviewed:
            return OptionError(
                "No answer of the run has a confidence, so none can be taken.",
                hint="Use an engine that reports the probabilities of its tokens (epicrisis doctor says "
                "whether it does), without --no-confidence; or have answers reviewed, and give --reviewed.",
            )
        at = [f"{count} at {threshold:g}" for threshold, count in counting.whole.items() if count]
        if at:
            hints.append(f"Lower --min-confidence: {', '.join(at)} would be whole.")
        worst = sorted(counting.variables.values(), key=lambda one: -one.open)[:3]
        named = ", ".join(f"{one.name} (open in {one.open})" for one in worst if one.open)
        hints.append(f"Review what is open most often, and give it with --reviewed: {named}.")
    elif left_out[FAILED]:
        hints.append("See why they failed: epicrisis runs show.")
    elif left_out[NOT_IN_RUN]:
        hints.append("Name the reports of the run; ids are compared as text: name the id column with --id.")
    else:
        hints.append("Name more reports, of other patients than those that are held out.")
    return OptionError(f"There is no silver: of the reports, {_listed(left_out)}.", hint=" ".join(hints))


def _listed(left_out: Counter[str]) -> str:
    return "; ".join(f"{count} {why}" for why, count in left_out.most_common() if count) or "there are none"


def _record(
    codebook: Codebook, run: StoredRun, at_least: float, reviewed: Gold | None, held: HeldOut | None
) -> dict[str, Any]:
    manifest = run.manifest
    engine = manifest.engine.identity
    calibration = manifest.calibration or {}
    return {
        "created": now(),
        "epicrisis": __version__,
        "codebook": {"name": codebook.name, "version": codebook.version, "digest": codebook.digest},
        "run": run.id,
        "engine": {
            "kind": engine.get("kind"),
            "model": engine.get("model"),
            "digest": engine.get("digest"),
        },
        "asking": {"prompt_version": manifest.prompt_version, "options": _options(manifest.options)},
        "source": {
            "name": None if manifest.source.path is None else Path(manifest.source.path).name,
            "digest": manifest.source.digest,
        },
        "calibration": calibration.get("method"),
        "min_confidence": at_least,
        "reviewed": None
        if reviewed is None
        else {"name": reviewed.name, "cells": sum(map(len, reviewed.cells.values()))},
        "held_out": None if held is None else held.as_dict(),
        "near_duplicates": {"pieces": LENGTH, "jaccard": float(LIKENESS)},
    }


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of asking; which reports were shown or trained on stays with the run."""
    plain = {name: value for name, value in options.items() if not isinstance(value, dict)}
    adapter = options.get("adapter")
    if isinstance(adapter, dict):
        plain["adapter"] = {"name": adapter.get("name"), "digest": adapter.get("digest")}
    return plain
