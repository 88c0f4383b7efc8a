"""Work in the background: never two of the same, cancelled through what it tells, errors in words."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from epicrisis.errors import OptionError
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio
from epicrisis.studio.tasks import Task, Tasks, tasks_of


def test_the_same_is_not_begun_twice(project: Project) -> None:
    tasks, go_on, calls = Tasks(project), threading.Event(), []

    def work(task: Task) -> None:
        calls.append(task)
        go_on.wait(20)

    first = tasks.begin("a", work)
    assert tasks.begin("a", work) is first
    go_on.set()
    first.join(20)
    assert first.state == "done"
    assert calls == [first]
    assert tasks.begin("a", work) is not first


def test_places_are_kept(project: Project) -> None:
    tasks, go_on = Tasks(project, places=1), threading.Event()
    began = threading.Event()

    def work(_task: Task) -> None:
        began.set()
        go_on.wait(20)

    first = tasks.begin("a", work)
    assert began.wait(20)
    second = tasks.begin("b", lambda _task: None)
    assert (first.state, second.state) == ("running", "waiting")
    go_on.set()
    second.join(20)
    assert second.state == "done"


def test_a_cancelled_task_ends_at_its_next_word(project: Project) -> None:
    tasks, began = Tasks(project), threading.Event()

    def work(task: Task) -> None:
        while True:
            task.tell("on", 1, 2)
            began.set()

    task = tasks.begin("a", work)
    assert began.wait(20)
    task.cancel()
    task.join(20)
    assert task.state == "cancelled"
    assert (task.said, task.share, task.left) == ("on", 0.5, None)


def test_what_went_wrong_is_said_without_words_of_reports(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = Tasks(project)

    def known(_task: Task) -> None:
        raise OptionError("No gold.", hint="Choose one.", path=project.folder / "gold" / "a.csv", line=3)

    def unknown(_task: Task) -> None:
        raise KeyError("Mrs Jansen")

    found: dict[str, Any] = {}
    for name, work in (("known", known), ("unknown", unknown)):
        task = tasks.begin(name, work)
        task.join(20)
        found[name] = task.problem
        assert task.state == "failed"
    assert (found["known"].message, found["known"].where) == ("No gold.", "gold/a.csv:3")
    assert found["unknown"].code == "unforeseen"
    assert "Jansen" not in found["unknown"].model_dump_json() + caplog.text
    assert "KeyError at" in caplog.text


def test_a_studio_has_one_of_each_kind(project: Project) -> None:
    studio = Studio(project, Settings())
    assert tasks_of(studio, "a") is tasks_of(studio, "a")
    assert tasks_of(studio, "a") is not tasks_of(studio, "b")
