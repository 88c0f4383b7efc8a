"""A run over three reports with a question of every kind, and the review of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

import epicrisis
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction.codec import dump_answers, load_answers
from epicrisis.studio.project import Project
from epicrisis.studio.reviewing import NewReview, Reviews
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

CODEBOOK = {
    "name": "nodules",
    "languages": ["nl"],
    "variables": [
        {"name": "malignant", "kind": "boolean", "definition": "Whether it is malignant."},
        {
            "name": "side",
            "kind": "category",
            "options": [
                {"value": "left", "label": {"nl": "links", "en": "on the left"}},
                {"value": "right", "label": {"nl": "rechts", "en": "on the right"}},
            ],
        },
        {"name": "grade", "kind": "ordinal", "options": [1, 2, 3], "when": "malignant == true"},
        {"name": "nodes", "kind": "count", "range": {"min": 0, "max": 40}},
        {"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm"], "range": {"min": 0, "max": 500}},
        {"name": "taken", "kind": "date"},
        {"name": "conclusion", "kind": "text"},
        {"name": "drugs", "kind": "spans", "options": ["drug", "dose"]},
        {
            "name": "lesions",
            "kind": "group",
            "max_items": 3,
            "variables": [
                {"name": "place", "kind": "text"},
                {"name": "diameter", "kind": "quantity", "unit": "mm", "units": ["cm"]},
            ],
        },
    ],
    "rules": [{"rule": "nodes <= 30", "message": "No more than 30 nodes are ever taken."}],
}
TEXTS = {
    "R-1": "Een nodus links van 2,5 cm, graad 2. Genomen op 3-2-2024. Kreeg ascal 80 mg.\nC/ maligne.",
    "R-2": "Rechts een nodus van 8 mm. Geen maligniteit. <script>alert(1)</script> 𝒳 einde.",
    "R-3": "Twee nodi.\r\nGeen bijzonderheden.",
}
REPLIES: dict[str, dict[str, Any]] = {
    "R-1": {
        "malignant": True,
        "side": "left",
        "grade": 2,
        "nodes": 1,
        "size": "2,5 cm",
        "taken": "2024-02-03",
    },
    "R-2": {"malignant": False, "side": "right", "size": "8 mm", "nodes": 35},
    "R-3": {"nodes": 2},
}
CONFIDENCES = {"R-1": 0.9, "R-2": 0.6, "R-3": 0.4}


@pytest.fixture
def codebook() -> Codebook:
    return Codebook.model_validate(CODEBOOK)


@pytest.fixture
def run(project: Project, codebook: Codebook) -> str:
    """A finished run; the model is surest of R-1. R-2 breaks a rule."""
    silent = dict.fromkeys(variable.name for variable in codebook.variables)
    replies = {name: json.dumps({**silent, **said}) for name, said in REPLIES.items()}
    found = epicrisis.extract(
        list(TEXTS.items()),
        codebook,
        ScriptedEngine(replies),
        options=epicrisis.ExtractionOptions(repair=False, second_look=False),
        store=project.store,
    )
    _be_sure(project, found.id)
    return found.id


def _be_sure(project: Project, run: str) -> None:
    """Write confidences into the store: a scripted engine has no doubts."""
    with closing(sqlite3.connect(project.store)) as db, db:
        for number, report, answers in db.execute(
            "SELECT x.id, r.report_id, x.answers FROM run_reports r JOIN results x ON x.id = r.result"
        ).fetchall():
            sure = {
                name: replace(answer, confidence=CONFIDENCES[report])
                for name, answer in load_answers(answers).items()
            }
            db.execute("UPDATE results SET answers = ? WHERE id = ?", (dump_answers(sure), number))


@pytest.fixture
def studio(project: Project) -> Studio:
    return Studio(project, Settings())


@pytest.fixture
def begin(studio: Studio, run: str) -> Callable[..., str]:
    """``begin(blind=True, raters=2)``: a review of the run; gives its id."""

    def begin(**settings: Any) -> str:
        return Reviews(studio).create(NewReview(run=run, **settings), by="test").id

    return begin
