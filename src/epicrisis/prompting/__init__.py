"""Messages for one report: instructions, definitions, worked examples, and what the answer must look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .form import Form
    from .prompt import PROMPT_VERSION, Prompt

__all__ = ["PROMPT_VERSION", "Form", "Prompt"]


def __getattr__(name: str) -> object:
    """Loaded when asked for: the command line needs ``Form`` and must not wait for the rest."""
    if name == "Form":
        from .form import Form

        return Form
    if name in ("Prompt", "PROMPT_VERSION"):
        from . import prompt

        return getattr(prompt, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
