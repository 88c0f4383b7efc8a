"""Who may use the studio, and one's own account."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Request
from pydantic import BaseModel, Field

from ..people.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, Account, Accounts
from ..people.limits import LoginLimits
from ..people.roles import Role
from ..reviewing.texts import Fit
from ..studio import Studio
from ..web.dependencies import Admin, TheStudio, Viewer
from ..web.refusals import Refused, conflict, not_found
from ..web.twin import Pages

routes = Pages("people")

RoleName = Literal["viewer", "reviewer", "editor", "admin"]
AccountName = Annotated[str, Path(max_length=64, description="The name of an account.")]


class AccountView(BaseModel):
    """An account. ``me``: of whoever asks; ``only_admin``: it cannot be removed or made less."""

    name: str
    role: RoleName
    created: str
    me: bool
    only_admin: bool


class People(BaseModel):
    """The accounts. Without any the studio is for this machine alone, and needs no login."""

    accounts: list[AccountView]
    loopback: bool
    shortest_password: int = SHORTEST_PASSWORD
    longest_password: int = LONGEST_PASSWORD


class NewAccount(BaseModel):
    """Somebody who may log in from now on. The first one must be an admin."""

    name: Fit = Field(max_length=64)
    role: RoleName
    password: Fit = Field(max_length=LONGEST_PASSWORD)


class NewRole(BaseModel):
    """What somebody may do from now on."""

    role: RoleName


class NewPassword(BaseModel):
    """A password that an admin gives."""

    password: Fit = Field(max_length=LONGEST_PASSWORD)


class OwnPassword(BaseModel):
    """Another password for oneself; ``old`` is the one so far."""

    old: Fit = Field(max_length=LONGEST_PASSWORD)
    new: Fit = Field(max_length=LONGEST_PASSWORD)


class Own(BaseModel):
    """One's own account; ``account`` is false in a studio without accounts."""

    name: str
    role: RoleName
    account: bool
    shortest_password: int = SHORTEST_PASSWORD
    longest_password: int = LONGEST_PASSWORD


@routes.page("/people", "people.html")
def people(studio: TheStudio, person: Admin) -> People:
    """Who may use the studio."""
    accounts = Accounts(studio.database).all()
    admins = sum(one.role is Role.ADMIN for one in accounts)
    return People(
        accounts=[
            AccountView(
                name=one.name,
                role=_word(one.role),
                created=one.created,
                me=one.name.casefold() == person.name.casefold(),
                only_admin=one.role is Role.ADMIN and admins == 1,
            )
            for one in accounts
        ],
        loopback=studio.settings.is_loopback,
    )


@routes.api.post("/people", status_code=201)
def add_account(new: NewAccount, studio: TheStudio, person: Admin) -> NewRole:
    """Let somebody log in. From the first account on everybody has to."""
    accounts = Accounts(studio.database)
    if not accounts.all() and new.role != "admin":
        raise Refused(
            422,
            "first-account",
            "The first account must be an admin's: from then on everybody logs in, and only an admin can add "
            "others.",
            "Choose the role admin.",
        )
    if accounts.find(new.name) is not None:
        raise conflict(f"There is an account {new.name!r} already.", "Choose another name.")
    return NewRole(role=_word(accounts.add(new.name, new.role, new.password, by=person.name).role))


@routes.api.put("/people/{name}/role")
def change_role(name: AccountName, wanted: NewRole, studio: TheStudio, person: Admin) -> NewRole:
    """Let somebody do more, or less; it holds from the next click."""
    account = _account(studio, name)
    Accounts(studio.database).change_role(account.name, wanted.role, by=person.name)
    return wanted


@routes.api.put("/people/{name}/password", status_code=204)
def change_password(name: AccountName, wanted: NewPassword, studio: TheStudio, person: Admin) -> None:
    """Give somebody another password; whoever is logged in by that name is logged out."""
    account = _account(studio, name)
    Accounts(studio.database).change_password(account.name, wanted.password, by=person.name)


@routes.api.delete("/people/{name}", status_code=204)
def remove_account(name: AccountName, studio: TheStudio, person: Admin) -> None:
    """Let somebody in no longer; what he did stays on record."""
    Accounts(studio.database).remove(_account(studio, name).name, by=person.name)


@routes.page("/account", "account.html")
def own_account(studio: TheStudio, person: Viewer) -> Own:
    """One's own account."""
    return Own(name=person.name, role=_word(person.role), account=studio.accounts)


@routes.api.put("/account/password", status_code=204)
def change_own_password(wanted: OwnPassword, studio: TheStudio, person: Viewer, request: Request) -> None:
    """Choose another password; one is logged out everywhere, here too."""
    if not studio.accounts:
        raise conflict("You have no account: this studio needs no login.", "Add one on the page People.")
    limits = LoginLimits(studio.database)
    address = request.client.host if request.client else "?"
    if (wait := limits.claim(person.name, address)) > 0:
        raise Refused(
            429,
            "too-often",
            "The password was wrong too often.",
            f"Try again in {int(wait // 60) + 1} minutes.",
        )
    accounts = Accounts(studio.database)
    if accounts.verified(person.name, wanted.old) is None:
        # Not 401: the session is as good as before.
        raise Refused(422, "password", "Your password so far is another one.", "Type it again.")
    limits.succeeded(person.name, address)
    accounts.change_password(person.name, wanted.new, by=person.name)


def _account(studio: Studio, name: str) -> Account:
    account = Accounts(studio.database).find(name)
    if account is None:
        raise not_found("account")
    return account


def _word(role: Role) -> RoleName:
    words: dict[Role, RoleName] = {
        Role.VIEWER: "viewer",
        Role.REVIEWER: "reviewer",
        Role.EDITOR: "editor",
        Role.ADMIN: "admin",
    }
    return words[role]
