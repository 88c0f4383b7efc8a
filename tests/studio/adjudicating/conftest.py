"""A run of four reports, and a review of it in which people say what the test says they do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from epicrisis.api import Run, extract
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.evaluation.gold import cell_of
from epicrisis.extraction.answer import Answer, Status
from epicrisis.extraction.codec import dump_json
from epicrisis.studio.database import Database
from epicrisis.studio.people.activity import now
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

TEXT = "An old infarct on the left. Aspirin 80 mg. A lesion of 5 mm, frontal."
REPORTS = [{"id": f"R-{number}", "text": TEXT} for number in range(1, 5)]
CODEBOOK: dict[str, Any] = {
    "name": "mri",
    "variables": [
        {"name": "infarct", "kind": "boolean", "label": "Infarct", "definition": "Any infarct."},
        {"name": "side", "kind": "category", "options": ["left", "right"]},
        {"name": "size", "kind": "quantity", "unit": "mm"},
        {"name": "conclusion", "kind": "text"},
        {"name": "drugs", "kind": "spans", "options": ["drug", "dose"]},
        {
            "name": "lesions",
            "kind": "group",
            "variables": [
                {"name": "site", "kind": "text"},
                {"name": "width", "kind": "quantity", "unit": "mm"},
            ],
        },
    ],
}
REPLY = {
    "infarct": {"quote": "An old infarct", "value": True},
    "side": {"quote": "on the left", "value": "left"},
    "size": {"quote": "5 mm", "value": "5 mm"},
    "conclusion": {"quote": None, "value": None},
    "drugs": [{"text": "Aspirin", "type": "drug"}],
    "lesions": [{"quote": "lesion of 5 mm, frontal", "site": "frontal", "width": "5 mm"}],
}


@dataclass
class Room:
    """One review, and the people who fill it."""

    studio: Studio
    run: Run
    id: str = "rev1"

    def judge(
        self,
        person: str,
        report: str,
        variable: str,
        value: Any = None,
        *,
        status: str | None = None,
        quote: str | None = None,
        comment: str = "",
    ) -> None:
        """What a person says; ``None`` is 'not mentioned'. Saying it again is another version."""
        start = None if quote is None else TEXT.index(quote)
        status = status or ("not_mentioned" if value is None else "stated")
        with self.studio.database.writing() as db:
            db.execute(
                "INSERT INTO judgements (review, report_id, reviewer, variable, status, value, quote, start,"
                ' "end", comment, how, version, at)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'changed', 1, ?)"
                " ON CONFLICT DO UPDATE SET status = excluded.status, value = excluded.value,"
                " version = version + 1, at = excluded.at",
                (
                    self.id, report, person, variable, status, json.dumps(value), quote, start,
                    None if start is None else start + len(quote or ""), comment, now(),
                ),
            )  # fmt: skip

    def answer(self, person: str, report: str, variable: str, answer: Answer) -> None:
        """The same, with an answer as runs have them."""
        cell = cell_of(self.run.codebook[variable], answer)
        quote = answer.evidence
        with self.studio.database.writing() as db:
            db.execute(
                "INSERT INTO judgements (review, report_id, reviewer, variable, status, value, quote, start,"
                ' "end", comment, how, version, at)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 'accepted', 1, ?)",
                (
                    self.id, report, person, variable, str(cell.status), dump_json(cell.value),
                    *((None, None, None) if quote is None else quote[:3]), now(),
                ),
            )  # fmt: skip

    def decide(self, report: str, variable: str, value: Any, person: str = "head") -> None:
        status = Status.NOT_MENTIONED if value is None else Status.STATED
        with self.studio.database.writing() as db:
            db.execute(
                "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL, '', ?, 1, ?)",
                (self.id, report, variable, str(status), json.dumps(value), person, now()),
            )

    @property
    def gold(self) -> str:
        return f"review:{self.id}"


def _room(
    project: Project,
    codebook: Codebook,
    reports: Sequence[Any],
    replies: dict[str, Any],
    blind: bool,
) -> Room:
    engine = ScriptedEngine(replies, default=REPLY)
    run = extract(list(reports), codebook, engine, store=project.store)
    studio = Studio(project, Settings())
    with studio.database.writing() as db:
        db.execute(
            "INSERT INTO reviews VALUES ('rev1', 'Two readers', ?, 'random', ?, 2, 0, 'head', ?, NULL)",
            (run.id, blind, now()),
        )
        db.executemany(
            "INSERT INTO review_reports (review, seq, report_id) VALUES ('rev1', ?, ?)",
            [(place, report["id"]) for place, report in enumerate(reports)],
        )
    return Room(studio, run)


@pytest.fixture(scope="session")
def new_room(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Room]:
    """``new_room(codebook=..., reports=..., replies=..., blind=...)``: a review in a project of its own."""

    def new_room(
        codebook: dict[str, Any] | Codebook = CODEBOOK,
        reports: Sequence[Any] = REPORTS,
        replies: dict[str, Any] | None = None,
        *,
        blind: bool = False,
        project: Project | None = None,
    ) -> Room:
        project = project or Project.at(tmp_path_factory.mktemp("study"))
        return _room(project, Codebook.model_validate(codebook), reports, replies or {}, blind)

    return new_room


@pytest.fixture
def room(new_room: Callable[..., Room], project: Project) -> Room:
    """A review in the project that ``client`` is served."""
    return new_room(project=project)


@pytest.fixture
def database(project: Project) -> Database:
    return Database(project.database)
