"""Every version is kept; nobody overwrites what they have not seen."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import OptionError
from epicrisis.studio.codebook_versions import Overtaken, Versions
from epicrisis.studio.database import Database
from epicrisis.studio.project import Project
from epicrisis.studio.web.refusals import Refused


def activity(project: Project) -> list[tuple[str, str]]:
    with Database(project.database).reading() as db:
        return [
            (row["person"], row["action"]) for row in db.execute("SELECT * FROM activity ORDER BY number")
        ]


def test_a_file_that_was_there_is_the_first_version(versions: Versions, text: str) -> None:
    current = versions.current("brain")
    assert (current.number, current.how, current.person, current.yaml) == (1, "outside", "", text)
    assert versions.current("brain").number == 1


def test_saving_keeps_a_version_and_writes_the_file(
    versions: Versions, brain: Path, text: str, project: Project
) -> None:
    versions.current("brain")
    saved = versions.save("brain", text + "title: T\n", base=1, note="a title", by="anna")
    assert (saved.number, saved.person, saved.note) == (2, "anna", "a title")
    assert brain.read_text("utf-8") == text + "title: T\n"
    assert [one.number for one in versions.all("brain")] == [2, 1]
    assert versions.get("brain", 1).yaml == text
    assert ("anna", "codebook.save") in activity(project)


def test_the_same_text_is_no_new_version(versions: Versions, text: str) -> None:
    versions.current("brain")
    assert versions.save("brain", text, base=1, note="", by="anna").number == 1


def test_a_draft_with_errors_is_kept_without_a_digest(versions: Versions) -> None:
    versions.current("brain")
    assert versions.save("brain", "name: [", base=1, note="", by="anna").digest is None


def test_who_was_overtaken_is_told_by_whom_and_what(versions: Versions, text: str, brain: Path) -> None:
    versions.current("brain")
    versions.save("brain", text + "title: hers\n", base=1, note="", by="anna")
    with pytest.raises(Refused) as refused:
        versions.save("brain", text + "title: his\n", base=1, note="", by="bo")
    answer = refused.value.refusal
    assert isinstance(answer, Overtaken)
    assert (refused.value.status, answer.theirs.number, answer.theirs.person) == (409, 2, "anna")
    assert answer.theirs.yaml == brain.read_text("utf-8") == text + "title: hers\n"


def test_a_change_outside_is_a_version_and_overtakes(versions: Versions, brain: Path, text: str) -> None:
    versions.current("brain")
    brain.write_text(text + "title: by hand\n", "utf-8")
    with pytest.raises(Refused):
        versions.save("brain", text + "title: mine\n", base=1, note="", by="bo")
    assert versions.current("brain").how == "outside"
    assert versions.current("brain").number == 2


def test_line_ends_of_the_file_stay(versions: Versions, brain: Path, text: str) -> None:
    brain.write_bytes(text.replace("\n", "\r\n").encode())
    assert versions.current("brain").yaml == text
    versions.save("brain", text + "title: T\n", base=1, note="", by="anna")
    assert brain.read_bytes().endswith(b"\r\ntitle: T\r\n")
    assert versions.current("brain").number == 2


def test_restoring_is_a_new_version(versions: Versions, text: str) -> None:
    versions.current("brain")
    versions.save("brain", text + "title: T\n", base=1, note="", by="anna")
    again = versions.restore("brain", 1, base=2, note="", by="bo")
    assert (again.number, again.how, again.yaml) == (3, "restored", text)


def test_what_was_removed_can_be_restored(versions: Versions, brain: Path, text: str) -> None:
    versions.current("brain")
    versions.remove("brain", by="anna")
    assert not brain.exists()
    assert versions.removed() == ["brain"]
    assert versions.restore("brain", 1, base=1, note="", by="bo").number == 2
    assert brain.read_text("utf-8") == text
    assert versions.removed() == []


def test_versions_go_along_with_a_new_name(versions: Versions, brain: Path) -> None:
    versions.current("brain")
    versions.rename("brain", "head", by="anna")
    assert not brain.exists()
    assert versions.current("head").number == 1
    assert versions.all("brain") == []


@pytest.mark.parametrize("name", ["../out", "a/b", ".hidden", "", "a" * 200, "library:x", "a\0"])
def test_names_that_lead_elsewhere_are_refused(versions: Versions, name: str, text: str) -> None:
    for call in (
        lambda: versions.make(name, text, how="made", note="", by="x"),
        lambda: versions.rename("brain", name, by="x"),
        lambda: versions.save(name, text, base=1, note="", by="x"),
    ):
        with pytest.raises((OptionError, Refused)):
            call()


def test_twenty_who_save_at_once_lose_nothing(versions: Versions, text: str) -> None:
    versions.current("brain")
    outcomes: list[str] = []

    def save(number: int) -> None:
        base = 1
        while True:
            try:
                versions.save("brain", f"{text}title: by {number}\n", base=base, note="", by=str(number))
            except Refused as refused:
                answer = refused.refusal
                assert isinstance(answer, Overtaken)
                base = answer.theirs.number
            else:
                outcomes.append(str(number))
                return

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(one.person for one in versions.all("brain") if one.person)
    assert [one.number for one in versions.all("brain")] == list(range(9, 0, -1))


# ---- the pages and their twins ---------------------------------------------------------------------------


def test_the_list_and_the_builder(client: Any, brain: Path) -> None:
    rows = client.get("/api/codebooks").json()["codebooks"]
    assert [(one["name"], one["variables"], one["errors"]) for one in rows] == [("brain", 2, 0)]
    page = client.get("/codebooks/brain")
    assert page.status_code == 200
    assert "Any infarct." in page.text
    assert client.get("/codebooks").status_code == 200
    assert client.get("/codebooks/brain/versions").status_code == 200
    assert client.get("/api/codebooks/library:brain-mri").json()["version"] is None
    assert client.get("/codebooks/library:brain-mri").status_code == 200
    assert client.get("/api/codebooks/nothing").status_code == 404


def test_a_file_that_cannot_be_read_is_listed(client: Any, brain: Path) -> None:
    brain.write_bytes(b"name: \xff")
    rows = client.get("/api/codebooks").json()["codebooks"]
    assert rows[0]["trouble"] == "Not UTF-8 text."
    assert client.get("/codebooks").status_code == 200
    assert client.get("/codebooks/brain").status_code == 422


def test_text_that_looks_like_markup_stays_text(client: Any, brain: Path) -> None:
    brain.write_text("name: x\ntitle: '</textarea><script>alert(1)</script>'\n", "utf-8")
    for address in ("/codebooks/brain", "/codebooks", "/codebooks/brain/versions"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "</textarea><script" not in page


@pytest.mark.parametrize("start", ["empty", "examples"])
def test_a_new_codebook(client: Any, start: str) -> None:
    made = client.post("/api/codebooks", json={"name": "new one", "start": start, "languages": ["nl"]})
    assert (made.status_code, made.json()["name"]) == (201, "new one")
    again = client.post("/api/codebooks", json={"name": "new one"})
    assert again.status_code == 409
    assert client.get("/api/codebooks/new%20one").json()["version"]["how"] == "made"


def test_a_copy_of_what_ships(client: Any) -> None:
    made = client.post(
        "/api/codebooks", json={"name": "mine", "start": "copy", "source": "library:dragon/task107"}
    )
    assert made.status_code == 201
    found = client.get("/api/codebooks/mine").json()
    assert "name: mine\n" in found["yaml"]
    assert found["yaml"].startswith("# DRAGON task 107")
    assert (
        client.post("/api/codebooks", json={"name": "m", "start": "copy", "source": "../x"}).status_code
        == 422
    )


def test_a_schema_is_uploaded(client: Any) -> None:
    schema = {"properties": {"stage": {"enum": ["I", "II"]}}}
    made = client.post(
        "/api/uploads/codebooks", data={"name": "board"}, files={"file": ("b.json", json.dumps(schema))}
    )
    assert made.status_code == 201
    assert client.get("/api/codebooks/board").json()["version"]["note"] == "b.json"
    bad = client.post("/api/uploads/codebooks", data={"name": "bad"}, files={"file": ("b.csv", b"\0\1")})
    assert bad.status_code == 422
    assert "tmp" not in bad.text


def test_saving_in_turn(client: Any, brain: Path, text: str) -> None:
    client.get("/api/codebooks/brain")
    first = client.put("/api/codebooks/brain", json={"yaml": text + "title: A\n", "base": 1, "note": "n"})
    assert (first.status_code, first.json()["number"]) == (200, 2)
    late = client.put("/api/codebooks/brain", json={"yaml": text + "title: B\n", "base": 1})
    assert late.status_code == 409
    assert late.json()["theirs"]["yaml"] == text + "title: A\n"
    compared = client.post(
        "/api/codebooks/difference", json={"old": late.json()["theirs"]["yaml"], "new": text + "title: B\n"}
    ).json()
    assert compared["elsewhere"] == ["title"]
    assert client.get("/api/codebooks/brain/versions?old=1&new=2").json()["difference"]["asks_otherwise"]
    assert client.get("/api/codebooks/brain/versions/1").json()["yaml"] == text
    assert client.get("/api/codebooks/brain/yaml?version=1").text == text
    restored = client.post("/api/codebooks/brain/versions/1/restore", json={"base": 2})
    assert restored.json()["number"] == 3
    assert client.post("/api/codebooks/brain/rename", json={"name": "head"}).status_code == 200
    assert client.delete("/api/codebooks/head").status_code == 204
    assert client.get("/codebooks/head/versions").status_code == 200


def test_checking_and_showing(client: Any, text: str) -> None:
    found = client.post("/api/codebooks/check", json={"yaml": text}).json()
    assert found["errors"] == 0
    assert client.post("/api/codebooks/prompt", json={"yaml": text}).json()["exact"] is False
    assert client.post("/api/codebooks/prompt", json={"yaml": "name: ["}).status_code == 422
    unknown = {"yaml": text, "engine": "http://example.org/v1"}
    assert client.post("/api/codebooks/prompt", json=unknown).status_code == 422


def test_a_report_to_try_on(client: Any) -> None:
    found = client.get("/api/codebook-samples", params={"reports": "library:brain-mri", "at": 1}).json()
    assert found["text"]
    assert not found["last"]
    gone = client.get("/api/codebook-samples", params={"reports": "library:brain-mri", "at": 499})
    assert gone.status_code == 404
    assert client.get("/api/codebook-samples", params={"reports": "../x"}).status_code in (404, 422)


def test_what_is_not_saved_can_be_tried(client: Any, brain: Path, tmp_path: Path) -> None:
    from epicrisis.studio.engines import Engines

    script = tmp_path / "script.jsonl"
    script.write_text('{"reply": {"bleeding": false}}\n', "utf-8")
    engine = f"scripted:{script}"
    Engines(Database(client.project.database)).add(engine, "script", by="test")
    asked = {"text": "No bleeding.", "codebook": "brain", "engine": engine}
    assert client.post("/api/tries", json=asked | {"codebook_yaml": "name: ["}).status_code == 422
    yaml = "name: brain\nvariables: [{name: bleeding, kind: boolean, definition: Any.}]\n"
    begun = client.post("/api/tries", json=asked | {"codebook_yaml": yaml})
    assert begun.status_code == 201
    with client.stream("GET", f"/api/tries/{begun.json()['id']}/events") as events:
        assert any(line == "event: over" for line in events.iter_lines())
    found = client.get(f"/api/tries/{begun.json()['id']}").json()
    assert [(one["variable"], one["value"]) for one in found["answers"]] == [("bleeding", False)]


def test_who_may_what(client: Any, accounts: Any, brain: Path, text: str) -> None:
    from epicrisis.studio.settings import Settings

    with type(client)(client.project, Settings(accounts=True)) as reviewer:
        reviewer.log_in("reviewer")
        assert reviewer.get("/codebooks/brain").status_code == 200
        assert reviewer.post("/api/codebooks/check", json={"yaml": text}).status_code == 200
        for call in (
            reviewer.put("/api/codebooks/brain", json={"yaml": text, "base": 1}),
            reviewer.post("/api/codebooks", json={"name": "x"}),
            reviewer.delete("/api/codebooks/brain"),
            reviewer.post("/api/codebooks/brain/rename", json={"name": "x"}),
        ):
            assert call.status_code == 403
