"""Telling a listener what is being written, without taking anything back."""

from __future__ import annotations

from .engine import Request


class Telling:
    """Hands an answer to the request's ``on_text`` as it grows; does nothing where there is none.

    What was told is always the beginning of the answer. An end that may turn out to be one of the request's
    stop words is held back. Where a lost connection makes an engine ask again and the answer becomes
    another one, nothing more is told.
    """

    def __init__(self, request: Request) -> None:
        self._on_text = request.on_text
        self._stop = tuple(one for one in request.stop if one)
        self._told = ""

    @property
    def listened(self) -> bool:
        """Whether anybody listens."""
        return self._on_text is not None

    def grown(self, text: str) -> None:
        """The answer so far. Raises whatever the listener raises."""
        if self._on_text is not None:
            self._tell(text[: len(text) - self._held_back(text)])

    def finished(self, text: str) -> None:
        """The whole answer. Raises whatever the listener raises."""
        self._tell(text)

    def _tell(self, text: str) -> None:
        if self._on_text is None or len(text) <= len(self._told) or not text.startswith(self._told):
            return
        piece, self._told = text[len(self._told) :], text
        self._on_text(piece)

    def _held_back(self, text: str) -> int:
        """How many characters at the end could be the beginning of a stop word."""
        lengths = (
            length
            for stop in self._stop
            for length in range(min(len(stop) - 1, len(text)), 0, -1)
            if text.endswith(stop[:length])
        )
        return max(lengths, default=0)
