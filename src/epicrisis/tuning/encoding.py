"""Training texts as tokens: the prompt as the engine renders it, the loss on the answer alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..engines.engine import Message
from ..engines.native_template import ChatTemplate
from .text import TrainingText


@dataclass(frozen=True, slots=True)
class Encoded:
    """``tokens`` of prompt and answer; the answer, with the token that ends it, begins at ``answer``."""

    report_id: str
    tokens: tuple[int, ...]
    answer: int

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def learned(self) -> int:
        """How many tokens the loss is on."""
        return len(self.tokens) - self.answer


class Encoder:
    """A base's tokenizer and chat template. Prompt and answer are tokenised apart, as they are when the
    model writes the answer."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._template = ChatTemplate(
            tokenizer.chat_template, bos=tokenizer.bos_token or "", eos=tokenizer.eos_token or ""
        )
        self._begins = self._beginning()
        self.end = self._ending()

    def render(self, messages: Sequence[Message]) -> str:
        """The text of a prompt, up to where the answer begins."""
        return self._template.render(messages)

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """The tokens of a prompt."""
        tokens = self._tokens(self.render(messages))
        if self._begins is not None and tokens[:1] != [self._begins]:
            tokens.insert(0, self._begins)
        return tokens

    def encode(self, text: TrainingText) -> Encoded:
        """The tokens of an example."""
        prompt = self.prompt(text.messages)
        answer = [*self._tokens(text.answer), self.end]
        return Encoded(text.report_id, (*prompt, *answer), len(prompt))

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of an answer."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    def _tokens(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _beginning(self) -> int | None:
        """The token that llama.cpp puts before every text of this model, if it does."""
        with_special = self.tokenizer("a")["input_ids"]
        bos = self.tokenizer.bos_token_id
        return bos if bos is not None and with_special[:1] == [bos] else None

    def _ending(self) -> int:
        """The token after an answer: what the template has there, else the model's end of text."""
        question, said = Message("user", "?"), Message("assistant", "!!!")
        shown = self.render([question, said, question])
        after = shown.partition(said.content)[2]
        first = self._tokens(after)[:1]
        if first and first[0] in self.tokenizer.all_special_ids:
            return int(first[0])
        return int(self.tokenizer.eos_token_id)
