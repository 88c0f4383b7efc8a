"""Every change of the API: none without the token, none without a login, none above one's role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from epicrisis.studio.app import create_app
from epicrisis.studio.pages import every_page
from epicrisis.studio.people.roles import Role
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

#: What everybody may change: their own login, language, password and tries.
_OWN = {"/api/login", "/api/logout", "/api/language", "/api/account/password", "/api/tries/{try_id}"}
#: Pages that are sent a form and change nothing.
_SHOWN = {"/runs/preflight"}
#: Pages whose twin lies under another name.
_TWINS = {"/try/{try_id}": "/tries/{try_id}", "/evaluate": "/evaluations"}
#: Pages that only lead to another.
_LEADING = {"/evaluate/open"}
_CHANGES = ("POST", "PUT", "PATCH", "DELETE")


def changes() -> list[tuple[str, str]]:
    """Method and path of every change."""
    routes = [route for part in every_page() for route in part.api.routes if isinstance(route, APIRoute)]
    return sorted((method, route.path) for route in routes for method in route.methods if method in _CHANGES)


def filled(path: str) -> str:
    """A path with something in the place of its parameters."""
    return re.sub(r"\{[^}]+\}", "nothing", path)


@pytest.fixture
def logged_in(make_client: Any, accounts: Any) -> Any:
    return lambda name: make_client(Settings(accounts=True)).log_in(name)


def test_all_pages_are_routed_and_all_changes_lie_under_api(project: Project) -> None:
    app = create_app(project)
    assert app.openapi()["paths"]
    pages = [route for part in every_page() for route in part.pages.routes if isinstance(route, APIRoute)]
    assert {route.path for route in pages if route.methods != {"GET"}} == _SHOWN


@pytest.mark.parametrize(("method", "path"), changes())
def test_no_change_without_the_token(logged_in: Any, method: str, path: str) -> None:
    client = logged_in("admin")
    client.headers.pop("X-CSRF-Token")
    answer = client.request(method, filled(path), json={})
    if path != "/api/login":
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize(("method", "path"), changes())
def test_no_change_without_a_login(make_client: Any, accounts: Any, method: str, path: str) -> None:
    answer = make_client(Settings(accounts=True)).request(method, filled(path), json={})
    assert answer.status_code == (422 if path == "/api/login" else 401)


@pytest.mark.parametrize(("method", "path"), [one for one in changes() if one[1] not in _OWN])
def test_a_viewer_changes_nothing(logged_in: Any, method: str, path: str) -> None:
    answer = logged_in("viewer").request(method, filled(path), json={})
    assert answer.status_code in (403, 422), answer.text
    if answer.status_code == 403:
        assert answer.json()["code"] == "role"
    else:
        # The body is looked at first: with any body that fits, the role is what refuses.
        assert Role.VIEWER.word not in answer.text


def test_every_page_has_its_twin() -> None:
    for part in every_page():
        pages = {route.path for route in part.pages.routes if isinstance(route, APIRoute)}
        pages = {_TWINS.get(path, path) for path in pages - _SHOWN - _LEADING - {"/login", "/"}}
        twins = {
            route.path for route in part.api.routes if isinstance(route, APIRoute) and "GET" in route.methods
        }
        assert {f"/api{path}" for path in pages} <= twins
