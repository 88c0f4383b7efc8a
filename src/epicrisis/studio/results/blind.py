"""Who is to review a run without its answers does not see them here."""

from __future__ import annotations

from collections.abc import Iterable

from ..golds import REVIEW
from ..people.roles import Person, Role
from ..reviewing import queue
from ..reviewing.reviews import find
from ..reviewing.seeing import sees_answers
from ..studio import Studio
from ..web.refusals import Refused
from .differing import GOLD, REVIEWERS, RUN, reviews_of

#: What names the reviewers of a review, and its gold.
_OF_REVIEW = ("reviewers:", REVIEW)


def check(studio: Studio, run: str, person: Person) -> None:
    """Raises Refused (409) for a reviewer who has a blind review of this run to finish. Viewers review
    nothing; editors made the review and know what they do."""
    if person.role is not Role.REVIEWER:
        return
    with studio.database.reading() as db:
        for review in reviews_of(db, run):
            if not sees_answers(db, find(db, review), person.name):
                raise Refused(
                    409,
                    "blind",
                    "You review reports of this run without seeing its answers, and are not done yet.",
                    "Finish the review first; then the results can be seen here.",
                )


def check_review(studio: Studio, review_id: str, person: Person) -> None:
    """Raises Refused (409) for a reviewer who has reports left of a review in which nobody is to know what
    others say: a blind one, or one with two reviewers. A review that is not there is not told of here."""
    if person.role is not Role.REVIEWER:
        return
    with studio.database.reading() as db:
        if db.execute("SELECT 1 FROM reviews WHERE id = ?", (review_id,)).fetchone() is None:
            return
        review = find(db, review_id)
        apart = not sees_answers(db, review, person.name) or (
            review.closed is None and review.raters > 1 and queue.left(db, review, person.name) > 0
        )
    if apart:
        raise Refused(
            409,
            "blind",
            "You still have reports of this review to judge, without knowing what others say.",
            "Finish the review first; then this can be seen here.",
        )


def check_names(
    studio: Studio, person: Person, *, runs: Iterable[str] = (), golds: Iterable[str] = ()
) -> None:
    """Raises Refused (409) if any of these runs or golds would show what the person is not to know yet."""
    for run in runs:
        check(studio, run, person)
    for gold in golds:
        for beginning in _OF_REVIEW:
            if gold.startswith(beginning):
                check_review(studio, gold.removeprefix(beginning), person)


def check_sources(studio: Studio, person: Person, run: str, sources: Iterable[str]) -> None:
    """The same for what a run is set beside: ``gold:NAME``, ``run:ID`` or ``reviewers``."""
    for source in sources:
        if source == REVIEWERS:
            with studio.database.reading() as db:
                reviews = reviews_of(db, run)
            for review in reviews:
                check_review(studio, review, person)
        check_names(
            studio,
            person,
            runs=[source.removeprefix(RUN)] if source.startswith(RUN) else [],
            golds=[source.removeprefix(GOLD)] if source.startswith(GOLD) else [],
        )
