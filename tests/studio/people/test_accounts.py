"""Accounts, roles and passwords."""

from __future__ import annotations

import pytest

from epicrisis.errors import OptionError
from epicrisis.studio.database import Database
from epicrisis.studio.people.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, Accounts
from epicrisis.studio.people.roles import Person, Role
from epicrisis.studio.project import Project

PASSWORD = "correct horse battery"


@pytest.fixture
def empty(project: Project) -> Accounts:
    return Accounts(Database(project.database))


def test_an_account_is_let_in_by_its_password_alone(empty: Accounts) -> None:
    empty.add("Anna", "editor", PASSWORD, by="test")

    found = empty.verified("anna", PASSWORD)

    assert found is not None
    assert (found.name, found.role) == ("Anna", Role.EDITOR)
    assert empty.verified("anna", PASSWORD + "x") is None
    assert empty.verified("anna", "") is None
    assert empty.verified("bo", PASSWORD) is None


def test_passwords_are_kept_as_argon2_hashes(empty: Accounts, project: Project) -> None:
    empty.add("anna", "editor", PASSWORD, by="test")
    with Database(project.database).reading() as db:
        kept = db.execute("SELECT password FROM users").fetchone()["password"]
    assert kept.startswith("$argon2id$")
    assert PASSWORD.encode() not in project.database.read_bytes()


@pytest.mark.parametrize("password", ["", "x" * (SHORTEST_PASSWORD - 1), "x" * (LONGEST_PASSWORD + 1)])
def test_a_password_has_a_length(empty: Accounts, password: str) -> None:
    with pytest.raises(OptionError, match="characters"):
        empty.add("anna", "editor", password, by="test")
    assert empty.all() == []


@pytest.mark.parametrize("name", ["", " anna", "-anna", "an na", "anna\n", "<b>", "a" * 65, "../x"])
def test_a_name_has_a_form(empty: Accounts, name: str) -> None:
    with pytest.raises(OptionError, match="name"):
        empty.add(name, "editor", PASSWORD, by="test")


def test_names_are_taken_whatever_their_case(accounts: Accounts) -> None:
    with pytest.raises(OptionError, match="already"):
        accounts.add("ADMIN", "viewer", PASSWORD, by="test")


def test_a_role_that_is_none_is_refused(accounts: Accounts) -> None:
    with pytest.raises(OptionError, match="no role"):
        accounts.add("anna", "owner", PASSWORD, by="test")


def test_the_last_admin_stays(accounts: Accounts) -> None:
    for change in (
        lambda: accounts.remove("admin", by="test"),
        lambda: accounts.change_role("admin", "editor", by="test"),
    ):
        with pytest.raises(OptionError, match="only admin"):
            change()
    accounts.change_role("editor", "admin", by="test")
    accounts.remove("admin", by="test")
    assert accounts.find("admin") is None


def test_who_is_not_there_cannot_be_changed(accounts: Accounts) -> None:
    for change in (
        lambda: accounts.remove("nobody", by="test"),
        lambda: accounts.change_role("nobody", "editor", by="test"),
        lambda: accounts.change_password("nobody", PASSWORD, by="test"),
    ):
        with pytest.raises(OptionError, match="no account"):
            change()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_those_before_may(role: Role) -> None:
    person = Person("anna", role, "")
    assert [person.may(needed) for needed in Role] == [needed <= role for needed in Role]
