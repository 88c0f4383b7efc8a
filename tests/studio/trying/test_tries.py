"""Tries wait for their engine, can be taken back, belong to one person, and are forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from epicrisis.adapter import Adapter
from epicrisis.errors import EngineUnreachableError, ModelError
from epicrisis.studio.trying import Attempt, Tries
from epicrisis.studio.trying.tries import MOST, MOST_AT_ONCE, lane_of
from epicrisis.studio.trying.views import as_json, as_table, progress_of, try_view
from epicrisis.studio.web.refusals import Refused


class Opened:
    """Engines by address, and how often each was opened."""

    def __init__(self) -> None:
        self.engines: dict[str, Any] = {}
        self.log: list[str] = []

    def __call__(self, address: str, adapter: Any = None) -> Any:
        self.log.append(address if adapter is None else f"{address} + {adapter.name}")
        found = self.engines[address]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def opened(gated: Callable[..., Any]) -> Opened:
    found = Opened()
    found.engines = {"one.gguf": gated(), "two.gguf": gated(), "http://h/v1": gated()}
    return found


@pytest.fixture
def tries(opened: Opened) -> Iterator[Tries]:
    found = Tries(opened)
    yield found
    found.close()


def wait(attempt: Attempt, until: Callable[[Attempt], bool] = lambda one: one.over) -> None:
    """Until something holds; a minute at most."""
    pause = threading.Event()
    for _ in range(6000):
        if until(attempt):
            return
        pause.wait(0.01)
    raise AssertionError(f"{attempt.status}, {attempt.phase}, {attempt.error}")


def test_answers_arrive_and_are_final_in_the_end(tries: Tries, opened: Opened, asked: Any) -> None:
    attempt = tries.begin("anna", asked())
    engine = opened.engines["one.gguf"]
    assert engine.begun.wait(60)
    assert attempt.status == "running"
    assert progress_of(attempt, 0).step == "reading"
    engine.let(60)
    wait(attempt, lambda one: len(one.answers) == 1)
    view = try_view(attempt, 0, "nl", slow=True)
    assert [(one.variable, one.status, one.so_far, one.shown) for one in view.answers] == [
        ("mta", "arriving", "stated", "2")
    ]
    assert view.answers[0].label == "MTA"
    assert [one.text for one in view.pieces if one.variables] == ["MTA links 2"]
    assert (view.progress.answered, view.progress.total, view.slow) == (1, 4, True)
    assert as_table(attempt) == ""
    engine.let()
    wait(attempt)
    view = try_view(attempt, 0, "nl", slow=True)
    assert [(one.variable, one.status) for one in view.answers] == [
        ("mta", "stated"),
        ("infarct", "uncertain"),
        ("volume", "stated"),
        ("remark", "not_mentioned"),
    ]
    assert (view.progress.step, view.valued, view.slow, view.seconds > 0) == ("over", 3, False, True)
    assert '"quote": "Volume 12 ml"' in as_json(attempt)
    rows = [line.split("\t") for line in as_table(attempt).splitlines()]
    assert [row[0] for row in rows] == ["variable", "mta", "infarct", "volume", "remark"]
    assert {len(row) for row in rows} == {14}


def test_one_after_the_other_and_the_engine_stays_open(tries: Tries, opened: Opened, asked: Any) -> None:
    first, second, third = (
        tries.begin("anna", asked()),
        tries.begin("bo", asked()),
        tries.begin("bo", asked()),
    )
    assert opened.engines["one.gguf"].begun.wait(60)
    assert [tries.before(one) for one in (first, second, third)] == [0, 1, 2]
    assert progress_of(third, 2).step == "waiting"
    tries.end("bo", second.id)
    assert second.status == "cancelled"
    assert tries.before(third) == 1
    opened.engines["one.gguf"].let()
    wait(first)
    wait(third)
    assert opened.log == ["one.gguf"]
    assert (first.opened, third.opened) == (True, False)


def test_another_model_takes_the_place_of_the_first(tries: Tries, opened: Opened, asked: Any) -> None:
    for address in ("one.gguf", "two.gguf"):
        opened.engines[address].let()
        wait(tries.begin("anna", asked(address)))
    assert opened.engines["one.gguf"].closed.is_set()
    assert not opened.engines["two.gguf"].closed.is_set()
    assert opened.log == ["one.gguf", "two.gguf"]


def test_an_adapter_is_loaded_with_its_model(
    tries: Tries, opened: Opened, asked: Any, tmp_path: Path
) -> None:
    adapter = Adapter(tmp_path, {"name": "kidney", "digest": "sha256:a", "base": {}})
    opened.engines["one.gguf"].let()
    wait(tries.begin("anna", asked()))
    plain = asked()
    with_it = replace(plain, options=replace(plain.options, adapter=adapter))
    for _ in range(2):
        wait(tries.begin("anna", with_it))
    assert opened.log == ["one.gguf", "one.gguf + kidney"]


def test_a_server_does_not_wait_for_a_model(tries: Tries, opened: Opened, asked: Any) -> None:
    slow = tries.begin("anna", asked())
    opened.engines["http://h/v1"].let()
    quick = tries.begin("anna", asked("http://h/v1"))
    wait(quick)
    assert not slow.over
    assert lane_of("one.gguf") == lane_of("native:two.gguf") != lane_of("http://h/v1")


def test_one_that_is_at_work_can_be_cancelled(tries: Tries, opened: Opened, asked: Any) -> None:
    attempt = tries.begin("anna", asked())
    engine = opened.engines["one.gguf"]
    engine.let(60)
    wait(attempt, lambda one: len(one.answers) == 1)
    tries.end("anna", attempt.id)
    wait(attempt)
    assert attempt.status == "cancelled"
    assert try_view(attempt, 0, "en", slow=False).answers[0].status == "stated"
    assert not engine.closed.is_set()


def test_an_engine_that_is_idle_is_closed(opened: Opened, asked: Any) -> None:
    tries = Tries(opened, idle=0.01)
    engine = opened.engines["one.gguf"]
    engine.let()
    wait(tries.begin("anna", asked()))
    assert engine.closed.wait(60)
    wait(tries.begin("anna", asked()))
    assert opened.log == ["one.gguf"] * 2
    tries.close()


def test_an_engine_that_cannot_be_opened_says_why(tries: Tries, opened: Opened, asked: Any) -> None:
    opened.engines["one.gguf"] = ModelError("There is no such model.", hint="Fetch it.")
    attempt = tries.begin("anna", asked())
    wait(attempt)
    assert attempt.status == "failed"
    assert attempt.error is not None
    assert (attempt.error.code, attempt.error.hint) == ("model", "Fetch it.")


def test_an_engine_that_failed_is_opened_anew(tries: Tries, opened: Opened, asked: Any, gated: Any) -> None:
    broken = opened.engines["one.gguf"] = gated(error=EngineUnreachableError("It is down."))
    attempt = tries.begin("anna", asked())
    wait(attempt)
    assert attempt.error is not None
    assert attempt.error.message == "It is down."
    assert broken.closed.is_set()
    opened.engines["one.gguf"] = gated()
    opened.engines["one.gguf"].let()
    again = tries.begin("anna", asked())
    wait(again)
    assert again.status == "finished"


def test_an_unforeseen_error_tells_nothing_of_the_report(
    tries: Tries, opened: Opened, asked: Any, gated: Any, caplog: pytest.LogCaptureFixture
) -> None:
    opened.engines["one.gguf"] = gated(error=ValueError("CANARY"))
    attempt = tries.begin("anna", asked())
    wait(attempt)
    assert attempt.error is not None
    assert "CANARY" not in attempt.error.model_dump_json() + caplog.text
    assert "ValueError" in attempt.error.message


def test_nobody_sees_the_tries_of_others(tries: Tries, asked: Any) -> None:
    attempt = tries.begin("anna", asked())
    for person, attempt_id in (("bo", attempt.id), ("anna", "forged")):
        for act in (tries.get, tries.end):
            with pytest.raises(Refused) as caught:
                act(person, attempt_id)
            assert caught.value.status == 404


def test_nobody_takes_all_the_places(tries: Tries, asked: Any) -> None:
    for _ in range(MOST_AT_ONCE):
        tries.begin("anna", asked())
    with pytest.raises(Refused) as caught:
        tries.begin("anna", asked())
    assert caught.value.status == 429
    tries.begin("bo", asked())


def test_the_oldest_make_room(tries: Tries, opened: Opened, asked: Any) -> None:
    opened.engines["one.gguf"].let()
    every = []
    for _ in range(MOST + 2):
        every.append(tries.begin("anna", asked()))
        wait(every[-1])
    with pytest.raises(Refused):
        tries.get("anna", every[0].id)
    assert tries.get("anna", every[-1].id) is every[-1]


def test_what_is_over_is_forgotten(opened: Opened, asked: Any) -> None:
    tries = Tries(opened, kept=-1.0)
    opened.engines["one.gguf"].let()
    attempt = tries.begin("anna", asked())
    wait(attempt)
    tries.sweep()
    with pytest.raises(Refused, match="no such try"):
        tries.get("anna", attempt.id)
    tries.close()


def test_one_that_is_over_can_be_forgotten_at_once(tries: Tries, opened: Opened, asked: Any) -> None:
    opened.engines["one.gguf"].let()
    attempt = tries.begin("anna", asked())
    wait(attempt)
    tries.end("anna", attempt.id)
    with pytest.raises(Refused):
        tries.get("anna", attempt.id)


def test_the_end_of_the_studio_is_the_end_of_its_tries(opened: Opened, asked: Any) -> None:
    tries = Tries(opened)
    running, waiting = tries.begin("anna", asked()), tries.begin("anna", asked())
    engine = opened.engines["one.gguf"]
    assert engine.begun.wait(60)
    tries.close()
    tries.close()
    assert (running.status, waiting.status) == ("cancelled", "cancelled")
    assert engine.closed.is_set()
    with pytest.raises(Refused) as caught:
        tries.begin("anna", asked())
    assert caught.value.status == 503
