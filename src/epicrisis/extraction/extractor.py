"""One report in, one extraction out: ask, read, check, ask again once, locate, decide."""

from __future__ import annotations

import threading
from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import Variable
from epicrisis.engines.engine import Engine
from epicrisis.errors import ContextOverflowError
from epicrisis.prompting import PROMPT_VERSION, Prompt
from epicrisis.prompting.worked import WorkedExample
from epicrisis.report import Report

from .answer import Answer, Extraction, Status, Usage
from .contextual import Contextual
from .conversation import MAX_REQUESTS
from .deriving import Deriving
from .inquiry import Inquiry
from .leaks import Leaks
from .long import codebook_for_parts, merge, parts
from .options import ExtractionOptions
from .rounds import first_round, groups
from .rules import Rules, marked
from .second_look import SecondLook
from .translation import TRANSLATION_VERSION, Translator, restored

__all__ = ["MAX_REQUESTS", "ExtractionOptions", "Extractor"]


class Questions(NamedTuple):
    """How a report is asked about, what finds answers that come from its examples, and what is known of the
    model's bias when it is asked so."""

    prompt: Prompt
    leaks: Leaks
    contextual: Contextual | None = None


class Extractor:
    """Answers a codebook for reports, one at a time. Safe to call from several threads.

    Report-level trouble (empty text, too long, no usable answer) comes back as an ``Extraction`` whose
    answers are all ``failed`` with the reason. Trouble with the engine is raised as ``EngineError``.
    ``translations`` keeps what the engine translated, where the options say so: see ``Translator``.
    """

    def __init__(
        self,
        codebook: Codebook,
        engine: Engine,
        options: ExtractionOptions | None = None,
        *,
        translations: MutableMapping[str, str] | None = None,
    ) -> None:
        self.codebook = codebook
        self.engine = engine
        self.options = options or ExtractionOptions()
        self._translator: Translator | None = None
        if self.options.translate is not None:
            self._translator = Translator(
                engine, self.options.translate, cache=translations, timeout=self.options.timeout
            )
        first = first_round(codebook, dependents_after=self.options.dependents_after)
        self._groups = groups(first, self.options.group_size)
        common = self.options.shots if self.options.selector is None else self.options.selector.common
        self._common = self._questions(common)
        self._rules = Rules(codebook)
        self._deriving = Deriving(codebook)
        self._second_look: SecondLook | None = None
        if self.options.second_look:
            self._second_look = SecondLook(codebook.variables, quoted=self.options.form.quotes)

    @property
    def prompt(self) -> Prompt:
        """How reports are asked about that have no examples of their own."""
        return self._common.prompt

    @property
    def prompt_version(self) -> str:
        if self._translator is None:
            return PROMPT_VERSION
        return f"{PROMPT_VERSION}, translation {TRANSLATION_VERSION}"

    def extract(self, report: Report, cancel: threading.Event | None = None) -> Extraction:
        """The answers for ``report``, every variable of the codebook once, in its order.

        A report that does not fit the context is asked in parts, whose answers are made one. Evidence is in
        the report's own words, also where a translation of it was asked about.
        """
        if not report.text.strip():
            return self._failed(report, "empty", Usage())
        other = None if self._translator is None else self._translator.translate(report, cancel)
        if other is None:
            return self._asked(report, cancel)
        return restored(self._asked(other.report, cancel), self.codebook, other, report.text)

    def _asked(self, report: Report, cancel: threading.Event | None) -> Extraction:
        whole = self._inquiry(report, self.questions(report), cancel)
        try:
            answers, usage, failure = whole.answers(), whole.usage, whole.failure
            reasoning = whole.reasoning
        except ContextOverflowError as error:
            try:
                answers, usage, failure, reasoning = self._in_parts(report, error.available, cancel)
            except ContextOverflowError as again:
                reason = f"too long: needs {again.needed} tokens, the context holds {again.available}"
                return self._failed(report, reason, whole.usage)
            usage += whole.usage
        if failure is not None:
            return self._failed(report, failure, usage)
        answers |= self._deriving.answers(answers)
        return Extraction(report.id, answers, usage, reasoning="\n\n".join(reasoning) or None)

    def _in_parts(
        self, report: Report, context: int, cancel: threading.Event | None
    ) -> tuple[dict[str, Answer], Usage, str | None, list[str]]:
        """The answers of a long report, what they cost, why there are none if no part has any, and what was
        reasoned."""
        asker = self._for_parts
        # Examples are chosen for the report, once: all its parts are asked, and measured, with them.
        questions = asker.questions(report)
        pieces = parts(report.text, lambda text: asker._size(questions.prompt, text), context)
        found: list[dict[str, Answer]] = []
        failures: list[str] = []
        reasoning: list[str] = []
        usage = Usage()
        for part in pieces:
            inquiry = asker._inquiry(replace(report, text=part.text(report.text)), questions, cancel)
            answers = inquiry.answers()
            usage += inquiry.usage
            reasoning += inquiry.reasoning
            if inquiry.failure is not None:
                failures.append(inquiry.failure)
                answers = {
                    variable.name: Answer(Status.FAILED, notes=(inquiry.failure,))
                    for variable in self.codebook.variables
                }
            found.append(answers)
        if len(failures) == len(pieces):
            return {}, usage, failures[-1], reasoning
        merged = merge(self.codebook, found, pieces, report.text)
        return marked(merged, self._rules.broken(merged)), usage, None, reasoning

    @cached_property
    def _for_parts(self) -> Extractor:
        return Extractor(codebook_for_parts(self.codebook), self.engine, self.options)

    def _size(self, prompt: Prompt, text: str) -> int:
        """Tokens that asking about a text takes at most: the prompt and room for the longest answer."""
        most = 0
        for variables in self._groups:
            messages = prompt.messages(text, variables)
            counted = self.engine.count_tokens(messages)
            if counted is None:
                # A server that cannot count: as if a token had two bytes, which few tokenizers reach.
                counted = (
                    sum(len(message.content.encode("utf-8", "surrogatepass")) for message in messages) // 2
                )
            most = max(most, counted + (self.options.max_tokens or prompt.budget(variables)))
        return most

    def _inquiry(self, report: Report, questions: Questions, cancel: threading.Event | None) -> Inquiry:
        return Inquiry(
            self.engine,
            questions.prompt,
            self.options,
            first=self._groups,
            leaks=questions.leaks,
            rules=self._rules,
            report_id=report.id,
            text=report.text,
            language=report.language,
            cancel=cancel,
            contextual=questions.contextual,
            second_look=self._second_look,
        )

    def questions(self, report: Report) -> Questions:
        """How this report is asked about, and what finds answers that come from its examples."""
        selector = self.options.selector
        if selector is None:
            return self._common
        shots = selector.choose(report)
        if shots == selector.common:
            return self._common
        return self._questions(shots)

    def _questions(self, shots: Sequence[WorkedExample]) -> Questions:
        prompt = self._prompt(shots)
        if not self.options.contextual:
            return Questions(prompt, Leaks(shots))
        return Questions(
            prompt, Leaks(shots), Contextual(self.engine, prompt, self.options, self._groups_of_all)
        )

    def _prompt(self, shots: Sequence[WorkedExample]) -> Prompt:
        options = self.options
        return Prompt(
            self.codebook,
            options.form,
            absent=options.absent,
            examples=options.examples,
            shots=shots,
            groups=self._shown_apart,
            compact=options.compact,
            bare=options.bare,
        )

    @cached_property
    def _shown_apart(self) -> list[list[str]]:
        """The groups as the worked examples show them; none if everything is asked at once."""
        if self.options.group_size is None and not self.options.dependents_after:
            return []
        return [[variable.name for variable in group] for group in self._groups_of_all]

    @cached_property
    def _groups_of_all(self) -> list[list[Variable]]:
        """All variables as they are asked together, if all are."""
        asked = {variable.name for group in self._groups for variable in group}
        later = [variable for variable in self.codebook.variables if variable.name not in asked]
        return [*self._groups, *groups(later, self.options.group_size)]

    def _failed(self, report: Report, reason: str, usage: Usage) -> Extraction:
        answers = {name: Answer(Status.FAILED, notes=(reason,)) for name in self.codebook.names}
        return Extraction(report.id, answers, usage, failure=reason)
