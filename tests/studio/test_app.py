"""The frame around all pages."""

from __future__ import annotations

from fastapi import Request
from pydantic import BaseModel

from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.web.dependencies import Viewer
from epicrisis.studio.web.twin import Pages


class Asked(BaseModel):
    """What the page of a refusal shows."""

    message: str
    hint: str = ""
    where: str = ""


def test_a_page_and_its_twin(client, project: Project) -> None:
    (project.shelf("codebooks") / "breast.yaml").write_text("x", "utf-8")
    page = client.get("/")
    twin = client.get("/api/home")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert twin.json()["codebooks"] == ["breast"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_nothing_is_changed_without_the_token(client) -> None:
    client.headers.pop("X-CSRF-Token")
    answer = client.post("/api/logout")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_another_name_for_this_machine_is_refused(client) -> None:
    answer = client.get("/api/home", headers={"host": "evil.example:8100"})
    assert (answer.status_code, answer.json()["code"]) == (400, "host")


def test_the_interface_follows_the_browser(client) -> None:
    page = client.get("/", headers={"accept-language": "nl-BE, en;q=0.5"})
    assert '<html lang="nl">' in page.text


def test_settings_default_to_this_machine() -> None:
    assert Settings().is_loopback


def test_a_view_may_ask_for_the_request(client) -> None:
    part = Pages("test")

    @part.page("/asked", "refused.html")
    def asked(request: Request, _person: Viewer) -> Asked:
        return Asked(message=f"asked for {request.url.path}")

    client.app.include_router(part.pages)
    client.app.include_router(part.api)

    assert "asked for /asked" in client.get("/asked").text
    assert client.get("/api/asked").json()["message"] == "asked for /api/asked"
