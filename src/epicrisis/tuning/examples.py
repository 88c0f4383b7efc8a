"""Annotated reports as tokens to train on: as they are asked, those that are too long in parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..codebook.codebook import Codebook
from ..examples.example import Example
from ..extraction.long import codebook_for_parts
from ..extraction.options import ExtractionOptions
from ..prompting import Prompt
from .encoding import Encoded, Encoder
from .shortening import in_parts
from .text import TrainingText, prompt_of, training_text


@dataclass(slots=True)
class Fitting:
    """What became of examples that are longer than the maximum: ``split`` into parts, or ``dropped``."""

    split: int = 0
    dropped: int = 0

    def said(self, max_length: int) -> list[str]:
        """In words; nothing where all fitted."""
        found = []
        if self.split:
            found.append(f"{self.split} examples of more than {max_length} tokens are trained on in parts.")
        if self.dropped:
            found.append(
                f"{self.dropped} examples of more than {max_length} tokens are left out: where their answers "
                "stand is not known, so that they cannot be split. A larger --max-length takes them along."
            )
        return found

    def said_of_validation(self) -> list[str]:
        """The same of reports that only choose between epochs."""
        if not self.dropped:
            return []
        return [
            f"{self.dropped} validation reports are too long for the validation loss; they are asked about "
            "all the same."
        ]


@dataclass
class Examples:
    """Encodes examples for one codebook, asked with ``options``, at most ``max_length`` tokens each."""

    codebook: Codebook
    options: ExtractionOptions
    encoder: Encoder
    max_length: int

    @cached_property
    def prompt(self) -> Prompt:
        return prompt_of(self.codebook, self.options)

    def text(self, example: Example) -> TrainingText:
        """What the example is trained on as."""
        return training_text(self.prompt, example)

    def encoded(self, examples: Iterable[Example]) -> tuple[list[Encoded], Fitting]:
        """All that fit, and what became of the others."""
        found: list[Encoded] = []
        fitting = Fitting()
        for example in examples:
            whole = self.encoder.encode(self.text(example))
            if len(whole) <= self.max_length:
                found.append(whole)
                continue
            pieces = self._in_parts(example, whole)
            found += pieces
            fitting.split += bool(pieces)
            fitting.dropped += not pieces
        return found, fitting

    def _in_parts(self, example: Example, whole: Encoded) -> Sequence[Encoded]:
        prompt = self._prompt_for_parts

        def size(text: str) -> int:
            # Room for the longest answer there can be: that of the whole report.
            return len(self.encoder.prompt(prompt.messages(text))) + whole.learned

        pieces = in_parts(self.codebook, example, size, self.max_length)
        return [self.encoder.encode(training_text(prompt, piece)) for piece in pieces or ()]

    @cached_property
    def _prompt_for_parts(self) -> Prompt:
        return prompt_of(codebook_for_parts(self.codebook), self.options)
