"""Answers that are still being written, as far as they can be shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal

from ...codebook.codebook import Codebook
from ...engines.engine import Request
from ...extraction import ExtractionOptions
from ...extraction.answer import Answer
from ...extraction.candidate import Candidate, candidate
from ...extraction.settling import settle
from ...extraction.sheet import read_sheet
from ...report import Report

logger = logging.getLogger(__name__)

#: What the engine is doing: it reads the prompt, reasons, writes answers, or is asked again about some.
Phase = Literal["reading", "reasoning", "answering", "checking"]


class HalfWritten:
    """The members of a JSON object while it is written, each as soon as it is complete.

    Whatever is written, nothing raises, and a member that is there stays as it is.
    """

    def __init__(self) -> None:
        self.members: dict[str, Any] = {}
        self._text = ""

    def add(self, piece: str) -> dict[str, Any]:
        """Take the next stretch; gives the members that it completed."""
        self._text += piece
        # Nothing else ends a member.
        if "," not in piece and "}" not in piece:
            return {}
        found = read_sheet(self._text).members
        fresh = {name: value for name, value in found.items() if name not in self.members}
        self.members |= fresh
        return fresh


class Arriving:
    """What the engine has written about one report so far, as answers with their evidence.

    They are what they would be if nothing followed; whether an answer is asked again, and rules, come
    later. ``changed`` is called whenever there is something new to show, in the thread that asks.
    """

    def __init__(
        self, codebook: Codebook, options: ExtractionOptions, report: Report, changed: Callable[[], None]
    ) -> None:
        self._codebook = codebook
        self._options = options
        self._report = report
        self._changed = changed
        self._lock = threading.Lock()
        self._candidates: dict[str, Candidate] = {}
        self._answers: dict[str, Answer] = {}
        self.phase: Phase = "reading"

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Those that have arrived, in codebook order."""
        return self._answers

    def hear(self, request: Request) -> Callable[[str], None] | None:
        """Listen to the answer to a request, if it is about variables of the codebook."""
        asked = _names(request) & {variable.name for variable in self._codebook.variables}
        if not asked:
            self._show("reasoning" if request.schema is None else "reading")
            return None
        self._show("checking" if asked <= self._candidates.keys() else "reading")
        sheet, broken = HalfWritten(), False

        def heard(piece: str) -> None:
            nonlocal broken
            if broken:
                return
            try:
                self._hear(sheet.add(piece), begun=piece.strip() != "")
            except Exception as error:
                # What is shown on the way must never spoil the answers themselves.
                broken = True
                logger.debug("unforeseen %s while answers arrived", type(error).__name__)

        return heard

    def _hear(self, members: Mapping[str, Any], *, begun: bool) -> None:
        if begun and self.phase == "reading":
            self._show("answering")
        fresh = self._taken(members)
        if not fresh:
            return
        with self._lock:
            self._candidates |= fresh
            complete = {
                variable.name: self._candidates.get(variable.name, Candidate())
                for variable in self._codebook.variables
            }
        settled = settle(self._codebook, complete, self._report.text, self._report.language)
        self._answers = {name: answer for name, answer in settled.items() if name in self._candidates}
        self._changed()

    def _taken(self, members: Mapping[str, Any]) -> dict[str, Candidate]:
        """The candidates that change what is shown."""
        options, found = self._options, {}
        for variable in self._codebook.variables:
            if variable.name not in members:
                continue
            one = candidate(variable, members[variable.name], options.form, options.absent)
            # Of a long report, later parts are often silent about what an earlier one said.
            if not one.empty or variable.name not in self._candidates:
                found[variable.name] = one
        return found

    def _show(self, phase: Phase) -> None:
        if phase != self.phase:
            self.phase = phase
            self._changed()


def _names(request: Request) -> set[str]:
    """The members that the answer to a request will have."""
    members = (request.schema or {}).get("properties", {})
    return set(members) if isinstance(members, Mapping) else set()
