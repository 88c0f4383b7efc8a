"""What an answer is bound to go on with, evaluated together with the token before it.

Most of an answer is its schema: names, punctuation, quotation marks. A processor evaluates ten tokens at
once in the time of three or four one after the other, so what must come next is evaluated ahead. Each token
is still chosen from the model's logits; a guess that is not what was chosen is forgotten. That is
speculative decoding (Leviathan et al., ICML 2023, arXiv:2211.17192), with the schema for a small model.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .engine import JsonSchema
from .native_library import NativeModel
from .native_prompts import EvaluatedPrompts
from .schema import item_separator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The most tokens guessed at once: beyond it a guess costs as much as it saves.
_LONGEST = 24
#: Guessing ends for an answer once so many tokens were guessed and fewer than half of them were right.
_TRIAL = 24
_LITERAL = re.compile(r"null|true|false")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_NUMBER_AND_NEXT = re.compile(r"-?[0-9][0-9.eE+-]*(?=[^0-9.eE+-])")


class Skeleton:
    """The fixed parts of the answers to a schema. ``after`` is called with the growing text of one."""

    def __init__(self, schema: JsonSchema | None, *, compact: bool = False) -> None:
        self._gaps = [] if schema is None else gaps(schema, compact=compact)
        self._gap = 0
        self._start = 0
        self._in_gap = True

    def after(self, text: str) -> str:
        """What must follow ``text``, which has grown since the last call; empty where the model decides.

        A space before a value is left to the value's own token.
        """
        while self._gap < len(self._gaps):
            if self._in_gap:
                gap = self._gaps[self._gap]
                written = text[self._start :]
                if len(written) < len(gap):
                    return gap[len(written) :].rstrip(" ") if gap.startswith(written) else ""
                self._start += len(gap)
                self._gap += 1
                self._in_gap = False
            else:
                end = _end_of_value(text, self._start)
                if end is None:
                    return ""
                self._start = end
                self._in_gap = True
        return ""


def gaps(schema: JsonSchema, *, compact: bool = False) -> list[str]:
    """The text before the first value that is open in ``schema``, between each two, and after the last."""
    found = [""]
    for piece in _pieces(schema, item_separator(compact)):
        if piece is None:
            found.append("")
        else:
            found[-1] += piece
    return found


def _pieces(schema: Any, separator: str) -> Iterator[str | None]:
    """Fixed text, and ``None`` for a value that the model writes."""
    if not isinstance(schema, Mapping):
        yield None
    elif "const" in schema:
        yield json.dumps(schema["const"], ensure_ascii=False)
    elif len(schema.get("enum", ())) == 1:
        yield json.dumps(schema["enum"][0], ensure_ascii=False)
    elif _is_fixed(schema):
        before = "{"
        for name, member in schema["properties"].items():
            yield f"{before}{json.dumps(name, ensure_ascii=False)}: "
            yield from _pieces(member, separator)
            before = separator
        yield "}"
    else:
        yield None


def _is_fixed(schema: Mapping[str, Any]) -> bool:
    members: Mapping[str, Any] = schema.get("properties", {})
    return (
        schema.get("type") == "object"
        and bool(members)
        and set(members) == set(schema.get("required", ()))
        and schema.get("additionalProperties") is False
        and not schema.keys() & {"anyOf", "oneOf", "allOf", "$ref"}
    )


def _end_of_value(text: str, start: int) -> int | None:
    """Where the value that begins at ``start`` ends; ``None`` while more of it may come."""
    for whole in (_LITERAL, _STRING, _NUMBER_AND_NEXT):
        if found := whole.match(text, start):
            return found.end()
    if text[start : start + 1] in ("{", "[") and text[-1] in "]}, ":
        try:
            return json.JSONDecoder().raw_decode(text, start)[1]
        except ValueError:
            return None
    return None


class Lookahead:
    """Gives the logits after each token of an answer, having guessed ahead where the schema allows it."""

    def __init__(
        self,
        model: NativeModel,
        prompts: EvaluatedPrompts,
        skeleton: Skeleton,
        tokenize: Callable[[str], list[int]],
    ) -> None:
        self._model = model
        self._prompts = prompts
        self._skeleton = skeleton
        self._tokenize = tokenize
        self._ahead: deque[int] = deque()
        self._place = 0
        self._guessed = self._right = 0
        self._gives_up = False

    def after(self, token: int, text: str) -> NDArray[np.float32]:
        """The logits after ``token``, the last one of ``text``; valid until the next call."""
        if self._ahead and self._ahead[0] == token:
            self._ahead.popleft()
            self._place += 1
            self._right += 1
            return self._model.logits(self._place)
        if self._ahead and not self._prompts.forget(len(self._ahead)):
            self._gives_up = True  # a wrong guess costs this model more than right ones save
        guess = self._guess(text)
        self._prompts.evaluate([token, *guess], everywhere=bool(guess))
        self._ahead = deque(guess)
        self._place = 0
        self._guessed += len(guess)
        return self._model.logits(0 if guess else -1)

    def _guess(self, text: str) -> list[int]:
        if self._gives_up or (self._guessed >= _TRIAL and 2 * self._right < self._guessed):
            return []
        following = self._skeleton.after(text)
        room = min(_LONGEST, self._model.context_length - len(self._prompts) - 1)
        return self._tokenize(following)[:room] if following and room > 0 else []
