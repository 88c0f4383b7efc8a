"""What the model would see of a codebook, and how many tokens that takes."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ...engines.engine import Message
from ...errors import EpicrisisError

#: Stands where a report's text will.
_STAND_IN = "(the report's text)"
_one_model = Lock()


class MessageView(BaseModel):
    """One message of the prompt; ``role`` is system, user or assistant."""

    role: str
    content: str


class PromptView(BaseModel):
    """The prompt of a report without its text. ``tokens`` were counted by ``counted_by`` if they are
    ``exact``, else they are an estimate; ``countable``: whether the engine could count them, at the cost of
    loading its model. An answer takes at most ``budget`` tokens more."""

    messages: list[MessageView]
    tokens: int
    exact: bool
    counted_by: str
    countable: bool
    budget: int


def prompt_view(codebook: Codebook, engine: str | None, *, load: bool = False) -> PromptView:
    """What ``epicrisis codebook show`` prints.

    ``engine`` is an address that may be used. Servers and scripts count for nothing; a model in this process
    only with ``load``, and if it is here already. Where counting fails there is an estimate.
    """
    from ...extraction import ExtractionOptions
    from ...prompting import Prompt
    from ...prompting.size import estimate

    options = ExtractionOptions()
    prompt = Prompt(codebook, options.form, absent=options.absent, examples=options.examples)
    messages = prompt.messages(_STAND_IN)
    cheap, here = (False, False) if engine is None else _cost(engine)
    counted = _counted(messages, engine) if engine is not None and (cheap or (here and load)) else None
    return PromptView(
        messages=[MessageView(role=one.role, content=one.content) for one in messages],
        tokens=estimate(messages) if counted is None else counted[0],
        exact=counted is not None,
        counted_by="" if counted is None else counted[1],
        countable=counted is None and here,
        budget=prompt.budget(),
    )


def _cost(engine: str) -> tuple[bool, bool]:
    """Whether an engine counts without loading a model, and whether it has one here to load."""
    from ...engines.address import parse
    from ...engines.store import ModelStore

    address = parse(engine)
    if address.kind in ("server", "scripted"):
        return True, False
    if address.kind == "catalogue" and address.entry is not None:
        stored = {model.sha256 for model in ModelStore().installed()}
        return False, address.entry.sha256 in stored
    return False, address.kind == "file" and address.path is not None and address.path.is_file()


def _counted(messages: Sequence[Message], engine: str) -> tuple[int, str] | None:
    from ...prompting.size import size

    try:
        with _one_model:
            tokens, words = size(messages, engine)
    except EpicrisisError:
        return None
    return (tokens, words.removeprefix("counted by ")) if words.startswith("counted by ") else None
