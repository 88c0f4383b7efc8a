"""Words that would be a chat template's own marks, made harmless.

Servers render the chat template to one text and then look for control tokens in all of it, so that a report
with ``<|im_end|>`` in it would end the user's turn and could begin another one. No server marks what came
from a message; so the marks are broken before they are sent.
"""

from __future__ import annotations

import re

#: Put into a mark after its first character. It is not seen, and quotes are compared without it.
BREAK = "\u200b"

#: Marks without a bar or an underscore in them.
_NAMES = (
    *("s", "bos", "eos", "eod", "eot", "sop", "eop", "pad", "unk", "mask", "cls", "sep", "turn"),
    *("system", "user", "assistant", "human", "role", "tool", "tools", "think", "thinking", "answer"),
    *("image", "img", "audio", "video", "filename"),
)
_BRACKETS = (
    *("INST", "SYS", "BOS", "EOS", "EOT", "PAD", "UNK", "CLS", "SEP", "MASK", "gMASK", "sMASK"),
    *("IMG", "THINK", "PREFIX", "SUFFIX", "MIDDLE", "ARGS", "CALL_ID", "AUDIO"),
    *("SYSTEM_PROMPT", "AVAILABLE_TOOLS", "TOOL_CALLS", "TOOL_RESULTS", "TOOL_CONTENT", "MODEL_SETTINGS"),
    *("IMG_BREAK", "IMG_END", "BEGIN_AUDIO", "TRANSCRIBE"),
)
#: The first character of a mark, by family.
_MARK = re.compile(
    "|".join(
        (
            # <|im_end|>, <|turn>, <turn|>, the same with the wide bar, [|endofturn|]
            r"<(?=[|｜]|/?\w+[|｜]>)",
            r"\[(?=[|｜]/?\w+[|｜]\])",
            # <start_of_turn>, <extra_id_0>: in lower case, for <DATUM_1> is what stands for a date
            r"<(?=/?(?:[a-z0-9]*_[a-z0-9_]*|seed:\w+|SPECIAL_\d+|unused\d+)>)",
            rf"<(?=/?(?:{'|'.join(_NAMES)})>)",
            rf"\[(?=/?(?:{'|'.join(_BRACKETS)})\])",
            r"<(?=</?SYS>>)",
            r"\](?=~!b\[|~b\]|![a-z]~\[)|\[(?=e~\[)",
            # our own frame, however a model may still read it
            r"(?i:<(?=\s*/?\s*report\s*>))",
        )
    )
)


def without_control_words(text: str) -> str:
    """``text`` with every mark of a chat template, and of our own frame around a report, broken by ``BREAK``.

    Everything else stays as it is; a second call changes nothing. Quotes that a model copies from the
    result are found in ``text``: locating a quote passes over characters that are not seen. Covered are
    marks with bars (ChatML, Llama 3 and 4, Phi, gpt-oss, DeepSeek, Gemma 4, EXAONE, Granite, Command),
    ``<start_of_turn>`` and its like (Gemma), ``[INST]`` and its like (Llama 2, Mistral), ``<s>``,
    ``<think>`` and ``<tool_call>``. Marks that are plain words (``USER:``) are no tokens of their own and
    are left.
    """
    return _MARK.sub(lambda mark: mark[0] + BREAK, text)
