"""What went wrong with a job, in words for somebody who sits before the studio."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...errors import EpicrisisError
from ..project import Project
from ..web.refusals import Refusal, Refused, refusal_of

#: Instead of hints that speak of the command line.
_HINTS = {
    "reading": "Look at how these reports are read: another column may have the ids or the text.",
    "run-stopped": "See to the engine, then go on: only what is missing or failed is asked.",
    "option": "Change the options of the run.",
}
_ANY = "Go on when that is mended: what is done is kept."
#: What the options of a training are called in the studio.
_OPTIONS = {
    "accumulate": "'Batches in a step'",
    "bare": "'Bare prompt'",
    "base": "'Base'",
    "batch": "'Examples at once'",
    "checkpointing": "'Save memory'",
    "epochs": "'Epochs'",
    "gold": "'Gold'",
    "learning-rate": "'Learning rate'",
    "max-length": "'Longest example'",
    "preset cpu": "on the processor of this machine",
    "rank": "'Rank'",
    "seed": "'Seed'",
}
_OPTION = re.compile(rf"--({'|'.join(_OPTIONS)})(?![\w-])")
#: Advice that is of the command line alone: the end of a sentence, or all of it.
_OTHERWISE = (
    re.compile(r",? or [^.;]*(?:--|epicrisis )[^.;]*"),
    re.compile(r"[^.;]*(?:--|epicrisis )[^.;]*[.;]?"),
)
_OTHER_SETTINGS = "Train again with other settings; or go on, if it was nothing of the settings."


def told(error: Exception, project: Project) -> Refusal:
    """The error without a report's words, and without where the project lies."""
    if isinstance(error, Refused):
        return error.refusal
    if isinstance(error, EpicrisisError):
        found = refusal_of(error, project)
        if any(words in found.hint for words in ("--", "command", "epicrisis ")):
            found.hint = _HINTS.get(error.code, _ANY)
        return found
    return Refusal(
        code="unforeseen",
        message=f"Something went wrong inside the program ({type(error).__name__}).",
        hint="Go on with the run to try again: what is done is kept.",
    )


def told_by_command(message: str | None, said: str, names: Mapping[str, str]) -> Refusal:
    """What the command line said went wrong: ``said`` on standard error, and the ``message`` it kept, if it
    did. ``names`` are what people call the places in it."""
    for place, name in names.items():
        said, message = said.replace(place, name), message and message.replace(place, name)
    lines = said.splitlines()
    begin = next((at for at in reversed(range(len(lines))) if lines[at].startswith("error: ")), None)
    hint = ""
    if begin is not None:
        message = message or lines[begin].removeprefix("error: ")
        hint = " ".join(line.strip() for line in lines[begin + 1 :] if line.strip())
    hint = _OPTION.sub(lambda found: _OPTIONS[found[1]], hint)
    if "pip install" not in hint:
        for part in _OTHERWISE:
            hint = part.sub("", hint).strip()
    hint = hint or _OTHER_SETTINGS
    return Refusal(
        code="tune", message=(message or "The training ended without a word.")[:2000], hint=hint[:2000]
    )
