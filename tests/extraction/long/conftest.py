"""Answers to parts of a report by regular expressions: what a model would say that reads what is there and
nothing else. Evidence is located and hedging found as ever."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable
from epicrisis.engines.engine import Request
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.candidate import Candidate
from epicrisis.extraction.settling import settle

#: What is looked for, and the value it gives; for lists every match gives a mention or an item.
Reader = tuple[str, Callable[[re.Match[str]], Any]]


class Reading:
    """Answers for a text: ``answers`` as the extraction would have them, ``reply`` as a model writes them."""

    def __init__(self, codebook: Codebook, readers: Mapping[str, Reader]) -> None:
        self.codebook = codebook
        self._readers = readers

    def answers(self, text: str) -> dict[str, Answer]:
        candidates = {name: Candidate() for name in self.codebook.names}
        for name, found in self._found(text).items():
            value, quote = found
            candidates[name] = Candidate(value, quote, confidence=0.9)
        return settle(self.codebook, candidates, text)

    def reply(self, request: Request) -> str:
        """The sheet that the schema of a request asks for, quotes first: a script for ``ScriptedEngine``."""
        report = request.messages[-1].content
        for message in reversed(request.messages):
            if message.role == "user" and "<report>" in message.content:
                report = message.content.partition("<report>\n")[2].partition("\n</report>")[0]
                break
        found = self._found(report)
        sheet: dict[str, Any] = {}
        for name in (request.schema or {})["properties"]:
            value, quote = found.get(name, (None, None))
            listed = isinstance(self.codebook[name], SpansVariable | GroupVariable)
            sheet[name] = (value or []) if listed else {"quote": quote, "value": value}
        return json.dumps(sheet, ensure_ascii=False)

    def _found(self, text: str) -> dict[str, tuple[Any, str | None]]:
        found: dict[str, tuple[Any, str | None]] = {}
        for name, (pattern, value) in self._readers.items():
            matches = list(re.finditer(pattern, text))
            if not matches:
                continue
            if isinstance(self.codebook[name], SpansVariable):
                found[name] = [{"text": match.group(), "type": value(match)} for match in matches], None
            elif isinstance(self.codebook[name], GroupVariable):
                found[name] = [{**value(match), "quote": match.group()} for match in matches], None
            else:
                found[name] = value(matches[0]), matches[0].group()
        return found


@pytest.fixture(scope="session")
def reading() -> Callable[[Codebook, Mapping[str, Reader]], Reading]:
    return Reading


@pytest.fixture(scope="session")
def stated() -> Callable[..., Answer]:
    """An answer that rests on the first place of ``words`` in ``text``; without words an inferred one."""

    def make(
        value: Any,
        words: str | None = None,
        text: str = "",
        status: Status = Status.STATED,
        confidence: float | None = None,
        notes: tuple[str, ...] = (),
    ) -> Answer:
        if words is None:
            return Answer(Status.INFERRED, value, None, confidence, notes)
        start = text.index(words)
        evidence = Evidence(words, start, start + len(words), Grade.EXACT)
        return Answer(status, value, evidence, confidence, notes)

    return make
