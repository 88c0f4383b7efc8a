"""The engine of a run: which it is, and how it is opened once it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..adapter import Adapter
from ..engines.engine import Engine
from ..errors import OptionError
from .deferred import DeferredEngine
from .identity import EngineIdentity

if TYPE_CHECKING:
    from ..engines.store import Report as FetchReport

#: The engines that load weights themselves: of these a digest is of the weights.
_EMBEDDED = ("llamacpp", "native")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to open an engine from its address; ``None`` leaves it to the engine.

    ``context`` in tokens, ``timeout`` in seconds per request.
    """

    context: int | None = None
    parallel: int | None = None
    threads: int | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """An engine that is opened when needed, and what is known of it before."""

    engine: DeferredEngine
    identity: EngineIdentity
    address: str | None
    keep_open: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, engine: Engine, adapter: Adapter | None = None) -> Opening:
        """An engine that the caller opened, and closes. Raises ``OptionError`` if it lacks the adapter."""
        if adapter is not None and adapter.name not in engine.info.adapters:
            raise OptionError(
                f"The engine was opened without the adapter {adapter.name!r}.",
                hint="Open it with adapters=[...], or name the engine by its address.",
            )
        return cls(DeferredEngine(lambda: engine), EngineIdentity.of(engine), None, keep_open=True)

    @classmethod
    def at(
        cls,
        address: str,
        settings: EngineSettings,
        adapter: Adapter | None = None,
        fetch_report: FetchReport | None = None,
    ) -> Opening:
        """The engine at an address. Raises ``OptionError`` for one that means nothing, ``ModelError`` for a
        missing model and for an adapter that was trained on another."""
        from ..engines import address as addresses
        from .identify import identify

        where = addresses.parse(address)

        def open_it() -> Engine:
            return addresses.open_engine(
                where,
                context=settings.context,
                threads=settings.threads,
                parallel=settings.parallel,
                timeout=settings.timeout,
                report=fetch_report,
                adapters=() if adapter is None else (adapter,),
            )

        engine = DeferredEngine(open_it)
        identity = identify(
            where,
            context=settings.context,
            parallel=settings.parallel,
            report=fetch_report,
            connect=lambda: engine.info,
        )
        if adapter is not None and identity.kind in _EMBEDDED:
            # Now, not once the model is fetched and loaded.
            adapter.check_base(identity.digest, identity.model)
        return cls(engine, identity, address, notes=tuple(_notes(adapter, identity)))


def base_of(adapter: Adapter) -> str:
    """The address of the model that an adapter was trained on, for a call that names no engine.

    Raises ``OptionError`` where it cannot be had by name.
    """
    from ..engines.catalogue import with_digest

    found = None if adapter.base is None else with_digest(adapter.base)
    if found is None:
        raise OptionError(
            f"The adapter {adapter.name!r} was trained on {adapter.base_name}, which is not known by name.",
            hint="Name it with --engine: its .gguf file, or a server that has it.",
            path=adapter.folder,
        )
    return found.name


def _notes(adapter: Adapter | None, identity: EngineIdentity) -> Iterator[str]:
    if adapter is not None and identity.kind in _EMBEDDED and adapter.base is None:
        yield (
            f"The adapter {adapter.name!r} was trained on {adapter.base_name}. Whether {identity.model} is "
            "the same model cannot be told: the adapter's card has no digest of it."
        )
