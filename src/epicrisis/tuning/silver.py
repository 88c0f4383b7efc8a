"""Silver: answers of a model that were sure enough to train on, in a file of gold's own form.

Beside ``silver.csv`` stands ``silver.json``, which says where the answers came from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ..adapter import file_digest
from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, SpansVariable, Variable
from ..errors import OptionError, OutputError, ReadingError
from ..evaluation.gold import Blank, GoldCell, read_gold
from ..examples.example import Example, same_text
from ..examples_from_gold import pool_of
from ..export import check_writable, format_of, replacing, write_table
from ..extraction.answer import Answer, Evidence, Extraction, Grade, Status
from ..extraction.grounding import Grounds
from ..extraction.record import Record
from ..report import Report
from .held_out import HeldOut, Known

#: Of the record's form. One of a later form is not understood.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class SilverReport:
    """A report and its answers, one for every variable that is asked. Quotes are the report's own words."""

    report: Report
    cells: Mapping[str, GoldCell]


def record_path(path: Path) -> Path:
    """Where it is kept from where the silver in ``path`` came."""
    return path.with_suffix(".json")


def check_silver_path(path: Path, inputs: Iterable[Path]) -> None:
    """Raise ``OptionError`` or ``OutputError`` if silver cannot be written to ``path``, or would replace what
    it is made of; meant to be called before an engine is asked."""
    format_of(path)
    for place in (path, record_path(path)):
        check_writable(place)
        if any(one.exists() and one.resolve() == place.resolve() for one in inputs):
            raise OutputError("Silver would replace its own input.", path=place, hint="Choose another name.")


def write_silver(
    path: Path, codebook: Codebook, reports: Iterable[SilverReport], record: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the answers in gold's long form and, beside them, the ``record`` of where they came from; gives
    the record as it was written, with the file's name and digest.

    Each file appears whole or not at all. Raises ``OutputError``.
    """
    asked = codebook.subset({variable.name for variable in codebook.variables})
    # A long table is known by columns that such a variable would have to itself.
    form: Literal["wide", "long"] = "wide" if "variable" in asked or "value" in asked else "long"
    write_table(
        (_record(codebook, one) for one in reports),
        asked,
        path,
        form=form,
        include=("status", "evidence") if form == "wide" else (),
        identity={"id": "id"},
        carried=(),
    )
    whole = {"format": FORMAT, **record, "file": path.name, "digest": file_digest(path)}
    with replacing(record_path(path)) as part:
        part.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return whole


def silver_record(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Where the silver in ``path`` came from; ``None`` where nothing beside it says so.

    ``changed`` tells that the file is another one than was written: somebody corrected it, say. Raises
    ``ReadingError`` for a record that cannot be understood.
    """
    path = Path(path)
    beside = record_path(path)
    try:
        record = json.loads(beside.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or record.get("format") != FORMAT or "digest" not in record:
        raise ReadingError(
            "This does not say where the silver beside it came from.",
            path=beside,
            hint="Move it away to use the silver without it, or distill again.",
        )
    return {**record, "changed": not path.is_file() or file_digest(path) != record["digest"]}


def silver_examples(
    path: str | os.PathLike[str],
    codebook: Codebook,
    reports: Iterable[Report],
    *,
    exclude: Collection[Report],
    gold: Collection[Report] = (),
) -> tuple[list[Example], list[str]]:
    """The reports in a file of silver as examples to train on, and what there is to say about them.

    Their texts are those of ``reports``, by id. Left out and counted are reports that must not be trained on,
    because they are among ``exclude`` (validation and test), have the text of one of these or nearly so, or
    are of one of their patients; and reports that have ``gold``, which is better. Raises ``ReadingError`` for
    a file that cannot be read and ``OptionError`` where nothing is left to train on.
    """
    path = Path(path)
    found = read_gold(path, codebook, blank=Blank.IGNORE)
    record = silver_record(path)
    notes = [f"{path.name}: {note}" for note in found.notes]
    if record is None:
        notes.append(f"Nothing beside {path.name} says where it came from: {record_path(path).name} is gone.")
    elif (record.get("codebook") or {}).get("digest") != codebook.digest:
        notes.append(f"{path.name} answers another content of the codebook: definitions may have changed.")
    held = HeldOut(
        Known.of(exclude),
        frozenset(one.id for one in gold),
        frozenset(same_text(one.text) for one in gold),
    )
    chosen, reasons = held.clear(one for one in reports if one.id in found.cells)
    notes += [f"{count} reports of {path.name} are left out: they {why}." for why, count in reasons.items()]
    if not chosen:
        raise OptionError(
            f"No report of {path.name} can be trained on.",
            hint=" ".join(notes)
            or "Its ids are not those of the reports: name the reports that it was made from.",
            path=path,
        )
    texts = {one.id for one in chosen}
    made = pool_of({name: cells for name, cells in found.cells.items() if name in texts}, chosen, codebook)
    notes += [note.replace("of the gold", f"of {path.name}") for note in made.notes]
    return list(made.examples), notes


def verbatim(cell: GoldCell, variable: Variable, grounds: Grounds) -> GoldCell:
    """The cell with its quote as the report has it, or without one: in the form in which it is read back."""
    if isinstance(variable, SpansVariable):
        return replace(cell, quote=cell.value[0]["text"] if cell.value else None)
    found = grounds.locate(cell.quote) if cell.quote else None
    return replace(cell, quote=None if found is None else found.quote.strip() or None)


def _record(codebook: Codebook, silver: SilverReport) -> Record:
    grounds = Grounds(silver.report.text)
    answers = {name: _answer(codebook[name], cell, grounds) for name, cell in silver.cells.items()}
    return Record(report_id=silver.report.id, extraction=Extraction(silver.report.id, answers))


def _answer(variable: Variable, cell: GoldCell, grounds: Grounds) -> Answer:
    value: Any = cell.value
    if isinstance(variable, SpansVariable):
        # The places of mentions are their own; one beside an empty answer would read as a mention.
        return Answer(cell.status, value)
    if isinstance(variable, GroupVariable) and value:
        value = [{name: _part(one) for name, one in item.items()} for item in value]
    return Answer(cell.status, value, _evidence(cell.quote, grounds))


def _part(value: Any) -> Answer:
    return Answer(Status.NOT_MENTIONED if value is None else Status.STATED, value)


def _evidence(quote: str | None, grounds: Grounds) -> Evidence | None:
    if quote is None:
        return None
    start = grounds.text.find(quote)
    return Evidence(quote, start, start + len(quote), Grade.EXACT) if start >= 0 else grounds.locate(quote)
