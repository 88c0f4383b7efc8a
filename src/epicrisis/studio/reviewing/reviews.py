"""The reviews of a project: made, listed, closed, removed."""

from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from pydantic import BaseModel

from ..people.activity import note, now
from ..stored_runs import open_run
from ..studio import Studio
from ..web.refusals import Refused, conflict, not_found
from .choosing import Sequence, choose


class Review(BaseModel):
    """A review. ``raters``: how many people are to look at each report. ``closed``: when it was ended."""

    id: str
    name: str
    run: str
    sequence: Sequence
    blind: bool
    raters: int
    seed: int
    person: str
    created: str
    closed: str | None = None

    @classmethod
    def of(cls, row: sqlite3.Row) -> Review:
        return cls.model_validate(dict(row))


class NewReview(BaseModel):
    """What a review is made from. ``size``: the most reports; ``report_ids``: these alone."""

    run: str
    name: str = ""
    sequence: Sequence = "uncertain"
    size: int | None = None
    seed: int = 0
    blind: bool = False
    raters: int = 1
    report_ids: list[str] | None = None


class Done(BaseModel):
    """How many reports somebody is done with."""

    person: str
    reports: int


class ReviewRow(Review):
    """A review in the list. ``full``: reports that as many people are done with as it asks for."""

    reports: int
    full: int
    people: list[Done]
    codebook: str | None = None


class Reviews:
    """All reviews of a project."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def all(self) -> list[ReviewRow]:
        """The latest first; ``codebook`` is ``None`` where the run was removed."""
        with self._studio.database.reading() as db:
            rows = db.execute("SELECT * FROM reviews ORDER BY created DESC, id").fetchall()
            reports = dict(_pairs(db, "SELECT review, count(*) FROM review_reports GROUP BY review"))
            full = dict(
                _pairs(
                    db,
                    "SELECT d.review, count(*) FROM (SELECT review, count(*) AS n FROM review_done"
                    " GROUP BY review, report_id) d JOIN reviews r ON r.id = d.review WHERE d.n >= r.raters"
                    " GROUP BY d.review",
                )
            )
            people: dict[str, list[Done]] = {}
            for review, person, count in db.execute(
                "SELECT review, reviewer, count(*) FROM review_done GROUP BY review, reviewer ORDER BY 2"
            ):
                people.setdefault(review, []).append(Done(person=person, reports=count))
        codebooks = self._codebooks()
        return [
            ReviewRow(
                **Review.of(row).model_dump(),
                reports=reports.get(row["id"], 0),
                full=full.get(row["id"], 0),
                people=people.get(row["id"], []),
                codebook=codebooks.get(row["run"]),
            )
            for row in rows
        ]

    def get(self, review_id: str) -> Review:
        """Raises Refused (404)."""
        with self._studio.database.reading() as db:
            return find(db, review_id)

    def create(self, new: NewReview, *, by: str) -> Review:
        """Make a review of what the run has now.

        Raises Refused: 404 for a run that is not there, 422 where no report is left to review.
        """
        run = open_run(self._studio.project, new.run)
        chosen = choose(
            run.records(), run.codebook, new.sequence, size=new.size, seed=new.seed, only=new.report_ids
        )
        if not chosen:
            raise Refused(
                422,
                "no-reports",
                "The run has none of these reports." if new.report_ids else "The run has no reports yet.",
                "Choose another run, or wait until its first reports are done.",
            )
        review = Review(
            id=secrets.token_hex(4),
            name=new.name.strip() or f"Review {new.run}"[:120],
            run=new.run,
            sequence=new.sequence,
            blind=new.blind,
            raters=new.raters,
            seed=new.seed,
            person=by,
            created=now(),
        )
        with self._studio.database.writing() as db:
            db.execute(
                "INSERT INTO reviews (id, name, run, sequence, blind, raters, seed, person, created, closed)"
                " VALUES (:id, :name, :run, :sequence, :blind, :raters, :seed, :person, :created, :closed)",
                review.model_dump(),
            )
            db.executemany(
                "INSERT INTO review_reports (review, seq, report_id, reason, confidence)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (review.id, n, one.report_id, one.reason, one.confidence)
                    for n, one in enumerate(chosen, 1)
                ],
            )
            note(
                db, by, "review.add", review.id, run=review.run, reports=len(chosen),
                sequence=review.sequence, blind=review.blind, raters=review.raters,
            )  # fmt: skip
        return review

    def change(self, review_id: str, *, name: str | None, closed: bool | None, by: str) -> Review:
        """Give it another name, end it, or open it again. Raises Refused (404)."""
        with self._studio.database.writing() as db:
            review = find(db, review_id)
            if name is not None and name != review.name:
                db.execute("UPDATE reviews SET name = ? WHERE id = ?", (name, review_id))
                note(db, by, "review.rename", review_id)
            if closed is not None and closed != (review.closed is not None):
                at = now() if closed else None
                db.execute("UPDATE reviews SET closed = ? WHERE id = ?", (at, review_id))
                note(db, by, "review.close" if closed else "review.open", review_id)
            return find(db, review_id)

    def remove(self, review_id: str, *, by: str, with_judgements: bool) -> None:
        """Remove a review for good.

        Raises Refused: 404; 409 where people judged something and it is not to go ``with_judgements``.
        """
        with self._studio.database.writing() as db:
            find(db, review_id)
            count = db.execute("SELECT count(*) FROM judgements WHERE review = ?", (review_id,)).fetchone()[0]
            if count and not with_judgements:
                raise conflict(
                    f"{count} answers were judged in this review.",
                    "Close it instead; only an admin can remove it with what people said.",
                )
            for table in _TABLES:
                db.execute(f"DELETE FROM {table} WHERE review = ?", (review_id,))
            db.execute("DELETE FROM reviews WHERE id = ?", (review_id,))
            note(db, by, "review.remove", review_id, judgements=count)

    def _codebooks(self) -> dict[str, str]:
        from ...runs.store import Store

        path = self._studio.project.store
        if not path.exists():
            return {}
        with Store(path, create=False) as store:
            return {row.id: row.codebook for row in store.runs()}


_TABLES = (
    "decisions",
    "review_seen",
    "review_claims",
    "review_done",
    "judgement_changes",
    "judgements",
    "review_reports",
)


def find(db: sqlite3.Connection, review_id: str) -> Review:
    """The review with this id. Raises Refused (404)."""
    row = db.execute("SELECT * FROM reviews WHERE id = ?", (review_id,)).fetchone()
    if row is None:
        raise not_found("review")
    return Review.of(row)


def _pairs(db: sqlite3.Connection, query: str) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in db.execute(query)]
