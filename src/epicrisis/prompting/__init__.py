"""Messages for one report: instructions, definitions, worked examples, and what the answer must look like."""

from .form import Form
from .prompt import PROMPT_VERSION, Prompt

__all__ = ["PROMPT_VERSION", "Form", "Prompt"]
