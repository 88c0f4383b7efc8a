"""Sessions end when they should, and failed logins are counted."""

from __future__ import annotations

import pytest

from epicrisis.studio.database import Database
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.people.limits import PER_ADDRESS, PER_NAME, WINDOW, LoginLimits
from epicrisis.studio.people.sessions import Sessions, local_person
from epicrisis.studio.project import Project


class Clock:
    """Time as the test has it."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(project: Project, accounts: Accounts, clock: Clock) -> Sessions:
    return Sessions(Database(project.database), idle=3600, longest=10_000, clock=clock)


def test_a_session_knows_who_it_is_and_its_own_token(sessions: Sessions) -> None:
    first, second = sessions.begin("editor"), sessions.begin("editor")
    one, other = sessions.person(first), sessions.person(second)
    assert one is not None
    assert other is not None
    assert one.name == "editor"
    assert one.csrf != other.csrf
    assert sessions.person("guess") is None
    assert sessions.person("") is None
    assert sessions.person("\ud800") is None


def test_a_session_ends_when_nothing_is_done(sessions: Sessions, clock: Clock) -> None:
    cookie = sessions.begin("editor")
    clock.now += 3500
    assert sessions.person(cookie) is not None
    clock.now += 3500
    assert sessions.person(cookie) is not None, "it was seen in between"
    clock.now += 3700
    assert sessions.person(cookie) is None


def test_a_session_ends_in_any_case(sessions: Sessions, clock: Clock) -> None:
    cookie = sessions.begin("editor")
    for _ in range(4):
        clock.now += 2400
        assert sessions.person(cookie) is not None
    clock.now += 2400
    assert sessions.person(cookie) is None


def test_a_new_password_ends_all_sessions(sessions: Sessions, accounts: Accounts) -> None:
    cookie = sessions.begin("editor")
    accounts.change_password("EDITOR", "another long password", by="test")
    assert sessions.person(cookie) is None


def test_the_file_does_not_hold_the_cookie(sessions: Sessions, project: Project) -> None:
    cookie = sessions.begin("editor")
    files = [project.database, *project.database.parent.glob("studio.sqlite-*")]
    assert not any(cookie.encode() in file.read_bytes() for file in files)


def test_the_one_person_of_a_studio_keeps_the_token(project: Project) -> None:
    database = Database(project.database)
    assert local_person(database) == local_person(database)


def test_failed_logins_are_counted_by_name_and_forgotten_in_time(project: Project, clock: Clock) -> None:
    limits = LoginLimits(Database(project.database), clock)
    for _ in range(PER_NAME):
        assert limits.wait("anna", "10.0.0.1") == 0
        limits.failed("Anna", "10.0.0.1")
    assert limits.wait("anna", "10.0.0.2") == pytest.approx(WINDOW)
    assert limits.wait("bo", "10.0.0.1") == 0
    clock.now += WINDOW + 1
    assert limits.wait("anna", "10.0.0.1") == 0


def test_failed_logins_are_counted_by_address(project: Project, clock: Clock) -> None:
    limits = LoginLimits(Database(project.database), clock)
    for number in range(PER_ADDRESS):
        limits.failed(f"name-{number}", "10.0.0.1")
    assert limits.wait("anna", "10.0.0.1") > 0
    assert limits.wait("anna", "10.0.0.2") == 0


def test_a_login_forgives_the_failures_before(project: Project, clock: Clock) -> None:
    limits = LoginLimits(Database(project.database), clock)
    for _ in range(PER_NAME):
        limits.failed("anna", "10.0.0.1")
    limits.succeeded("anna")
    assert limits.wait("anna", "10.0.0.1") == 0
