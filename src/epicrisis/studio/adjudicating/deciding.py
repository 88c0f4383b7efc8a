"""A decision: whose answer holds, or which other one, kept so that two people cannot overwrite each other."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ...extraction.answer import Answer, Status
from ...extraction.checking import InvalidValueError
from ...extraction.codec import dump_json
from ..people.activity import note, now
from ..reviewing.judging import Checked, Saying, accepted, checked
from ..reviewing.texts import fit
from ..web.refusals import Refused, conflict, not_found
from .review import Review
from .said import Place, Said, decisions


@dataclass(frozen=True, slots=True)
class Of:
    """Whose answer to take: a reviewer's, as it was seen (``version``); without a name the model's."""

    reviewer: str | None = None
    version: int = 0


def decide(review: Review, place: Place, choice: Of | Saying, *, comment: str, version: int, by: str) -> Said:
    """Say what holds. ``version`` is of the decision that this one replaces, 0 where there was none.

    Raises Refused: 404 for a report or variable that is not of the review, 409 where somebody else decided
    meanwhile or the reviewer changed his answer, 422 for a value that the codebook does not allow.
    """
    report, name = place
    review.check(place)
    typed = None if isinstance(choice, Of) else _typed(review, place, choice)
    by_model = _models(review, place) if isinstance(choice, Of) and choice.reviewer is None else None
    with review.studio.database.writing() as db:
        _check_version(db, review, place, version)
        if isinstance(choice, Of) and choice.reviewer is not None:
            row = _taken(db, review, place, choice.reviewer, choice.version)
            how = "decision.take"
        else:
            made = typed or by_model
            assert made is not None
            row = (
                str(made.status), dump_json(made.value), made.quote, made.start, made.end,
            )  # fmt: skip
            how = "decision.model" if by_model else "decision.make"
        # The line that is about to be noted: never the same twice, even where a decision was withdrawn.
        number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM activity").fetchone()[0]
        db.execute(
            "INSERT OR REPLACE INTO decisions"
            ' (review, report_id, variable, status, value, quote, start, "end", comment, person, version, at)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (review.id, report, name, *row, comment.strip(), by, number, now()),
        )
        taken = {"reviewer": choice.reviewer} if how == "decision.take" and isinstance(choice, Of) else {}
        note(db, by, how, review.id, report=report, variable=name, **taken)
        return decisions(db, review.id, review.codebook, place)[place]


def withdraw(review: Review, place: Place, *, version: int, by: str) -> None:
    """Take a decision back. Raises Refused (404, 409) as ``decide`` does."""
    review.check(place)
    with review.studio.database.writing() as db:
        _check_version(db, review, place, version)
        if not db.execute(
            "DELETE FROM decisions WHERE review = ? AND report_id = ? AND variable = ?", (review.id, *place)
        ).rowcount:
            raise not_found("decision")
        note(db, by, "decision.withdraw", review.id, report=place[0], variable=place[1])


def _check_version(db: sqlite3.Connection, review: Review, place: Place, version: int) -> None:
    row = db.execute(
        "SELECT version, person FROM decisions WHERE review = ? AND report_id = ? AND variable = ?",
        (review.id, *place),
    ).fetchone()
    if (0 if row is None else row["version"]) != version:
        raise conflict(
            "The decision was withdrawn meanwhile."
            if row is None
            else f"{row['person']} decided this meanwhile.",
            "Nothing of yours was kept. Look at what is there now, and decide again if you must.",
        )


def _taken(
    db: sqlite3.Connection, review: Review, place: Place, reviewer: str, seen: int
) -> tuple[object, ...]:
    row = db.execute(
        'SELECT status, value, quote, start, "end", version FROM judgements'
        " WHERE review = ? AND report_id = ? AND variable = ? AND reviewer = ?",
        (review.id, *place, reviewer),
    ).fetchone()
    if row is None:
        raise not_found("answer of this reviewer")
    if row["version"] != seen:
        raise conflict(
            f"{reviewer} changed the answer meanwhile.", "Look at what is there now, and decide again."
        )
    if row["status"] == Status.FAILED:
        raise conflict("This is no answer that could hold.", "Give another value.")
    return tuple(row)[:5]


def _typed(review: Review, place: Place, saying: Saying) -> Checked:
    variable = review.codebook[place[1]]
    try:
        return checked(variable, saying, text_of(review, place[0]), language_of(review))
    except InvalidValueError as problem:
        raise _unusable(place[1], str(problem)) from None


def _models(review: Review, place: Place) -> Checked:
    try:
        return accepted(
            review.codebook[place[1]],
            answer_of_model(review, place) or Answer(Status.FAILED),
            text_of(review, place[0]),
        )
    except InvalidValueError as problem:
        raise _unusable(place[1], str(problem)) from None


def _unusable(name: str, problem: str) -> Refused:
    return Refused(422, "value", fit(f"{name.replace('_', ' ')} {problem}."), "Correct it and decide again.")


def answer_of_model(review: Review, place: Place) -> Answer | None:
    """What the run answered; ``None`` where it has nothing on this report or variable."""
    try:
        return review.run.extraction(place[0]).answers.get(place[1])
    except KeyError:
        return None


def text_of(review: Review, report: str) -> str | None:
    """The report, where the run kept it."""
    try:
        return review.run.text(report)
    except KeyError:
        return None


def language_of(review: Review) -> str:
    """The language that numbers and dates are written in."""
    return review.codebook.languages[0]
