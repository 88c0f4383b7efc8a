"""What went wrong with a run, in words for somebody who sits before the studio."""

from __future__ import annotations

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
