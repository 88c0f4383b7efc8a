"""Contextual calibration: what a model would answer to anything is taken out of what it answers to a report.

Source: Zhao, Wallace, Feng, Klein and Singh, "Calibrate Before Use: Improving Few-Shot Performance of
Language Models", ICML 2021. The same prompt is asked with reports that hold nothing, where each variable
with a closed list must get a value. The mean of the probabilities it gives is the model's bias, ``prior``
here. The probabilities of a report's answer are divided by it, and made to add up to 1 again.

Only answers with a value are weighed again, and only their options against each other. A report without
content really is silent: to divide by its probability of "not stated" would undo that very answer.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    GroupVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from epicrisis.engines.engine import Engine, Message, Reply, Request
from epicrisis.errors import ContextOverflowError, OptionError
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.control_words import without_control_words
from epicrisis.prompting.schema import value_schema

from .answer import Usage
from .candidate import Candidate
from .confidence import TOP, Spread, spreads
from .options import ExtractionOptions
from .reweighing import Prior, mean, revise, without_report

#: Reports without content; those of Zhao and others.
CONTENT_FREE = ("N/A", "[MASK]", "")


class Contextual:
    """The bias of an engine asked with one prompt, found out when it is first needed. Safe to use from
    several threads.

    ``groups``: all variables, as they are asked together. Each group costs three requests, once. Raises
    ``OptionError`` if the options ask for no probabilities.
    """

    def __init__(
        self,
        engine: Engine,
        prompt: Prompt,
        options: ExtractionOptions,
        groups: Sequence[Sequence[Variable]],
    ) -> None:
        if not options.confidence:
            raise without_probabilities("and none are asked for")
        self._engine = engine
        self._prompt = prompt
        self._options = options
        self._groups = groups
        self._closed = {
            variable.name: variable
            for variable in prompt.codebook.variables
            if isinstance(variable, BooleanVariable | ClosedVariable)
        }
        self._priors: dict[str, Prior] | None = None
        self._lock = threading.Lock()

    def spreads(self, reply: Reply) -> dict[str, Spread]:
        """The probabilities of the options of what was answered in a reply. Raises ``OptionError`` if the
        engine does not tell."""
        if reply.logprobs is None and reply.finish != "refusal":
            raise without_probabilities("and the engine gives none")
        return spreads(reply, list(self._closed.values()), self._options.form, self._options.absent)

    def revise(
        self,
        candidates: Mapping[str, Candidate],
        found: Mapping[str, Spread],
        cancel: threading.Event | None = None,
    ) -> Usage:
        """Give each candidate that has one of its options the likeliest one, and the confidence in that.

        Returns what it cost to ask without a report, if that was not known before. Raises what the engine
        raises.
        """
        chosen = [name for name in found if name in candidates and candidates[name].value is not None]
        if not chosen:
            return Usage()
        priors, usage = self._known(cancel)
        for name in chosen:
            if name in priors:
                revise(candidates[name], self._closed[name], found[name], priors[name])
        return usage

    def _known(self, cancel: threading.Event | None) -> tuple[dict[str, Prior], Usage]:
        # The others wait for the first: what it finds out is theirs too.
        with self._lock:
            usage = Usage()
            if self._priors is None:
                priors: dict[str, Prior] = {}
                for variables in self._groups:
                    if any(variable.name in self._closed for variable in variables):
                        found, cost = self._asked(variables, cancel)
                        priors |= found
                        usage += cost
                self._priors = priors
            return self._priors, usage

    def _asked(
        self, variables: Sequence[Variable], cancel: threading.Event | None
    ) -> tuple[dict[str, Prior], Usage]:
        usage = Usage()
        told: dict[str, list[Prior]] = {}
        for text in CONTENT_FREE:
            try:
                reply = self._engine.complete(self._request(text, variables), cancel)
            except ContextOverflowError:
                continue  # a report shorter than this one fitted; its answers stay as they are
            usage += Usage(
                1, reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens, reply.seconds
            )
            for name, spread in self.spreads(reply).items():
                if (prior := without_report(self._closed[name], spread)) is not None:
                    told.setdefault(name, []).append(prior)
        return {name: mean(priors) for name, priors in told.items()}, usage

    def _request(self, text: str, variables: Sequence[Variable]) -> Request:
        prompt, options = self._prompt, self._options
        # As it stands in the prompt.
        text = without_control_words(text)
        messages = prompt.messages(text, variables)
        if options.think:
            first, ask = prompt.thinking(text, variables)
            messages = [*first, Message("assistant", text or CONTENT_FREE[0]), ask]
        return Request(
            messages=tuple(messages),
            schema=forced_schema(variables, options.form, options.absent, text),
            max_tokens=options.max_tokens or prompt.budget(variables),
            seed=options.seed,
            top_logprobs=TOP,
            timeout=options.timeout,
            compact=options.compact,
            adapter=options.adapter_name,
        )


def forced_schema(
    variables: Sequence[Variable], form: Form, absent: str | None, quote: str
) -> dict[str, Any]:
    """The schema of an answer in which every variable with a closed list has a value, resting on this quote
    in forms with quotes, and all others are not stated."""
    return _object({variable.name: _member(variable, form, absent, quote) for variable in variables})


def without_probabilities(why: str) -> OptionError:
    """What to say where there is nothing to calibrate with."""
    return OptionError(
        f"Contextual calibration needs the probabilities of tokens, {why}.",
        hint="Leave out --contextual-calibration; or leave out --no-confidence, and use an engine that gives "
        "them: the embedded one, llama-server, vLLM or SGLang.",
    )


def _member(variable: Variable, form: Form, absent: str | None, quote: str) -> dict[str, Any]:
    if isinstance(variable, SpansVariable | GroupVariable):
        return {"type": "array", "items": {"type": "string"}, "maxItems": 0}
    closed = isinstance(variable, BooleanVariable | ClosedVariable)
    value = value_schema(variable) if closed else {"enum": [absent]}
    if not form.quotes or isinstance(variable, TextVariable) or (form.bare_null and not closed):
        return value
    pair = {"quote": {"enum": [quote if closed else None]}, "value": value}
    return _object(pair if form.quote_first else dict(reversed(pair.items())))


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }
