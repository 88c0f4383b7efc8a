"""The native engine: llama.cpp compiled for this machine (the extra ``native``), in this process.

The wheels of ``xllamacpp`` run on every processor of the last ten years and use what those have.
``llama-cpp-python`` is compiled where it is installed and uses AVX-512 or AMX where the processor has it,
which more than doubles how fast reports are read. It takes one request at a time.
"""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from ..adapter import Adapter
from ..errors import EngineCancelledError, EngineError, EngineTimeoutError
from . import chat, gbnf
from .adapters import check_known, files, names
from .embedded import DEFAULT_TIMEOUT, PROMPT_CACHE, acquire, context_for, positive
from .engine import EngineInfo, Finish, Message, Reply, Request
from .gguf_header import read_header
from .machine import usable_cores
from .native_answer import Answer
from .native_choice import Chooser
from .native_draft import Lookahead, Skeleton
from .native_library import PACKAGE, NativeGrammar, NativeModel
from .native_prompts import EvaluatedPrompts
from .native_template import ChatTemplate
from .telling import Telling

#: What a JSON answer that can end here ends with, if nothing else can follow. Numbers could go on.
_CLOSED = ("}", "]", '"')


class NativeEngine:
    """A GGUF model in this process, evaluated by ``llama-cpp-python``.

    Options as of ``LlamaCppEngine``, but requests are answered one after the other.

    Raises ``ModelError`` if the file is not a whole GGUF model or an adapter is not for it, ``OptionError``
    for a context the model was not trained for, ``EngineError`` if ``llama-cpp-python`` is not installed.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        digest: str | None = None,
        context: int | None = None,
        threads: int | None = None,
        timeout: float | None = None,
        adapters: Sequence[Adapter] = (),
    ) -> None:
        path = Path(path)
        header = read_header(path)
        header.check_complete()
        threads = positive("threads", threads, usable_cores())
        self._timeout = timeout if timeout is not None else DEFAULT_TIMEOUT
        loras = files(adapters, header, digest=digest, model=name or path.stem)
        self._model = NativeModel(
            path,
            n_ctx=context_for(header, context),
            threads=threads,
            adapters=dict(zip(names(adapters), loras, strict=True)),
        )
        self._slot = threading.BoundedSemaphore(1)
        self._closed = threading.Event()
        self._finalizer = weakref.finalize(self, _free, self._model, self._slot, self._closed)
        self._bos = self._model.special("bos") if self._model.adds_bos else ""
        self._template = ChatTemplate(
            self._model.chat_template(), bos=self._model.special("bos"), eos=self._model.special("eos")
        )
        self._prompts = EvaluatedPrompts(self._model, PROMPT_CACHE * 2**20)
        self._info = EngineInfo(
            kind="native",
            model=name or path.stem,
            digest=digest,
            context_length=self._model.context_length,
            logprobs=True,
            parallel=1,
            settings={PACKAGE: version(PACKAGE), "threads": threads},
            adapters=names(adapters),
        )

    @property
    def info(self) -> EngineInfo:
        return self._info

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        """Answer one request. The time limit starts when no other is being answered."""
        check_known(request.adapter, self._info.adapters)
        wanted = None if request.schema is None else gbnf.from_schema(request.schema, compact=request.compact)
        acquire(self._slot, cancel)
        try:
            started = time.monotonic()
            limit = request.timeout if request.timeout is not None else self._timeout
            check = self._checker(started + limit, limit, cancel)
            check()
            prompt = self._tokenize(request.messages)
            chat.check_fits(request, len(prompt), self._model.context_length)
            self._model.use(request.adapter)
            reused = self._prompts.evaluate_prompt(prompt, check, request.adapter)
            answer, telling = Answer(self._model, request), Telling(request)
            grammar = None if wanted is None else self._model.grammar(wanted)
            try:
                finish = self._generate(answer, grammar, check, telling)
            finally:
                if grammar is not None:
                    grammar.free()
            telling.finished(answer.text)
        finally:
            self._slot.release()
        return Reply(
            text=answer.text,
            finish=finish,
            prompt_tokens=len(prompt),
            completion_tokens=len(answer.tokens),
            cached_tokens=reused,
            seconds=time.monotonic() - started,
            logprobs=answer.logprobs,
        )

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens the prompt costs, chat template included."""
        acquire(self._slot, None)
        try:
            self._check_open()
            return len(self._tokenize(messages))
        finally:
            self._slot.release()

    def close(self) -> None:
        """Free the model. A request under way ends with an error."""
        self._finalizer()

    def __enter__(self) -> NativeEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tokenize(self, messages: Sequence[Message]) -> list[int]:
        text = self._template.render(messages)
        # Many templates write the BOS that the tokenizer adds.
        return self._model.tokenize(text.removeprefix(self._bos))

    def _bare_tokens(self, text: str) -> list[int]:
        return self._model.tokenize(text, beginning=False)

    def _generate(
        self, answer: Answer, grammar: NativeGrammar | None, check: Callable[[], None], telling: Telling
    ) -> Finish:
        """Write the answer token by token. The prompt has just been evaluated."""
        request = answer.request
        ahead = Lookahead(
            self._model, self._prompts, Skeleton(request.schema, compact=request.compact), self._bare_tokens
        )
        chooser = Chooser(request.temperature, request.seed, grammar)
        logits = self._model.logits()
        while True:
            check()
            token = chooser.choose(logits)
            if token is None:
                return _complete(answer.text)
            if self._model.ends(token):
                return "stop"
            answer.add(token, logits)
            chooser.accept(token)
            if answer.stopped or (grammar is not None and self._is_whole(answer, grammar)):
                return "stop"
            if len(answer.tokens) >= request.max_tokens:
                return "length"
            telling.grown(answer.text)
            logits = ahead.after(token, answer.text)

    def _is_whole(self, answer: Answer, grammar: NativeGrammar) -> bool:
        """Whether nothing can follow: that spares evaluating the last token to hear so."""
        end = self._model.end_token()
        if end < 0 or not answer.text.endswith(_CLOSED):
            return False
        return grammar.allows(end)

    def _checker(self, deadline: float, limit: float, cancel: threading.Event | None) -> Callable[[], None]:
        def check() -> None:
            self._check_open()
            if cancel is not None and cancel.is_set():
                raise EngineCancelledError("The request was cancelled.")
            if time.monotonic() > deadline:
                raise EngineTimeoutError(
                    f"The model did not finish within {limit:g} seconds.",
                    hint="Allow more time (--timeout), use a smaller model, or ask for fewer variables at "
                    "once.",
                )

        return check

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise EngineError("The engine has been closed.")


def _complete(text: str) -> Finish:
    """The end of an answer after which the grammar allows no token, not even one that ends it."""
    try:
        json.loads(text)
    except ValueError:
        raise EngineError(
            "The model has no token that the JSON Schema allows next.",
            hint="Use the other embedded engine (--engine llamacpp:MODEL) or another model.",
        ) from None
    return "stop"


#: How long closing waits for a request under way, in seconds: as long as one call into llama.cpp takes.
_PATIENCE = 60.0


def _free(model: NativeModel, slot: threading.BoundedSemaphore, closed: threading.Event) -> None:
    closed.set()
    if slot.acquire(timeout=_PATIENCE):  # memory in use is left alone
        model.free()
        slot.release()
