"""Exit codes: what a script can tell from a command without reading what it printed."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
#: Some reports failed, or the run stopped before its end; the run is kept.
SOME_FAILED: Final = 1
#: Bad input, no model, a command that means nothing: nothing was begun.
NOT_STARTED: Final = 2
INTERRUPTED: Final = 130
#: The program that read the output has left.
OUTPUT_CLOSED: Final = 141
