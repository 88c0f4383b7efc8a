"""The identity of the engine an address names, without loading a model where that can be had."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ..engines.address import EngineAddress, embedded_engine
from ..engines.engine import EngineInfo
from ..engines.store import Report as FetchReport
from ..errors import OptionError
from .identity import EngineIdentity


def identify(
    address: EngineAddress,
    *,
    context: int | None = None,
    parallel: int | None = None,
    report: FetchReport | None = None,
    connect: Callable[[], EngineInfo],
) -> EngineIdentity:
    """What tells the engine at ``address`` apart from others.

    A model of the catalogue is its digest; a file is hashed (once, until it changes); a file on the Hub is
    fetched if it is not here, since only its content identifies it. A server is its address and model; if
    the address names no model, ``connect`` asks the server, because what it serves may change. The two
    embedded engines count as different; ``parallel`` has a part in which of them it is.

    Raises ModelError for a missing or damaged file.
    """
    settings: dict[str, Any] = {} if context is None else {"context": context}
    if address.entry is not None:
        return EngineIdentity(
            embedded_engine(address, parallel), address.entry.name, address.entry.digest, settings
        )
    if address.kind == "server":
        model_name = address.model or connect().model
        return EngineIdentity("openai", model_name, None, {**settings, "url": address.url})
    if address.hub is not None:
        from ..engines.fetch import ensure_hub

        model = ensure_hub(address.hub, report=report)
        return EngineIdentity(embedded_engine(address, parallel), model.name, model.digest, settings)
    assert address.path is not None
    if address.kind == "scripted":
        try:
            digest = hashlib.sha256(address.path.read_bytes()).hexdigest()
        except OSError as error:
            raise OptionError(f"The script cannot be read: {error.strerror}.", path=address.path) from None
        return EngineIdentity("scripted", address.path.stem, f"sha256:{digest}", settings)
    from ..engines.fetch import local_file

    model = local_file(address.path)
    return EngineIdentity(embedded_engine(address, parallel), model.name, model.digest, settings)
