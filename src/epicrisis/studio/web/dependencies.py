"""What handlers ask for: the studio, and a person who may do what they are about to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ..people.roles import Person, Role
from ..studio import Studio
from .refusals import Refused


def the_studio(request: Request) -> Studio:
    """The studio that serves this request."""
    studio: Studio = request.app.state.studio
    return studio


def _person(request: Request) -> Person:
    person: Person | None = request.state.person
    if person is None:
        raise Refused(401, "login", "You are not logged in.", "Log in and try again.")
    return person


def _language(request: Request) -> str:
    language: str = request.state.language
    return language


class _Needs:
    """Lets through whoever has a role."""

    def __init__(self, role: Role) -> None:
        self._role = role

    def __call__(self, person: Annotated[Person, Depends(_person)]) -> Person:
        if not person.may(self._role):
            raise Refused(
                403,
                "role",
                f"This needs the role '{self._role.word}'; yours is '{person.role.word}'.",
                "Ask an admin of this project.",
            )
        return person


TheStudio = Annotated[Studio, Depends(the_studio)]
#: The language of the interface, for labels that a codebook has in several.
Language = Annotated[str, Depends(_language)]
Viewer = Annotated[Person, Depends(_Needs(Role.VIEWER))]
Reviewer = Annotated[Person, Depends(_Needs(Role.REVIEWER))]
Editor = Annotated[Person, Depends(_Needs(Role.EDITOR))]
Admin = Annotated[Person, Depends(_Needs(Role.ADMIN))]
