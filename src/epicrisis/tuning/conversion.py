"""The adapter's file for llama.cpp, and whether llama.cpp says with it what transformers says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ..adapter import GGUF
from ..errors import ModelError
from .agreement import Agreement, agreement, same_tokens
from .base import Base
from .encoding import Encoded, Encoder
from .gguf_lora import write_gguf_lora
from .text import TrainingText

#: Positions at which llama.cpp and transformers are compared, and texts whose tokens are.
_COMPARED = 8


def check_tokens(base: Path, encoder: Encoder, texts: Iterable[TrainingText]) -> None:
    """Raise ``ModelError`` where llama.cpp reads one of the first ``texts`` as other tokens than
    transformers: to be called before hours are spent on what could not be used."""
    shown = list(islice(texts, _COMPARED))
    rendered = [encoder.render(one.messages) for one in shown]
    if same_tokens(base, rendered, [encoder.prompt(one.messages) for one in shown]) is not None:
        raise ModelError(
            "llama.cpp reads a training text as other tokens than transformers: what is learned here "
            "would not be used there.",
            hint="Use another base; this one's tokenizer is not read alike by both.",
        )


def checked_gguf(
    folder: Path,
    base: Path,
    model: Any,
    examples: Sequence[Encoded],
    *,
    name: str,
    threads: int | None,
) -> Agreement:
    """Write the file for a GGUF ``base``, and compare both programs on the first ``examples``.

    ``model`` is transformers', with the adapter. Raises ``ModelError`` where they say other things than the
    tolerance allows (see ``agreement``).
    """
    write_gguf_lora(folder, base, folder / GGUF, name=name)
    # In the answer, where what was learned shows: at its beginning, and half way.
    prompts = [
        one.tokens[: one.answer + one.learned // 2 * (place % 2)] for place, one in enumerate(examples)
    ]
    found = agreement(base, folder / GGUF, model, prompts[:_COMPARED], threads=threads)
    found.check()
    return found


def unchecked_gguf(folder: Path, base: Base, *, name: str) -> str:
    """Write the file for a base that is no GGUF file, if it can be; returns what there is to say about it."""
    try:
        write_gguf_lora(folder, base.path, folder / GGUF, name=name)
    except ModelError as error:
        return f"There is no file for llama.cpp: {error.message}"
    return "The file for llama.cpp was not checked: that needs the base as a GGUF file."
