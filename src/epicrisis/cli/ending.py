"""How a command that worked on a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .exits import DONE, INTERRUPTED, SOME_FAILED
from .messages import tell, trace

if TYPE_CHECKING:
    from ..runs.session import Session


def ending(session: Session) -> int:
    """Tell what stopped the run, if anything did, and give the exit code."""
    if session.error is not None:
        trace(session.error)
        tell(session.error)
        return SOME_FAILED
    if session.status == "interrupted":
        return INTERRUPTED
    return SOME_FAILED if session.tally.failed else DONE
