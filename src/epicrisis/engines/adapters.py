"""The adapters that an engine is opened with, before any of them is asked for."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

from ..adapter import Adapter
from ..errors import ModelError, OptionError
from .gguf_header import GgufHeader, read_header

_AGAIN = "Copy the adapter's folder again, or tune again."


def names(adapters: Sequence[Adapter]) -> tuple[str, ...]:
    """What requests call them. Raises ``OptionError`` if two share a name."""
    found = tuple(adapter.name for adapter in adapters)
    for name in found:
        if found.count(name) > 1:
            raise OptionError(
                f"Two adapters are called {name!r}.", hint="Give one of them another name in its card.json."
            )
    return found


def check_known(name: str | None, known: Collection[str]) -> None:
    """Raise ``OptionError`` if a request names an adapter that the engine was not opened with."""
    if name is None or name in known:
        return
    has = f"It has {', '.join(known)}." if known else "It was opened without any."
    raise OptionError(f"The engine has no adapter {name!r}.", hint=f"{has} Open it with this adapter.")


def files(
    adapters: Sequence[Adapter], header: GgufHeader, *, digest: str | None, model: str
) -> tuple[Path, ...]:
    """The files for llama.cpp, in order, each known to fit the model.

    Checked here, since llama.cpp only says that something is wrong. Raises ``ModelError`` for an adapter of
    another base, a file that its card does not describe or that is no such adapter, and one that does not
    fit the model's weights.
    """
    found = []
    for adapter in adapters:
        adapter.check_base(digest, model)
        path = adapter.gguf
        adapter.check_files()
        _check_fits(adapter, _header(adapter, path), header, model)
        found.append(path)
    return tuple(found)


def _header(adapter: Adapter, path: Path) -> GgufHeader:
    try:
        header = read_header(path)
        header.check_complete()
    except ModelError as error:
        raise ModelError(
            f"The adapter {adapter.name!r} cannot be read: {error.message}", hint=_AGAIN, path=path
        ) from None
    kind = (header.metadata.get("general.type"), header.metadata.get("adapter.type"))
    if kind != ("adapter", "lora"):
        raise ModelError(
            f"The file of the adapter {adapter.name!r} is GGUF, but no LoRA.", hint=_AGAIN, path=path
        )
    alpha = header.metadata.get("adapter.lora.alpha")
    if not isinstance(alpha, float) or not 0 < alpha < math.inf:
        # llama.cpp would go on with another strength than it was trained with.
        raise ModelError(
            f"The file of the adapter {adapter.name!r} does not say how strong it is (alpha).",
            hint=_AGAIN,
            path=path,
        )
    return header


def _check_fits(adapter: Adapter, lora: GgufHeader, base: GgufHeader, model: str) -> None:
    if lora.architecture != base.architecture:
        raise ModelError(
            f"The adapter {adapter.name!r} is for models of the architecture {lora.architecture!r}, and "
            f"{model} is {base.architecture!r}.",
            hint=f"Use it with its own base: {adapter.base_name}",
            path=lora.path,
        )
    parts: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in lora.tensors.items():
        changed, _, side = name.rpartition(".lora_")
        parts.setdefault(changed, {})[side] = shape
    wrong = [name for name, sides in parts.items() if not _fits(sides, base.tensors.get(name))]
    if wrong or not parts:
        what = f"changes {wrong[0]!r}, which is not so in {model}" if wrong else "holds no weights"
        raise ModelError(
            f"The adapter {adapter.name!r} {what}.",
            hint=f"Use it with its own base: {adapter.base_name}",
            path=lora.path,
        )


def _fits(sides: dict[str, tuple[int, ...]], weights: tuple[int, ...] | None) -> bool:
    """Whether the two parts of a change (in x rank, rank x out) multiply to the shape of the weights."""
    if weights is None or set(sides) != {"a", "b"} or any(len(shape) != 2 for shape in sides.values()):
        return False
    down, up = sides["a"], sides["b"]
    return down[1] == up[0] and (down[0], up[1]) == weights
