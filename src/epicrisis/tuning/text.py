"""What is trained on: the messages that extraction sends, and the answer that it expects.

Both come from ``prompting`` itself, so that what is learned is what is asked, to the byte.
"""

from __future__ import annotations

from typing import NamedTuple

from ..codebook.codebook import Codebook
from ..engines.engine import Message
from ..examples.example import Example
from ..extraction.options import ExtractionOptions
from ..prompting import Prompt


class TrainingText(NamedTuple):
    """One example: the turns up to the answer, and the answer."""

    report_id: str
    messages: tuple[Message, ...]
    answer: str


def prompt_of(codebook: Codebook, options: ExtractionOptions) -> Prompt:
    """The prompt that extraction with these options uses; without groups and chosen examples, which an
    adapter is not trained for."""
    return Prompt(
        codebook,
        options.form,
        absent=options.absent,
        examples=options.examples,
        compact=options.compact,
        bare=options.bare,
    )


def training_text(prompt: Prompt, example: Example) -> TrainingText:
    """An example as it is asked and answered."""
    answer = prompt.written(prompt.sheet(example.worked))
    return TrainingText(example.id, tuple(prompt.messages(example.worked.text)), answer)
