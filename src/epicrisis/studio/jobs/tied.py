"""Runs ``python -m epicrisis``, and ends as soon as the process that began it does.

That process holds the other end of standard input: however it ended, the input then ends too.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading

#: The exit code where the other process is gone.
LEFT_ALONE = 3


def tie() -> None:
    """From now on, end this process when standard input ends."""
    threading.Thread(target=_wait, name="epicrisis-tied", daemon=True).start()


def _wait() -> None:
    while os.read(0, 4096):
        """Nothing is said there."""
    os._exit(LEFT_ALONE)


if __name__ == "__main__":
    tie()
    sys.argv[0] = "epicrisis"
    runpy.run_module("epicrisis", run_name="__main__", alter_sys=True)
