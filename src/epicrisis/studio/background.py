"""What goes on while nobody asks: the queue of runs."""

from __future__ import annotations

from .jobs.dispatcher import Dispatcher
from .studio import Studio


class Background:
    """Started with the server and stopped with it. What is half done is taken up again at the next start."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._dispatcher = Dispatcher(studio.project)
        # Made here, once: requests come in several threads.
        self._tries = studio.tries

    def start(self) -> None:
        """Begin."""
        self._dispatcher.start()

    def stop(self) -> None:
        """End; returns when nothing of it runs any more."""
        self._tries.close()
        self._dispatcher.stop()
