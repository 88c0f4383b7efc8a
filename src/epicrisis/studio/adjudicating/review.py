"""A review as adjudication needs it: its run, its codebook, its reports in order."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cached_property

from ...api import Run
from ...codebook.codebook import Codebook
from ..people.activity import now
from ..reviewing import seeing
from ..reviewing.reviews import find
from ..stored_runs import open_run
from ..studio import Studio
from ..web.refusals import conflict, not_found


@dataclass(frozen=True)
class Review:
    """One review. ``blind``: reviewers did not see the model's answers; ``raters``: how many people are to
    look at each report."""

    studio: Studio
    id: str
    name: str
    run_id: str
    blind: bool
    raters: int

    @classmethod
    def open(cls, studio: Studio, review_id: str) -> Review:
        """Raises Refused (404) where there is no such review."""
        with studio.database.reading() as db:
            row = db.execute("SELECT * FROM reviews WHERE id = ?", (review_id,)).fetchone()
        if row is None:
            raise not_found("review")
        return cls(studio, row["id"], row["name"], row["run"], bool(row["blind"]), row["raters"])

    @cached_property
    def run(self) -> Run:
        """Raises Refused (404) where the run was removed."""
        return open_run(self.studio.project, self.run_id)

    @cached_property
    def codebook(self) -> Codebook:
        return self.run.codebook

    def order(self, db: sqlite3.Connection) -> list[str]:
        """The ids of its reports in the order they are looked at."""
        rows = db.execute("SELECT report_id FROM review_reports WHERE review = ? ORDER BY seq", (self.id,))
        return [row["report_id"] for row in rows]

    def check(self, place: tuple[str, str]) -> None:
        """Raises Refused (404) for a report or variable that the review does not have."""
        with self.studio.database.reading() as db:
            known = db.execute(
                "SELECT 1 FROM review_reports WHERE review = ? AND report_id = ?", (self.id, place[0])
            ).fetchone()
        if known is None:
            raise not_found("report in this review")
        if place[1] not in self.codebook:
            raise not_found("variable in the codebook of this review")

    def check_through(self, person: str) -> None:
        """Raises Refused (409) for a person who still judges in a blind review: what others said, and the
        model, would influence the rest."""
        if not self.blind:
            return
        with self.studio.database.reading() as db:
            judges = db.execute(
                "SELECT 1 FROM judgements WHERE review = ? AND reviewer = ?", (self.id, person)
            ).fetchone()
            if judges is not None and not seeing.sees_answers(db, find(db, self.id), person):
                raise conflict(
                    "You still have reports of this blind review to judge.",
                    "Finish them first, or let somebody else decide.",
                )

    def remember_seen(self, person: str) -> None:
        """Write down that a person has seen the model's answers: what he judges from now on is not blind."""
        with self.studio.database.writing() as db:
            db.execute("INSERT OR IGNORE INTO review_seen VALUES (?, ?, ?)", (self.id, person, now()))


def all_reviews(studio: Studio) -> list[Review]:
    """The latest first."""
    with studio.database.reading() as db:
        rows = db.execute("SELECT * FROM reviews ORDER BY created DESC, id").fetchall()
    return [
        Review(studio, row["id"], row["name"], row["run"], bool(row["blind"]), row["raters"]) for row in rows
    ]
