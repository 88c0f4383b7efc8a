"""The part of llama.cpp's C interface that the native engine uses, by way of ``llama_cpp`` (ctypes).

Nothing here waits for or locks anything: one thread at a time may use a model and what belongs to it.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import EngineError, ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGE = "llama-cpp-python"
INSTALL = 'pip install "epicrisis[native]"'
#: Tokens evaluated in one call. Between calls it is seen whether the caller still wants the answer.
#: Larger ones are hardly faster.
CHUNK = 256
_LOAD_MODE_NONE = 0


def installed() -> bool:
    """Whether ``llama-cpp-python`` is there. Does not load it."""
    return importlib.util.find_spec("llama_cpp") is not None


def library() -> Any:
    """The module ``llama_cpp``, with its log switched off.

    Raises ``EngineError`` if it is not installed or cannot be loaded.
    """
    try:
        found = importlib.import_module("llama_cpp")
    except Exception as error:  # also what its loader of shared libraries raises
        raise EngineError(
            f"The native engine cannot be loaded: {type(error).__name__}: {error}.",
            hint=f"Run: {INSTALL} (it is compiled for this machine: a C++ compiler and some minutes are "
            "needed). Or use the other embedded engine: --engine llamacpp:MODEL",
        ) from None
    if not _SILENCE:
        # Kept for as long as the program runs: llama.cpp holds on to it.
        _SILENCE.append(found.llama_log_callback(_say_nothing))
        found.llama_log_set(_SILENCE[0], ctypes.c_void_p(0))
        found.llama_backend_init()
    return found


_SILENCE: list[Any] = []


def _say_nothing(level: int, text: bytes, data: object) -> None:
    """llama.cpp's log: what it says can hold parts of a prompt."""


class NativeModel:
    """Weights with one context of ``n_ctx`` tokens, and adapters by name. Raises ``ModelError`` if llama.cpp
    cannot load them."""

    def __init__(
        self, path: Path, *, n_ctx: int, threads: int, adapters: Mapping[str, Path] = MappingProxyType({})
    ) -> None:
        self._lib = library()
        self._handle: Any = None
        self._context: Any = None
        params = self._lib.llama_model_default_params()
        # Mapped weights would be in memory twice: llama.cpp repacks them for the processor.
        params.load_mode = _LOAD_MODE_NONE
        self._handle = self._lib.llama_model_load_from_file(str(path).encode(), params)
        if not self._handle:
            raise _cannot_load(path)
        wanted = self._lib.llama_context_default_params()
        wanted.n_ctx = n_ctx
        wanted.n_batch = wanted.n_ubatch = CHUNK
        wanted.n_threads = wanted.n_threads_batch = threads
        self._context = self._lib.llama_init_from_model(self._handle, wanted)
        if not self._context:
            self.free()
            raise _cannot_load(path)
        self._vocab = self._lib.llama_model_get_vocab(self._handle)
        self._memory = self._lib.llama_get_memory(self._context)
        self._batch = self._lib.llama_batch_init(CHUNK, 0, 1)
        self._pieces: dict[int, bytes] = {}
        # Freed with the model.
        self._adapters = {name: self._load_adapter(lora) for name, lora in adapters.items()}
        self.context_length = int(self._lib.llama_n_ctx(self._context))
        self.n_tokens = int(self._lib.llama_vocab_n_tokens(self._vocab))

    # What the file says.

    def chat_template(self) -> str | None:
        found = self._lib.llama_model_chat_template(self._handle, None)
        return found.decode("utf-8", "replace") if found else None

    def special(self, which: str) -> str:
        """The text of the token ``bos`` or ``eos``; empty if the model has none."""
        token = getattr(self._lib, f"llama_vocab_{which}")(self._vocab)
        return self._piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    @property
    def adds_bos(self) -> bool:
        return bool(self._lib.llama_vocab_get_add_bos(self._vocab))

    # Tokens.

    def tokenize(self, text: str, *, beginning: bool = True) -> list[int]:
        """The tokens of a rendered prompt: control words count as such, and BOS is added where it belongs.

        ``beginning``: whether the text is the beginning of what is evaluated.
        """
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (self._lib.llama_token * room)()
        count = self._lib.llama_tokenize(self._vocab, data, len(data), tokens, room, beginning, True)
        if count < 0:
            raise EngineError("llama.cpp cannot turn the prompt into tokens.")
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """What a token says; nothing for control tokens."""
        found = self._pieces.get(token)
        if found is None:
            found = self._pieces[token] = self._piece(token, special=False)
        return found

    def _piece(self, token: int, *, special: bool) -> bytes:
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            size = self._lib.llama_token_to_piece(self._vocab, token, buffer, room, 0, special)
            if size >= 0:
                return buffer.raw[:size]
            room = -size

    def ends(self, token: int) -> bool:
        """Whether the token ends an answer."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    def end_token(self) -> int:
        """A token that ends an answer, or -1."""
        for which in ("eos", "eot"):
            token = int(getattr(self._lib, f"llama_vocab_{which}")(self._vocab))
            if token >= 0 and self.ends(token):
                return token
        return -1

    # Evaluation.

    def use(self, adapter: str | None) -> None:
        """Evaluate with this adapter from now on, or with none."""
        lib = self._lib
        chosen = [] if adapter is None else [self._adapters[adapter]]
        handles = (lib.llama_adapter_lora_p_ctypes * len(chosen))(*chosen)
        scales = (ctypes.c_float * len(chosen))(*(1.0 for _ in chosen))
        if lib.llama_set_adapters_lora(self._context, handles, len(chosen), scales) != 0:
            raise EngineError(f"llama.cpp cannot use the adapter {adapter!r}.")

    def _load_adapter(self, path: Path) -> Any:
        found = self._lib.llama_adapter_lora_init(self._handle, str(path).encode())
        if not found:
            self.free()
            raise ModelError(
                "llama.cpp cannot load the adapter.",
                hint="Use it with its own base; or tune again with this version of epicrisis.",
                path=path,
            )
        return found

    def evaluate(self, tokens: Sequence[int], start: int, *, everywhere: bool = False) -> None:
        """Evaluate up to ``CHUNK`` tokens at positions from ``start``. Raises ``EngineError``.

        There are logits after the last one; after each of them with ``everywhere``.
        """
        batch = self._batch
        batch.n_tokens = len(tokens)
        for n, token in enumerate(tokens):
            batch.token[n] = token
            batch.pos[n] = start + n
            batch.n_seq_id[n] = 1
            batch.seq_id[n][0] = 0
            batch.logits[n] = everywhere or n == len(tokens) - 1
        if (code := self._lib.llama_decode(self._context, batch)) != 0:
            raise EngineError(
                f"llama.cpp cannot evaluate the request (code {code}).",
                hint="There may be too little memory: use a smaller --context or model.",
            )

    def logits(self, place: int = -1) -> NDArray[np.float32]:
        """The logits after the token at ``place`` among the last ones evaluated, by default after the last;
        valid until the next call of ``evaluate``."""
        import numpy as np

        pointer = self._lib.llama_get_logits_ith(self._context, place)
        return np.ctypeslib.as_array(pointer, shape=(self.n_tokens,))

    def truncate(self, length: int) -> bool:
        """Forget what was evaluated from position ``length`` on. False if that cannot be done in part; then
        all is forgotten."""
        if self._lib.llama_memory_seq_rm(self._memory, 0, length, -1):
            return True
        self._lib.llama_memory_clear(self._memory, True)
        return False

    def state_size(self) -> int:
        """Bytes that ``save`` takes."""
        return int(self._lib.llama_state_seq_get_size(self._context, 0))

    def save(self) -> ctypes.Array[ctypes.c_uint8]:
        """What was evaluated, to be restored later."""
        size = self.state_size()
        buffer = (ctypes.c_uint8 * size)()
        self._lib.llama_state_seq_get_data(self._context, buffer, size, 0)
        return buffer

    def restore(self, state: ctypes.Array[ctypes.c_uint8]) -> bool:
        """Put back what ``save`` gave. False if llama.cpp refuses it; then nothing is evaluated."""
        self._lib.llama_memory_clear(self._memory, True)
        if self._lib.llama_state_seq_set_data(self._context, state, len(state), 0):
            return True
        self._lib.llama_memory_clear(self._memory, True)
        return False

    def grammar(self, text: str) -> NativeGrammar:
        """A grammar (GBNF) at its beginning. Raises ``EngineError`` if llama.cpp does not take it."""
        return NativeGrammar(self._lib, self._vocab, text)

    def free(self) -> None:
        """Give the memory back. Freeing twice is harmless."""
        handle, self._handle = self._handle, None
        context, self._context = self._context, None
        if context:
            self._lib.llama_batch_free(self._batch)
            self._lib.llama_free(context)
        if handle:
            self._lib.llama_model_free(handle)


class NativeGrammar:
    """How far an answer is along its grammar, and which tokens may come next."""

    def __init__(self, lib: Any, vocab: Any, text: str) -> None:
        self._lib = lib
        self._sampler = lib.llama_sampler_init_grammar(vocab, text.encode(), b"root")
        if not self._sampler:
            raise EngineError(
                "llama.cpp cannot use the grammar made from the JSON Schema.",
                hint="Use the other embedded engine: --engine llamacpp:MODEL",
            )

    def allowed(self, tokens: NDArray[np.int32]) -> NDArray[np.int32]:
        """Those of ``tokens`` that may come next, in the same order."""
        import numpy as np

        lib = self._lib
        data = np.zeros(len(tokens), dtype=[("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
        data["id"] = tokens
        array = lib.llama_token_data_array(
            data.ctypes.data_as(lib.llama_token_data_p), len(tokens), -1, False
        )
        lib.llama_sampler_apply(self._sampler, ctypes.byref(array))
        kept: NDArray[np.int32] = tokens[data["logit"] == 0]  # the grammar puts the others at minus infinity
        return kept

    def allows(self, token: int) -> bool:
        """Whether this token may come next."""
        import numpy as np

        return len(self.allowed(np.asarray([token], dtype=np.int32))) > 0

    def accept(self, token: int) -> None:
        """Go on with a token, which must be allowed."""
        self._lib.llama_sampler_accept(self._sampler, token)

    def free(self) -> None:
        """Give the memory back. Freeing twice is harmless."""
        sampler, self._sampler = self._sampler, None
        if sampler:
            self._lib.llama_sampler_free(sampler)


def _cannot_load(path: Path) -> ModelError:
    return ModelError(
        "llama.cpp cannot load the model.",
        hint="There may be too little memory for it (epicrisis doctor tells), or this version of "
        "llama.cpp does not know its architecture.",
        path=path,
    )
