"""Where a run's answers differ from gold, from another run, or reviewers among each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from ...api import Run
from ...codebook.codebook import Codebook
from ...evaluation.agreement.ratings import agree_on
from ...evaluation.cells import compare
from ...evaluation.gold import Gold, gold_of_run, read_gold
from ...extraction.answer import Answer, Status
from .. import golds
from ..adjudicating.said import cells_of, judgements
from ..index import Coverage, Index
from ..stored_runs import open_run
from ..studio import Studio
from ..web.refusals import Refused

GOLD = "gold:"
RUN = "run:"
REVIEWERS = "reviewers"
#: Report and variable.
Cell = tuple[str, str]


class Side(NamedTuple):
    """What a run is set beside: its state, and what may be worked out from it."""

    source: str
    state: str


def find_out(studio: Studio, run: Run, covered: Coverage, sources: Collection[str]) -> None:
    """Make sure that the index knows in which cells the run differs from each of the sources.

    Raises Refused: 404 for gold and runs that are not there, 422 for what is no source; ReadingError for gold
    that cannot be used.
    """
    index = Index(studio.project)
    for source in sources:
        side = _side(studio, run, index, source)
        key = f"{covered.run} {covered.revision} {side.state}"
        with index.reading() as db:
            known = db.execute(
                "SELECT 1 FROM sources WHERE run = ? AND source = ? AND key = ?", (covered.run, source, key)
            ).fetchone()
            places = _places(db, covered.run) if known is None else {}
        if known is not None:
            continue
        numbers = {name: number for number, name in enumerate(run.codebook.names)}
        found = [
            (covered.run, source, numbers[variable], places[report])
            for report, variable in _cells(studio, run, source, places)
            if report in places and variable in numbers
        ]
        with index.writing() as db:
            db.execute("DELETE FROM differences WHERE run = ? AND source = ?", (covered.run, source))
            db.executemany("INSERT OR IGNORE INTO differences VALUES (?, ?, ?, ?)", found)
            db.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (covered.run, source, key))


def reviews_of(db: sqlite3.Connection, run: str) -> list[str]:
    """The reviews of a run, the first first."""
    rows = db.execute("SELECT id FROM reviews WHERE run = ? ORDER BY created, id", (run,))
    return [row["id"] for row in rows]


def gold_of(studio: Studio, run: Run, name: str) -> Gold:
    """Gold by name, read by the run's codebook."""
    identity = run.manifest.source.columns.identity
    return read_gold(golds.path_of(studio, name), run.codebook, id_name=identity.get("id"))


def _places(db: sqlite3.Connection, run: int) -> dict[str, int]:
    return dict(db.execute("SELECT report_id, seq FROM reports WHERE run = ?", (run,)).fetchall())


def _side(studio: Studio, run: Run, index: Index, source: str) -> Side:
    if source.startswith(GOLD):
        return Side(source, state_of_file(golds.path_of(studio, source.removeprefix(GOLD))))
    if source.startswith(RUN):
        other = index.catch_up(open_run(studio.project, source.removeprefix(RUN)))
        return Side(source, f"{other.run} {other.revision}")
    if source == REVIEWERS:
        with studio.database.reading() as db:
            row = db.execute(
                "SELECT count(*), total(version), max(at) FROM judgements"
                " WHERE review IN (SELECT id FROM reviews WHERE run = ?)",
                (run.id,),
            ).fetchone()
        return Side(source, " ".join(map(str, row)))
    raise Refused(422, "filter", "Answers differ from gold:NAME, run:ID or reviewers.", "Choose it anew.")


def state_of_file(path: Path) -> str:
    """Something else whenever the file is written."""
    stat = path.stat()
    return f"{stat.st_mtime_ns} {stat.st_size} {stat.st_ino}"


def _cells(studio: Studio, run: Run, source: str, places: dict[str, int]) -> Iterator[Cell]:
    if source == REVIEWERS:
        yield from _among_reviewers(studio, run)
        return
    if source.startswith(GOLD):
        gold = gold_of(studio, run, source.removeprefix(GOLD))
    else:
        gold = gold_of_run(open_run(studio.project, source.removeprefix(RUN)), run.codebook)
    yield from _from_gold(run, gold, places)


def _from_gold(run: Run, gold: Gold, places: dict[str, int]) -> Iterator[Cell]:
    variables = [variable for variable in run.codebook.columns if variable.name in gold.variables]
    wanted = [places[report] for report in gold.cells if report in places]
    for _, record in run.records_at(wanted):
        cells = gold.cells[record.report_id]
        answers = record.extraction.answers
        for variable in variables:
            cell = cells.get(variable.name)
            answer = answers.get(variable.name) or Answer(Status.FAILED)
            if cell is not None and not compare(variable, answer, cell.value).agrees:
                yield record.report_id, variable.name


def _among_reviewers(studio: Studio, run: Run) -> Iterator[Cell]:
    codebook: Codebook = run.codebook
    with studio.database.reading() as db:
        for review in reviews_of(db, run.id):
            for (report, name), several in judgements(db, review, codebook).items():
                cells = cells_of(codebook, several)
                if cells is not None and any(
                    not agree_on(codebook[name], one, other) for one, other in combinations(cells, 2)
                ):
                    yield report, name
