"""Logging in and out, and the language of the interface."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from ..people.accounts import Accounts
from ..people.activity import note
from ..people.limits import LoginLimits
from ..reviewing.texts import Fit
from ..web.dependencies import TheStudio, Viewer
from ..web.guard import cookie_name, sessions_of
from ..web.languages import COOKIE, LANGUAGES
from ..web.refusals import Refused
from ..web.rendering import render
from ..web.twin import Pages

routes = Pages("people")
#: A path of this studio: //elsewhere or /\\elsewhere would lead out, and browsers drop what cannot be seen
#: before they look.
_INSIDE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\x9f\\]*")
_YEAR = 365 * 24 * 3600


class Login(BaseModel):
    """Who wants in."""

    name: Fit = Field(max_length=64)
    password: Fit = Field(max_length=200)


class Me(BaseModel):
    """Who is logged in, and the token that changes must carry in the header X-CSRF-Token."""

    name: str
    role: str
    csrf: str


class Language(BaseModel):
    """A language of the interface: en, nl or de."""

    language: str


@routes.pages.get("/login", response_class=HTMLResponse)
def login_page(request: Request, then: Annotated[str, Query(max_length=4000)] = "/") -> HTMLResponse:
    return render(request, "login.html", then=then if _INSIDE.fullmatch(then) else "/")


@routes.api.post("/login")
def login(login: Login, request: Request, response: Response, studio: TheStudio) -> Me:
    """Begin a session; its cookie comes with the answer."""
    limits = LoginLimits(studio.database)
    address = request.client.host if request.client else "?"
    if (wait := limits.claim(login.name, address)) > 0:
        refused = Refused(
            429, "too-often", "Too many failed logins.", f"Try again in {int(wait // 60) + 1} minutes."
        )
        raise refused
    account = Accounts(studio.database).verified(login.name, login.password)
    if account is None:
        raise Refused(401, "login", "The name or the password is wrong.", "Ask an admin for a new password.")
    limits.succeeded(login.name, address)
    sessions = sessions_of(studio)
    if before := request.cookies.get(cookie_name(studio.settings)):
        sessions.end(before)
    cookie = sessions.begin(account.name)
    with studio.database.writing() as db:
        note(db, account.name, "session.begin", account.name)
    response.set_cookie(
        cookie_name(studio.settings),
        cookie,
        max_age=int(studio.settings.longest),
        httponly=True,
        secure=studio.settings.secure,
        samesite="strict",
        path="/",
    )
    person = sessions.person(cookie)
    if person is None:  # removed at this very moment
        raise Refused(401, "login", "The name or the password is wrong.", "Ask an admin for a new password.")
    return Me(name=person.name, role=person.role.word, csrf=person.csrf)


@routes.api.get("/me")
def me(person: Viewer) -> Me:
    """Who is asking, and the token for changes."""
    return Me(name=person.name, role=person.role.word, csrf=person.csrf)


@routes.api.post("/logout", status_code=204)
def logout(request: Request, response: Response, studio: TheStudio, person: Viewer) -> None:
    """End the session."""
    name = cookie_name(studio.settings)
    cookie = request.cookies.get(name)
    if cookie:
        sessions_of(studio).end(cookie)
        with studio.database.writing() as db:
            note(db, person.name, "session.end", person.name)
    response.delete_cookie(name, path="/", secure=studio.settings.secure, httponly=True, samesite="strict")


@routes.api.put("/language", status_code=204)
def language(wanted: Language, response: Response, studio: TheStudio) -> None:
    """Choose the language of the interface for this browser."""
    if wanted.language not in LANGUAGES:
        raise Refused(
            422, "language", "The studio does not speak this language.", f"Choose {', '.join(LANGUAGES)}."
        )
    response.set_cookie(
        COOKIE, wanted.language, max_age=_YEAR, samesite="lax", secure=studio.settings.secure, path="/"
    )
