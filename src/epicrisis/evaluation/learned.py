"""What a run has seen before it answered: a report that was an example cannot test it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..adapter import SEEN, Adapter, open_adapter
from ..errors import ModelError
from ..examples.example import same_patient, same_text
from ..runs.database import store_errors
from ..runs.manifest import Manifest
from ..runs.store import ReportRow, Store

if TYPE_CHECKING:
    from ..runs.run import StoredRun

#: Options of a run that name reports, and why these are not scored.
_USES = (("adapter", "training data of the adapter"), ("shots", "an example in the prompt"))


#: Why a report is not scored that the adapter has seen with another id.
_SAME_TEXT = "training data of the adapter, under another id"
#: Why a report is not scored that it has not seen, but others of its patient.
_SAME_PATIENT = "of a patient in the training data of the adapter"


@dataclass(frozen=True, slots=True)
class Learned:
    """``reports`` maps ids to the reason they are not scored; ``patients`` are theirs, as far as the run
    knows them. ``anything``: whether the run used examples or training data at all, of known ids or not.
    ``notes`` say what could not be found out."""

    reports: Mapping[str, str]
    patients: frozenset[str]
    anything: bool
    notes: tuple[str, ...] = ()


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
    """What the run learned from, with the patients of those of its own reports.

    What an adapter was trained on is in the run, and in the adapter's card where that is still there. A
    report that it has seen under another id is known by its text, if the run has kept the texts; other
    reports of its patients by their patient's id.
    """
    manifest = run.manifest
    reports = used_ids(manifest)
    used = _part(manifest, "adapter")
    card, notes = _card(used)
    texts = {str(one) for one in used.get("texts") or ()}
    trained = {str(one) for one in used.get("patients") or ()}
    if card is not None:
        texts |= card.texts_in(*SEEN)
        trained |= card.patients_in(*SEEN)
        reports = {**dict.fromkeys(card.reports_in(*SEEN), _USES[0][1]), **reports}
    patients: set[str] = set()
    if reports or texts or trained:
        unread = 0
        for row, text in _rows(run, with_text=bool(texts)):
            if row.report_id not in reports:
                if text is not None and same_text(text) in texts:
                    reports[row.report_id] = _SAME_TEXT
                elif row.patient is not None and same_patient(row.patient) in trained:
                    reports[row.report_id] = _SAME_PATIENT
            unread += text is None and row.report_id not in reports
            if row.report_id in reports and row.patient is not None:
                patients.add(row.patient)
        if texts and unread:
            notes += (
                f"The run kept no text of {unread} reports: whether the adapter has seen them under another "
                "id cannot be told.",
            )
    anything = any(_part(manifest, option) for option, _ in _USES)
    return Learned(reports, frozenset(patients), anything, notes)


def _card(used: Mapping[str, Any]) -> tuple[Adapter | None, tuple[str, ...]]:
    """The adapter as it is now, if it is the one that was used."""
    folder = used.get("folder")
    if folder is None:
        return None, ()
    try:
        found = open_adapter(str(folder))
    except ModelError:
        why = f"The folder of the adapter {used.get('name')!r} is gone, or cannot be read ({folder})"
    else:
        if found.digest == used.get("digest"):
            return found, ()
        why = f"The folder of the adapter {used.get('name')!r} holds another one now ({folder})"
    return None, (f"{why}: what it was trained on is taken from the run.",)


def _rows(run: StoredRun, *, with_text: bool) -> Iterator[tuple[ReportRow, str | None]]:
    with Store(run.store_path, create=False) as store, store_errors(run.store_path):
        for row in store.rows(store.run(run.id).number):
            yield row, store.text(row.digest) if with_text else None


def _part(manifest: Manifest, option: str) -> Mapping[str, Any]:
    part = manifest.options.get(option)
    return part if isinstance(part, Mapping) else {}
