"""A model that knows one dictionary, and translates a report with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine

WORDS = {
    "Verslag:": "Report:",
    "Oud infarct links.": "Old infarction on the left.",
    "Er zijn twee infarcten.": "There are two infarctions.",
    "MTA links 2, rechts 1.": "MTA left 2, right 1.",
    "Geen tumor.": "No tumour.",
    "Diazepam 5 mg gestart, diazepam 2 mg gestopt.": "Diazepam 5 mg started, diazepam 2 mg stopped.",
}


def is_translation(request: Request) -> bool:
    return request.messages[0].content.startswith("You translate")


class Interpreter:
    """An engine that translates by ``words`` and gives ``answer`` to everything else."""

    def __init__(self, answer: Any = None, words: dict[str, str] | None = None, **options: Any) -> None:
        self.words = WORDS if words is None else words
        self.answer = answer
        self.engine = ScriptedEngine(self._reply, **options)

    def _reply(self, request: Request) -> Any:
        if not is_translation(request):
            return self.answer
        asked = json.loads(request.messages[-1].content)
        return {number: self.words.get(sentence, "in other words") for number, sentence in asked.items()}

    @property
    def translations(self) -> list[list[str]]:
        """The sentences of each request for translations."""
        return [
            list(json.loads(one.messages[-1].content).values())
            for one in self.engine.requests
            if is_translation(one)
        ]

    @property
    def questions(self) -> list[Request]:
        return [one for one in self.engine.requests if not is_translation(one)]


@pytest.fixture
def interpreter() -> Callable[..., Interpreter]:
    return Interpreter
