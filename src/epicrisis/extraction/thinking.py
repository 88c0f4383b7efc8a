"""Free reasoning before the answer, without the marks that reasoning models put around it."""

from __future__ import annotations

import re

from epicrisis.engines.engine import Reply

#: Marks around reasoning: most models, Mistral's, Seed's, and the channels of the harmony format.
_MARKS = re.compile(
    r"</?(?:think|thinking|reasoning|thought|seed:think)>|\[/?THINK\]"
    r"|<\|channel\|>\w+(?:<\|message\|>)?|<\|start\|>(?:assistant)?|<\|(?:message|end|return)\|>",
    re.I,
)


def thought(reply: Reply) -> str:
    """What the model reasoned: in a field of its own where the server tells them apart, else its text."""
    pieces = [reply.reasoning, reply.text]
    return "\n".join(bare for piece in pieces if (bare := _MARKS.sub(" ", piece).strip()))
