"""The turns about one report: the question, its completion, the quotes, one repair."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable, Variable
from epicrisis.engines.engine import Engine, Message, Reply, Request
from epicrisis.errors import ContextOverflowError
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.control_words import without_control_words

from .answer import Usage
from .candidate import IS_MISSING, MISSING, Candidate, candidate
from .confidence import TOP, Spread, confidences
from .contextual import Contextual
from .dependencies import all_ruled_out, contradictions
from .options import ExtractionOptions
from .sheet import looping, read_sheet
from .thinking import thought

#: The most requests in one conversation: the question, its completion or the quotes, and one repair.
MAX_REQUESTS = 3


class Conversation:
    """What is asked about some of the variables. Each further turn reuses all that was evaluated before it.

    ``members`` is what the model wrote, by variable; ``reasoning`` what it thought before, if it was asked
    to; ``notes`` say what went wrong.
    """

    def __init__(
        self,
        engine: Engine,
        prompt: Prompt,
        options: ExtractionOptions,
        report_id: str | None,
        cancel: threading.Event | None = None,
        sample: int = 0,
        contextual: Contextual | None = None,
    ) -> None:
        self._engine = engine
        self._prompt = prompt
        self._codebook: Codebook = prompt.codebook
        self._options = options
        self._report_id = report_id
        self._cancel = cancel
        self._seed = options.seed + sample
        self._messages: list[Message] = []
        self._sure: dict[str, float] = {}
        self._contextual = contextual
        self._spreads: dict[str, Spread] = {}
        self._variables: Sequence[Variable] = ()
        self._asked = 0
        self.members: dict[str, Any] = {}
        self.reasoning = ""
        self.notes: list[str] = []
        self.usage = Usage()

    def ask(
        self, text: str, variables: Sequence[Variable], known: Mapping[str, Candidate]
    ) -> dict[str, Candidate]:
        """The candidates for ``variables``, each with its problem where it has one.

        ``known`` are the candidates of variables that were asked before: answers may contradict them. Empty
        if there was no usable answer at all; ``notes`` say why. Raises ``ContextOverflowError``.
        """
        self._variables = variables
        self._messages = self._prompt.messages(text, variables)
        if self._options.think:
            self._think(text, variables)
        members = self.members = self._members()
        if not members:
            return {}
        candidates = self._candidates(members, variables)
        if self._options.form is Form.TWO_STEP:
            self._ask_quotes(candidates)
        if self._options.repair:
            self._repair(candidates, known)
        self._forgive(candidates, known)
        for found in candidates.values():
            if found.problem == IS_MISSING and self.notes:
                found.problem = f"{IS_MISSING}: {'; '.join(self.notes)}"
        return candidates

    def _think(self, text: str, variables: Sequence[Variable]) -> None:
        """Have the model reason first. Where there is no room for that it is asked at once."""
        messages, ask = self._prompt.thinking(text, variables)
        try:
            reply = self._complete(messages, None, self._options.think)
        except ContextOverflowError as error:
            self.notes.append(
                f"no room to reason: needs {error.needed} tokens, the context holds {error.available}"
            )
            return
        self.reasoning = thought(reply)
        if self.reasoning:
            said = Message("assistant", without_control_words(self.reasoning))
            self._messages = [*messages, said, ask]

    def _candidates(self, members: dict[str, Any], variables: Sequence[Variable]) -> dict[str, Candidate]:
        form, absent = self._options.form, self._options.absent
        found = {v.name: candidate(v, members.get(v.name, MISSING), form, absent) for v in variables}
        for name, one in found.items():
            one.confidence = self._sure.get(name)
        if self._contextual is not None:
            self.usage += self._contextual.revise(found, self._spreads, self._cancel)
        return found

    def _request(self, schema: dict[str, Any], budget: int) -> Reply:
        self._asked += 1
        reply = self._complete(self._messages, schema, budget)
        if reply.finish == "refusal":
            self.notes.append("the model refused to answer")
        return reply

    def _complete(self, messages: Sequence[Message], schema: dict[str, Any] | None, budget: int) -> Reply:
        reply = self._engine.complete(
            Request(
                messages=tuple(messages),
                schema=schema,
                max_tokens=budget,
                temperature=self._options.heat,
                seed=self._seed,
                top_logprobs=TOP if self._options.confidence and schema is not None else 0,
                timeout=self._options.timeout,
                report_id=self._report_id,
                compact=self._options.compact,
                adapter=self._options.adapter_name,
            ),
            self._cancel,
        )
        self.usage += Usage(
            1, reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens, reply.seconds
        )
        return reply

    def _weigh(self, reply: Reply) -> None:
        """Keep how sure the model was of the values in a reply."""
        options = self._options
        self._sure |= confidences(reply, self._variables, options.form, options.absent)
        if self._contextual is not None:
            self._spreads |= self._contextual.spreads(reply)

    def _ask_again(
        self, turn: Message, schema: dict[str, Any], budget: int, *, weigh: bool = True
    ) -> dict[str, Any]:
        """The members of the answer to a further turn. None if there is no room for it in the context or
        in the number of requests: what was answered before still stands."""
        if self._asked >= MAX_REQUESTS:
            return {}
        self._messages.append(turn)
        try:
            reply = self._request(schema, budget)
        except ContextOverflowError as error:
            self._messages.pop()
            self.notes.append(
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
        budget = self._options.max_tokens or self._prompt.budget(self._variables)
        reply = self._request(self._prompt.schema_of(self._variables), budget)
        self._weigh(reply)
        sheet = read_sheet(reply.text)
        members = sheet.members
        # As the model wrote it where that was whole: what was evaluated need not be again.
        said = without_control_words(reply.text) if sheet.complete else self._prompt.written(members)
        self._messages.append(Message("assistant", said))
        if sheet.complete or reply.finish == "refusal":
            return members
        if reply.finish == "stop" and not members:
            self.notes.append("the answer is not JSON")
            return {}
        left = [variable for variable in self._variables if variable.name not in members]
        if not left:
            return members
        if looping(reply.text):
            self.notes.append("the model repeated itself")
            if len(left) > 1 and members:
                # What it looped on is given up; what comes after it is asked again.
                left = left[1:]
        else:
            cut = f"cut off after {budget} tokens" if reply.finish == "length" else "the answer broke off"
            self.notes.append(cut)
        turn, schema = self._prompt.repair_turn(
            {variable.name: "not answered yet" for variable in left}, left
        )
        return members | self._ask_again(turn, schema, 2 * budget)

    def _ask_quotes(self, candidates: dict[str, Candidate]) -> None:
        asked = [
            variable
            for variable in self._variables
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

    def _repair(self, candidates: dict[str, Candidate], known: Mapping[str, Candidate]) -> None:
        """Ask once more for what broke the codebook, naming exactly what was wrong with it."""
        self._forgive(candidates, known)
        complaints = {name: found.complaint for name, found in candidates.items() if found.complaint}
        opposed = contradictions(self._codebook, {**known, **candidates})
        complaints |= {name: said for name, said in opposed.items() if name in candidates}
        if not complaints:
            return
        self._ask_about(complaints, candidates)

    def reconsider(
        self,
        text: str,
        variables: Sequence[Variable],
        said: Mapping[str, Any],
        complaints: Mapping[str, str],
        candidates: dict[str, Candidate],
    ) -> None:
        """Ask again about the variables that there are complaints about; ``candidates`` takes what it brings.

        ``said`` is what the model wrote before, in earlier conversations, by variable.
        """
        self._variables = [
            one for one in variables if one.name in (complaints if self._prompt.apart else said)
        ]
        self._messages = self._prompt.messages(text, self._variables)
        written = self._prompt.written({one.name: said[one.name] for one in self._variables})
        self._messages.append(Message("assistant", written))
        self._ask_about(complaints, candidates)

    def _ask_about(self, complaints: Mapping[str, str], candidates: dict[str, Candidate]) -> None:
        concerned = [variable for variable in self._variables if variable.name in complaints]
        turn, schema = self._prompt.repair_turn(complaints, concerned)
        members = self._ask_again(turn, schema, 2 * self._prompt.budget(concerned))
        self.members |= members
        again = self._candidates(members, [one for one in concerned if one.name in members])
        for name, found in again.items():
            old = candidates[name]
            if found.problem is not None and old.problem is None:
                continue
            if found.quote is None and _same(found.value, old.value):
                found.quote = old.quote
            candidates[name] = found

    def _forgive(self, candidates: dict[str, Candidate], known: Mapping[str, Candidate]) -> None:
        """What another variable rules out need not be valid."""
        for name in all_ruled_out(self._codebook.variables, {**known, **candidates}):
            if name in candidates and candidates[name].problem is not None:
                candidates[name] = Candidate()


def _same(value: Any, other: Any) -> bool:
    """Whether two values are the same; amounts however they are written."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return (value["value"], value["unit"]) == (other["value"], other["unit"])
    return bool(value == other)
