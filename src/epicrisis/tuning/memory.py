"""Memory that does not suffice: told apart from other errors, with the settings that need less."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import OptionError
from .settings import TuningSettings


def is_about_memory(error: BaseException) -> bool:
    """Whether an error says that memory does not suffice: PyTorch says so with a RuntimeError."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("memory" in words or "alloc" in words)
    )


def out_of_memory(error: Exception, settings: TuningSettings) -> Exception:
    """What to change where memory did not suffice; ``error`` itself where it is about something else."""
    if not is_about_memory(error):
        return error
    advice = []
    if not settings.checkpointing:
        advice.append("--checkpointing (slower, the same result)")
    if settings.batch > 1:
        half = settings.batch // 2
        steps = -(-settings.accumulate * settings.batch // half)
        advice.append(f"--batch {half} --accumulate {steps} (about as many examples to a step)")
    advice.append(f"--max-length {max(256, settings.max_length // 2)} (longer reports are split or dropped)")
    if not settings.four_bit:
        advice.append("--four-bit (for a base in the Hugging Face form)")
    advice.append("a smaller --base")
    return OptionError(
        "There is not enough memory to train with these settings.",
        hint=f"Use less: {'; '.join(advice)}. A training that had begun goes on with --checkpointing; the "
        "others begin anew: --fresh.",
    )


@contextmanager
def memory_advice(settings: TuningSettings) -> Iterator[None]:
    """Raise ``OptionError`` with the settings to change where memory does not suffice for what is inside."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        raise out_of_memory(error, settings) from None
