"""One text, and all that is asked about it: rounds of questions, and a second look where a rule is broken."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import Variable
from epicrisis.engines.engine import Engine
from epicrisis.prompting import Prompt

from .answer import Answer, Usage
from .candidate import Candidate
from .contextual import Contextual
from .conversation import Conversation
from .dependencies import contradicted, contradiction
from .leaks import Leaks
from .options import ExtractionOptions
from .rounds import groups, next_round
from .rules import Rules, complaints, marked
from .second_look import Look, SecondLook
from .settling import settle
from .voting import vote


class Inquiry:
    """What is asked about one text. ``failure`` says why there is no usable answer at all."""

    def __init__(
        self,
        engine: Engine,
        prompt: Prompt,
        options: ExtractionOptions,
        *,
        first: Sequence[list[Variable]],
        leaks: Leaks,
        rules: Rules,
        report_id: str,
        text: str,
        language: str | None = None,
        cancel: threading.Event | None = None,
        contextual: Contextual | None = None,
        second_look: SecondLook | None = None,
    ) -> None:
        self._engine = engine
        self._prompt = prompt
        self._codebook: Codebook = prompt.codebook
        self._options = options
        self._first = first
        self._leaks = leaks
        self._rules = rules
        self._report_id = report_id
        self._text = text
        self._language = language
        self._cancel = cancel
        self._contextual = contextual
        self._second_look = second_look
        self._candidates: dict[str, Candidate] = {}
        self._said: dict[str, Any] = {}
        self._troubles: list[str] = []
        self.failure: str | None = None
        self.reasoning: list[str] = []
        self.usage = Usage()

    def answers(self) -> dict[str, Answer]:
        """The answers of the variables that are asked, in codebook order; empty if there is no usable one.

        Raises ``ContextOverflowError`` where a question does not fit, and whatever the engine raises.
        """
        self._ask_all(self._first)
        if self._troubles and all(found.problem for found in self._candidates.values()):
            self.failure = self._troubles[-1]
            return {}
        answers = self._settled(self._candidates)
        if self._second_look is not None:
            look = self._second_look.at(self._text)
            if said := look.doubts(answers):
                self._look_again(look, said)
                # What waited for an answer that is another one now.
                self._ask_all(self._waiting())
                answers = self._settled(self._candidates)
        found = self._rules.broken(answers)
        if found and self._options.repair:
            reconsidered = self._reconsidered(complaints(found))
            again = self._settled(reconsidered)
            left = self._rules.broken(again)
            # A second look that breaks as many rules has told nothing.
            if len(left) < len(found):
                answers, found = again, left
        return marked(answers, found)

    def _ask_all(self, waiting: Sequence[list[Variable]]) -> None:
        """Ask, and then what waited for the answers, until nothing waits."""
        while waiting:
            for variables in waiting:
                self._ask(variables)
            waiting = self._waiting()

    def _waiting(self) -> list[list[Variable]]:
        """What can be asked by what was answered so far, and was not."""
        return groups(next_round(self._codebook, self._candidates), self._options.group_size)

    def _look_again(self, look: Look, said: Mapping[str, str]) -> None:
        """Ask once more about answers that the report speaks against, and keep what is better founded."""
        again = self._reconsidered(said)
        asked = said.keys() & again.keys()
        valued = [name for name in asked if again[name].value is not None]
        still = look.doubts(self._settled(again), valued) if valued else {}
        for name in asked:
            # Another value that the report speaks against is no better.
            if name not in still:
                self._candidates[name] = again[name]
        # A variable that was asked again goes before those that it rules out.
        for variable in contradicted(self._codebook, self._candidates):
            if variable.when is not None and variable.when.variable in said:
                self._candidates[variable.name] = Candidate(notes=(f"ignored: needs {variable.when}",))

    def _settled(self, candidates: Mapping[str, Candidate]) -> dict[str, Answer]:
        # What was not asked was ruled out.
        all_of_them = {
            variable.name: candidates.get(variable.name, Candidate()) for variable in self._codebook.variables
        }
        for variable in contradicted(self._codebook, all_of_them):
            all_of_them[variable.name] = Candidate(problem=f"contradiction: {contradiction(variable)}")
        self._leaks.mark(self._codebook.variables, all_of_them, self._text)
        return settle(self._codebook, all_of_them, self._text, self._language)

    def _ask(self, variables: list[Variable]) -> None:
        """Ask about some variables, as often as the options say, and keep what comes of it."""
        samples = [self._sample(variables, number) for number in range(self._options.samples)]
        self._candidates |= vote(variables, samples)

    def _sample(self, variables: list[Variable], number: int) -> dict[str, Candidate]:
        talk = self._conversation(number)
        try:
            found = talk.ask(self._text, variables, self._candidates)
        finally:
            self.usage += talk.usage
        self._said |= talk.members
        if talk.reasoning:
            self.reasoning.append(talk.reasoning)
        if not found:
            reason = talk.notes[-1] if talk.notes else "no answer"
            self._troubles.append(reason)
            found = {variable.name: Candidate(problem=reason) for variable in variables}
        return found

    def _reconsidered(self, said_of: Mapping[str, str]) -> dict[str, Candidate]:
        """The candidates after a second look at some of the variables, each with what is wrong with it."""
        asked = {name: words for name, words in said_of.items() if name in self._said}
        if not asked:
            return self._candidates
        talk = self._conversation(0)
        candidates = dict(self._candidates)
        try:
            talk.reconsider(self._text, self._codebook.variables, self._said, asked, candidates)
        finally:
            self.usage += talk.usage
        return candidates

    def _conversation(self, number: int) -> Conversation:
        return Conversation(
            self._engine,
            self._prompt,
            self._options,
            self._report_id,
            self._cancel,
            sample=number,
            contextual=self._contextual,
        )
