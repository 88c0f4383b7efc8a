"""Chat messages as the text a model was trained on, by the template in its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from ..errors import ModelError
from .engine import Message

if TYPE_CHECKING:
    from jinja2 import Template

#: ChatML: what models without a template are asked in, as llama.cpp does.
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class ChatTemplate:
    """A model's chat template, compiled. Raises ``ModelError`` if it is not a Jinja template."""

    def __init__(self, source: str | None, *, bos: str = "", eos: str = "") -> None:
        self._bos, self._eos = bos, eos
        self._template = _compile(source or _CHATML)

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt, up to where the answer begins. Reasoning models answer at once.

        A template that knows no system messages gets theirs at the head of the first question. Raises
        ``ModelError`` if the template cannot be used.
        """
        try:
            return self._render(messages)
        except Exception as error:
            if not any(message.role == "system" for message in messages):
                raise _unusable(error) from None
        try:
            return self._render(_without_system(messages))
        except Exception as error:
            raise _unusable(error) from None

    def _render(self, messages: Sequence[Message]) -> str:
        return self._template.render(
            messages=[message.as_dict() for message in messages],
            add_generation_prompt=True,
            enable_thinking=False,
            bos_token=self._bos,
            eos_token=self._eos,
            raise_exception=_raise,
            strftime_now=lambda form: datetime.now().strftime(form),
        )


def _compile(source: str) -> Template:
    from jinja2 import TemplateError
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    try:
        return environment.from_string(source)
    except TemplateError as error:
        raise _unusable(error) from None


def _without_system(messages: Sequence[Message]) -> list[Message]:
    instructions = [message.content for message in messages if message.role == "system"]
    rest = [message for message in messages if message.role != "system"]
    if not rest or rest[0].role != "user":
        return [Message("user", "\n\n".join(instructions)), *rest]
    return [Message("user", "\n\n".join([*instructions, rest[0].content])), *rest[1:]]


def _raise(message: str) -> NoReturn:
    raise ValueError(message)


def _unusable(error: Exception) -> ModelError:
    # Without the error's words: a template can repeat a message in them.
    return ModelError(
        f"The model's chat template cannot be used ({type(error).__name__}).",
        hint="Use the other embedded engine (--engine llamacpp:MODEL) or another model.",
    )
