"""What a reasoning model thought, apart from what it answered.

Most servers tell them apart. Where one does not, the text holds the model's own marks: ``<think>``, or the
channels of the harmony format (gpt-oss).
"""

from __future__ import annotations

import re

#: Around reasoning: those of most models, Mistral's and Seed's.
_OPEN = r"<(?:think|thinking|reasoning|thought|seed:think)>|\[THINK\]"
_CLOSE = r"</(?:think|thinking|reasoning|thought|seed:think)>|\[/THINK\]"
_ANSWER = re.compile(r"\s*(?:\{|\[(?!THINK\])|\Z)", re.I)
_OPENED = re.compile(rf"\s*(?:{_OPEN})", re.I)
_CLOSED = re.compile(_CLOSE, re.I)
_CHANNEL = re.compile(
    r"(?:<\|start\|>\w*)?<\|channel\|>(?P<name>\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>"
    r"(?P<text>.*?)(?:<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)|\Z)",
    re.S,
)
#: What may still become ``[THINK]``, and what begins the channels of the harmony format.
_UNDECIDED = re.compile(r"\s*(?:\[(?:T(?:H(?:I(?:NK?)?)?)?)?)?\Z", re.I)
_CHANNELS = re.compile(r"\s*<(?:\||\Z)")
#: The channel of the harmony format that the answer is in.
_FINAL = "final"


def split(text: str) -> tuple[str, str]:
    """``(reasoning, answer)`` of what a model wrote. Without marks, and for JSON, all of it is the answer.

    Reasoning that is not closed was cut short: then there is no answer. The opening mark may be missing,
    since some chat templates write it into the prompt.
    """
    if _ANSWER.match(text):
        return "", text
    channels = list(_CHANNEL.finditer(text))
    if channels and not text[: channels[0].start()].strip():
        said = ["", ""]
        for one in channels:
            said[one["name"] == _FINAL] += one["text"]
        return said[0].strip(), said[1].strip()
    opened = _OPENED.match(text)
    closed = _CLOSED.search(text)
    if closed is not None:
        begin = opened.end() if opened is not None else 0
        return text[begin : closed.start()].strip(), text[closed.end() :].strip()
    if opened is not None:
        return text[opened.end() :].strip(), ""
    return "", text


def begun(text: str) -> str:
    """What is bound to be the beginning of the answer, whatever follows ``text``.

    Nothing while it may still be reasoning: without marks that is known of JSON only.
    """
    if _UNDECIDED.match(text):
        return ""
    if _ANSWER.match(text):
        return text
    closed = _CLOSED.search(text)
    if closed is None or _CHANNELS.match(text):
        return ""
    return text[closed.end() :].strip()
