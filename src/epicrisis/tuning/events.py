"""What happens while an adapter is trained: told to a listener, and kept line by line beside the adapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import OutputError

HISTORY = "history.jsonl"

#: Hears every event: a mapping with ``event`` (``stage``, ``start``, ``step``, ``choosing``,
#: ``validation``, ``note``, ``end``) and what belongs to it. Never report text.
Listener = Callable[[Mapping[str, Any]], None]


class Journal:
    """Writes events to ``history.jsonl`` in ``folder`` as they happen, and tells a listener.

    Raises ``OutputError`` where the folder cannot be written to.
    """

    def __init__(self, folder: Path, listener: Listener | None = None) -> None:
        self._path = folder / HISTORY
        self._listener = listener

    def tell(self, event: str, **said: Any) -> None:
        document = {"event": event, **said}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OutputError(
                f"The history cannot be written: {error.strerror}.",
                path=self._path,
                hint="Make room and give the same command again: it goes on from the last checkpoint.",
            ) from None
        if self._listener is not None:
            self._listener(document)

    def stage(self, name: str) -> None:
        """``loading``, ``before``, ``training``, ``writing``, ``checking`` or ``after``."""
        self.tell("stage", stage=name)

    def note(self, text: str) -> None:
        self.tell("note", text=text)


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The events so far; a last line that is being written is left out."""
    try:
        text = (folder / HISTORY).read_text("utf-8")
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
