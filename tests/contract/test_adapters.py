"""Several adapters on one loaded base: each request is answered as if its adapter were the only one."""

from __future__ import annotations

import dataclasses
import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from epicrisis.adapter import Adapter
from epicrisis.engines.engine import Engine, Message, Reply, Request
from epicrisis.engines.probe import probe
from epicrisis.errors import OptionError

WIDE = {
    "type": "object",
    "properties": {
        "said": {"type": "array", "items": {"enum": list("abcdefgh")}, "minItems": 12, "maxItems": 12}
    },
    "required": ["said"],
    "additionalProperties": False,
}
#: Long enough that a cache has something to give, and two that begin otherwise.
TEXTS = ("The same instructions and definitions for every report. " * 8, "And quite another kind. " * 16)
CHOICES = (None, "kidney", "thyroid")

#: Opens an engine of the kind under test with these adapters.
Opener = Callable[[Sequence[Adapter]], Engine]


def asking(text: str, adapter: str | None, report: str = "r1") -> Request:
    messages = (Message("system", text), Message("user", report))
    return Request(messages, schema=WIDE, max_tokens=400, report_id=report, adapter=adapter)


def said(reply: Reply) -> str:
    assert reply.finish == "stop"
    return reply.text


@pytest.fixture(scope="module")
def engine(open_with: Opener, adapters: Sequence[Adapter]) -> Iterator[Engine]:
    found = open_with(adapters)
    yield found
    found.close()


@pytest.fixture(scope="module")
def alone(open_with: Opener, adapters: Sequence[Adapter]) -> dict[tuple[str, str | None], str]:
    """What each says for each text where there is nothing else: an engine of its own, asked once."""
    found = {}
    for text, name in itertools.product(TEXTS, CHOICES):
        engine = open_with([adapter for adapter in adapters if adapter.name == name])
        found[text, name] = said(engine.complete(asking(text, name)))
        engine.close()
    return found


def test_it_says_which_it_has(engine: Engine, open_with: Opener) -> None:
    assert engine.info.adapters == ("kidney", "thyroid")
    bare = open_with([])
    assert bare.info.adapters == ()
    bare.close()


def test_adapters_answer_otherwise(alone: dict[tuple[str, str | None], str]) -> None:
    for text in TEXTS:
        assert len({alone[text, name] for name in CHOICES}) == len(CHOICES)


def test_taking_turns_changes_no_answer(engine: Engine, alone: dict[tuple[str, str | None], str]) -> None:
    turns = list(alone) * 4
    random.Random(5).shuffle(turns)
    for turn, (text, name) in enumerate(turns):
        assert said(engine.complete(asking(text, name))) == alone[text, name], (turn, name)


def test_several_at_once_change_no_answer(engine: Engine, alone: dict[tuple[str, str | None], str]) -> None:
    found: list[tuple[tuple[str, str | None], str]] = []

    def ask(key: tuple[str, str | None]) -> None:
        found.append((key, said(engine.complete(asking(*key)))))

    threads = [threading.Thread(target=ask, args=(key,)) for key in list(alone) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == len(threads)
    assert all(text == alone[key] for key, text in found)


def test_heard_while_it_is_written(engine: Engine, alone: dict[tuple[str, str | None], str]) -> None:
    for (text, name), wanted in alone.items():
        pieces: list[str] = []
        engine.complete(dataclasses.replace(asking(text, name), on_text=pieces.append))
        assert "".join(pieces) == wanted


def test_an_adapter_it_does_not_have(engine: Engine, open_with: Opener) -> None:
    with pytest.raises(OptionError, match="no adapter 'lung'") as caught:
        engine.complete(asking("CANARY", "lung"))
    assert "kidney, thyroid" in str(caught.value.hint)
    assert "CANARY" not in str(caught.value)
    bare = open_with([])
    with pytest.raises(OptionError, match="no adapter 'kidney'"):
        bare.complete(asking("CANARY", "kidney"))
    bare.close()


def test_the_probe_asks_with_the_adapter(engine: Engine) -> None:
    probe(engine, adapter="kidney")
    if engine.info.kind != "scripted":  # these are taken at their word
        with pytest.raises(OptionError, match="lung"):
            probe(engine, adapter="lung")


def test_two_of_one_name(open_with: Opener, adapters: Sequence[Adapter]) -> None:
    with pytest.raises(OptionError, match="Two adapters are called 'kidney'"):
        open_with([adapters[0], adapters[0]])
