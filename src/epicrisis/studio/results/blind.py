"""Who is to review a run without its answers does not see them here."""

from __future__ import annotations

from ..people.roles import Person, Role
from ..reviewing.reviews import find
from ..reviewing.seeing import sees_answers
from ..studio import Studio
from ..web.refusals import Refused
from .differing import reviews_of


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
