"""Which reports are longer than what a model reads at once."""

from __future__ import annotations

from typing import Literal

from ...engines.address import EngineAddress
from ...engines.embedded import DEFAULT_CONTEXT, context_for
from ...engines.gguf_header import read_header
from ...engines.openai import OpenAIEngine
from ...engines.retry import Backoff
from ...engines.store import ModelStore
from ...extraction import Extractor
from ...extraction.rounds import first_round, groups
from ...prompting.size import CHARACTERS_PER_TOKEN
from ...report import Report
from ...runs.deferred import DeferredEngine
from .preparing import Prepared
from .request import EngineOptions
from .runs import never

#: Texts that a server is asked to count: those of which an estimate cannot tell whether they fit.
_COUNTED = 30
#: By how much an estimate may be off, as a factor.
_OFF = 1.6


class Fitting:
    """Looks at reports one by one. A server says how large its context is, and counts the doubtful reports
    where it can; a model that would have to be loaded for it is not, an estimate serves.

    Raises ModelError, EngineError or OptionError for an engine that cannot be used.
    """

    def __init__(self, where: EngineAddress, ready: Prepared, settings: EngineOptions) -> None:
        self.too_long = 0
        self._estimated = 0
        self._left = _COUNTED
        self._server: OpenAIEngine | None = None
        self.context = self._context(where, settings)
        extractor = Extractor(ready.codebook, DeferredEngine(never), ready.options)
        self._prompt = extractor.prompt
        first = first_round(ready.codebook, dependents_after=ready.options.dependents_after)
        self._groups = [
            (
                group,
                sum(len(message.content) for message in self._prompt.messages("", group)),
                ready.options.max_tokens or self._prompt.budget(group),
            )
            for group in groups(first, ready.options.group_size)
        ]

    @property
    def counted(self) -> Literal["counted", "estimated", "unknown"]:
        if self.context is None:
            return "unknown"
        return "estimated" if self._estimated else "counted"

    def look(self, report: Report) -> None:
        """Count a report if it does not fit in one piece."""
        if self.context is None:
            return
        for group, shared, budget in self._groups:
            most = shared + len(report.text.encode("utf-8", "surrogatepass")) + budget
            if most <= self.context:  # a token has a byte at least
                continue
            tokens = (shared + len(report.text)) / CHARACTERS_PER_TOKEN + budget
            doubtful = self.context / _OFF < tokens < self.context * _OFF
            if doubtful and self._server is not None and self._left > 0:
                self._left -= 1
                counted = self._server.count_tokens(self._prompt.messages(report.text, group))
                if counted is not None:
                    tokens, doubtful = counted + budget, False
            self._estimated += doubtful
            if tokens > self.context:
                self.too_long += 1
                return

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def _context(self, where: EngineAddress, settings: EngineOptions) -> int | None:
        if where.kind == "scripted":
            return None
        if where.kind == "server":
            self._server = OpenAIEngine(
                where.url or "", where.model, context=settings.context, backoff=Backoff(tries=1)
            )
            try:
                return self._server.info.context_length
            except BaseException:
                self._server.close()
                raise
        if where.entry is not None:
            return settings.context or min(DEFAULT_CONTEXT, where.entry.context_length)
        path = where.path
        if where.hub is not None:
            path = ModelStore().path((ModelStore().hub_digest(where.hub) or "").removeprefix("sha256:"))
        assert path is not None
        return context_for(read_header(path), settings.context)
