"""One report in, one extraction out: ask, read, check, ask again once, locate, decide."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable, Variable
from epicrisis.engines.engine import Engine, Message, Reply, Request
from epicrisis.errors import ContextOverflowError
from epicrisis.prompting import PROMPT_VERSION, Form, Prompt
from epicrisis.report import Report

from .answer import Answer, Extraction, Status, Usage
from .candidate import IS_MISSING, MISSING, Candidate, candidate
from .confidence import TOP, confidences
from .dependencies import all_ruled_out, contradicted, contradiction, contradictions
from .options import ExtractionOptions
from .settling import settle
from .sheet import looping, read_sheet

__all__ = ["ExtractionOptions", "Extractor"]

#: The most requests about one report: the question, its completion or the quotes, and one repair.
MAX_REQUESTS = 3


class Extractor:
    """Answers a codebook for reports, one at a time. Safe to call from several threads.

    Report-level trouble (empty text, too long, no usable answer) comes back as an ``Extraction`` whose
    answers are all ``failed`` with the reason. Trouble with the engine is raised as ``EngineError``.
    """

    def __init__(self, codebook: Codebook, engine: Engine, options: ExtractionOptions | None = None) -> None:
        self.codebook = codebook
        self.engine = engine
        self.options = options or ExtractionOptions()
        self.prompt = Prompt(
            codebook,
            self.options.form,
            absent=self.options.absent,
            examples=self.options.examples,
            shots=self.options.shots,
        )
        self._budget = self.options.max_tokens or self.prompt.budget()

    @property
    def prompt_version(self) -> str:
        return PROMPT_VERSION

    def extract(self, report: Report, cancel: threading.Event | None = None) -> Extraction:
        """The answers for ``report``, every variable of the codebook once, in its order."""
        if not report.text.strip():
            return self._failed(report, "empty", Usage())
        conversation = _Conversation(self, report, cancel)
        try:
            return conversation.run()
        except ContextOverflowError as error:
            reason = f"too long: needs {error.needed} tokens, the context holds {error.available}"
            return self._failed(report, reason, conversation.usage)

    def _failed(self, report: Report, reason: str, usage: Usage) -> Extraction:
        answers = {name: Answer(Status.FAILED, notes=(reason,)) for name in self.codebook.names}
        return Extraction(report.id, answers, usage, failure=reason)


class _Conversation:
    """The turns about one report. Each further turn reuses all that was evaluated before it."""

    def __init__(self, extractor: Extractor, report: Report, cancel: threading.Event | None) -> None:
        self._extractor = extractor
        self._codebook = extractor.codebook
        self._prompt = extractor.prompt
        self._options = extractor.options
        self._report = report
        self._cancel = cancel
        self._messages: list[Message] = self._prompt.messages(report.text)
        self._notes: list[str] = []
        self._sure: dict[str, float] = {}
        self.usage = Usage()

    def run(self) -> Extraction:
        members = self._members()
        if not members:
            reason = self._notes[-1] if self._notes else "no answer"
            return self._extractor._failed(self._report, reason, self.usage)
        candidates = self._candidates(members, self._codebook.variables)
        if self._options.form is Form.TWO_STEP:
            self._ask_quotes(candidates)
        if self._options.repair:
            self._repair(candidates)
        self._forgive(candidates)
        for variable in contradicted(self._codebook, candidates):
            candidates[variable.name] = Candidate(problem=f"contradiction: {contradiction(variable)}")
        for found in candidates.values():
            if found.problem == IS_MISSING and self._notes:
                found.problem = f"{IS_MISSING}: {'; '.join(self._notes)}"
        answers = settle(self._codebook, candidates, self._report.text)
        return Extraction(self._report.id, answers, self.usage)

    def _candidates(self, members: dict[str, Any], variables: Sequence[Variable]) -> dict[str, Candidate]:
        form, absent = self._options.form, self._options.absent
        found = {v.name: candidate(v, members.get(v.name, MISSING), form, absent) for v in variables}
        for name, one in found.items():
            one.confidence = self._sure.get(name)
        return found

    def _ask(self, schema: dict[str, Any], budget: int) -> Reply:
        reply = self._extractor.engine.complete(
            Request(
                messages=tuple(self._messages),
                schema=schema,
                max_tokens=budget,
                temperature=self._options.temperature,
                seed=self._options.seed,
                top_logprobs=TOP if self._options.confidence else 0,
                timeout=self._options.timeout,
                report_id=self._report.id,
            ),
            self._cancel,
        )
        self.usage += Usage(
            1, reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens, reply.seconds
        )
        if reply.finish == "refusal":
            self._notes.append("the model refused to answer")
        return reply

    def _weigh(self, reply: Reply) -> None:
        """Keep how sure the model was of the values in a reply."""
        options = self._options
        self._sure |= confidences(reply, self._codebook.variables, options.form, options.absent)

    def _ask_again(
        self, turn: Message, schema: dict[str, Any], budget: int, *, weigh: bool = True
    ) -> dict[str, Any]:
        """The members of the answer to a further turn. None if there is no room for it in the context or
        in the number of requests: what was answered before still stands."""
        if self.usage.requests >= MAX_REQUESTS:
            return {}
        self._messages.append(turn)
        try:
            reply = self._ask(schema, budget)
        except ContextOverflowError as error:
            self._messages.pop()
            self._notes.append(
                f"too long to ask again: needs {error.needed} tokens, the context holds {error.available}"
            )
            return {}
        if weigh:
            self._weigh(reply)
        members = read_sheet(reply.text).members
        self._messages.append(Message("assistant", self._prompt.written(members)))
        return members

    def _members(self) -> dict[str, Any]:
        """The members of the first answer; one that was cut short is completed once, with twice the budget
        and only the variables it did not reach. Empty: nothing that could be read."""
        budget = self._extractor._budget
        reply = self._ask(self._prompt.schema, budget)
        self._weigh(reply)
        sheet = read_sheet(reply.text)
        members = sheet.members
        said = reply.text if sheet.complete else self._prompt.written(members)
        self._messages.append(Message("assistant", said))
        if sheet.complete or reply.finish == "refusal":
            return members
        if reply.finish == "stop" and not members:
            self._notes.append("the answer is not JSON")
            return {}
        left = [variable for variable in self._codebook.variables if variable.name not in members]
        if not left:
            return members
        if looping(reply.text):
            self._notes.append("the model repeated itself")
            if len(left) > 1 and members:
                # What it looped on is given up; what comes after it is asked again.
                left = left[1:]
        else:
            cut = f"cut off after {budget} tokens" if reply.finish == "length" else "the answer broke off"
            self._notes.append(cut)
        turn, schema = self._prompt.repair_turn(
            {variable.name: "not answered yet" for variable in left}, left
        )
        return members | self._ask_again(turn, schema, 2 * budget)

    def _ask_quotes(self, candidates: dict[str, Candidate]) -> None:
        asked = [
            variable
            for variable in self._codebook.variables
            if candidates[variable.name].value is not None
            and not isinstance(variable, SpansVariable | GroupVariable)
        ]
        if not asked:
            return
        turn, schema = self._prompt.quotes_turn(asked)
        quotes = self._ask_again(turn, schema, 64 * len(asked), weigh=False)
        for variable in asked:
            quote = quotes.get(variable.name, MISSING)
            if isinstance(quote, str) and quote.strip():
                candidates[variable.name].quote = quote
            elif quote is not MISSING and variable.allows("not_mentioned"):
                # The model itself finds no words for it: it takes the value back.
                candidates[variable.name] = Candidate()  # how sure it is of that was not asked

    def _repair(self, candidates: dict[str, Candidate]) -> None:
        """Ask once more for what broke the codebook, naming exactly what was wrong with it."""
        self._forgive(candidates)
        complaints = {name: found.complaint for name, found in candidates.items() if found.complaint}
        complaints |= contradictions(self._codebook, candidates)
        if not complaints:
            return
        concerned = [variable for variable in self._codebook.variables if variable.name in complaints]
        turn, schema = self._prompt.repair_turn(complaints, concerned)
        members = self._ask_again(turn, schema, 2 * self._prompt.budget(concerned))
        again = self._candidates(members, [one for one in concerned if one.name in members])
        for name, found in again.items():
            old = candidates[name]
            if found.problem is not None and old.problem is None:
                continue
            if found.quote is None and found.value == old.value:
                found.quote = old.quote
            candidates[name] = found

    def _forgive(self, candidates: dict[str, Candidate]) -> None:
        """What another variable rules out need not be valid."""
        for name in all_ruled_out(self._codebook.variables, candidates):
            if candidates[name].problem is not None:
                candidates[name] = Candidate()
