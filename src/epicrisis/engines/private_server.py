"""llama.cpp's server core in this process, open to this process alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import EngineError, ModelError


class PrivateServer:
    """A model in xllamacpp's server, bound to loopback, with a key that is drawn anew each time; the pages
    that show other requests are off.

    ``configure`` is handed xllamacpp and the parameters, to set what differs. Raises ``EngineError`` if
    xllamacpp is missing, ``ModelError`` in the words of ``failure`` (what, what to do, which file) if
    llama.cpp cannot load the model.
    """

    def __init__(
        self,
        model: Path,
        *,
        threads: int,
        configure: Callable[[Any, Any], None],
        failure: tuple[str, str, Path],
    ) -> None:
        try:
            import xllamacpp
        except ImportError as error:
            raise EngineError(
                f"The embedded engine cannot be loaded: {error}.",
                hint="Run: pip install --force-reinstall xllamacpp. Without it, name a server: "
                "--engine http://host:port/v1#model",
            ) from None
        key = secrets.token_urlsafe(32)
        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        # Mapped weights would be in memory twice: llama.cpp repacks them for the processor.
        params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
        params.offline = True
        params.verbosity = -1
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [key]
        params.ui = False
        params.endpoint_slots = False
        params.endpoint_metrics = False
        params.cors_origins = ""
        params.cors_credentials = False
        configure(xllamacpp, params)
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError:
            what, hint, path = failure
            raise ModelError(what, hint=hint, path=path) from None
        self.address = str(self._server.listening_address)
        self.headers = {"Authorization": f"Bearer {key}"}

    def close(self) -> None:
        """Free the model."""
        self._server = None
