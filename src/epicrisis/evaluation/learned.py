"""What a run has seen before it answered: a report that was an example cannot test it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..runs.manifest import Manifest

if TYPE_CHECKING:
    from ..runs.run import StoredRun

#: Options of a run that name reports, and why these are not scored.
_USES = (("adapter", "training data of the adapter"), ("shots", "an example in the prompt"))


@dataclass(frozen=True, slots=True)
class Learned:
    """``reports`` maps ids to the reason they are not scored; ``patients`` are theirs, as far as the run
    knows them. ``anything``: whether the run used examples or training data at all, of known ids or not."""

    reports: Mapping[str, str]
    patients: frozenset[str]
    anything: bool


#: Of a run without examples and training data.
NOTHING = Learned({}, frozenset(), anything=False)


def used_ids(manifest: Manifest) -> dict[str, str]:
    """The reports that the run or its adapter learned from, by id, with the reason to leave them out."""
    found: dict[str, str] = {}
    for option, reason in _USES:
        ids = _part(manifest, option).get("ids") or ()
        found.update({str(one): reason for one in ids})
    return found


def learned_by(run: StoredRun) -> Learned:
    """What the run learned from, with the patients of those of its own reports."""
    manifest = run.manifest
    reports = used_ids(manifest)
    patients: set[str] = set()
    if reports:
        patients = {
            record.patient
            for record in run.records()
            if record.report_id in reports and record.patient is not None
        }
    anything = any(_part(manifest, option) for option, _ in _USES)
    return Learned(reports, frozenset(patients), anything)


def _part(manifest: Manifest, option: str) -> Mapping[str, Any]:
    part = manifest.options.get(option)
    return part if isinstance(part, Mapping) else {}
