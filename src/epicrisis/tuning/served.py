"""A base model in llama.cpp as the engine runs it, asked for what the engine does not show: its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..engines import chat
from ..engines.machine import usable_cores
from ..engines.private_server import PrivateServer
from ..engines.transport import Transport

#: Of one request, in seconds: a long prompt on a slow processor.
_TIMEOUT = 600.0


class Served:
    """A GGUF model, with an adapter if one is named.

    ``context`` is in tokens. Keys and values are kept in 32 bits, so that only the weights' own precision is
    left as a difference. Raises ``ModelError`` if llama.cpp cannot load them.
    """

    def __init__(
        self, base: Path, lora: Path | None = None, *, context: int = 512, threads: int | None = None
    ) -> None:
        self._server = _served(base, lora, context, threads or usable_cores())
        self._adapted = lora is not None
        self._transport = Transport(self._server.address, self._server.headers, trust_env=False)
        self._any_token = self.tokens("a")[-1]

    def logprobs(self, prompt: Sequence[int], *, top: int, scale: float = 1.0) -> dict[int, float]:
        """Natural logarithms of the probabilities of the ``top`` likeliest next tokens after these tokens.

        ``scale`` is the adapter's: 0 is the base alone.
        """
        body: dict[str, Any] = {
            "prompt": list(prompt),
            "n_predict": 1,
            "n_probs": top,
            # One and the same whole character comes next: after an end or a part of a character the server
            # leaves out the probabilities. They are those before this.
            "logit_bias": [[self._any_token, 1000.0]],
            "temperature": 0,
            "post_sampling_probs": False,
            "cache_prompt": False,
        }
        if self._adapted:
            body["lora"] = [{"id": 0, "scale": scale}]
        found = self._post("completion", body)["completion_probabilities"][0]["top_logprobs"]
        return {int(one["id"]): float(one["logprob"]) for one in found}

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text in which marks of the chat template count as such."""
        body = {"content": text, "add_special": False, "parse_special": True}
        return [int(one) for one in self._post("tokenize", body)["tokens"]]

    def close(self) -> None:
        """Free the model."""
        self._transport.close()
        self._server.close()

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        response = self._transport.call("POST", path, body, timeout=_TIMEOUT)
        if not response.ok or response.payload is None:
            raise chat.failure(response, "llama.cpp")
        return response.payload


def _served(base: Path, lora: Path | None, context: int, threads: int) -> PrivateServer:
    def configure(xllamacpp: Any, params: Any) -> None:
        params.n_ctx = context
        params.n_parallel = 1
        params.cache_ram_mib = 0
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.warmup = False
        if lora is not None:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(lora), 1.0)]

    return PrivateServer(
        base,
        threads=threads,
        configure=configure,
        failure=(
            "llama.cpp cannot load the model" + (" with the adapter." if lora is not None else "."),
            "There may be too little memory for it (epicrisis doctor tells), or the adapter is for another "
            "model.",
            lora or base,
        ),
    )
