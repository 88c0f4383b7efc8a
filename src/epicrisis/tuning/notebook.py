"""What a sweep or a learning curve knows so far, on disk: written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import OptionError
from ..export.destination import replacing, writing_error

#: Of the file's form. A file of another one is refused.
_FORMAT = 1


class Notebook:
    """A JSON document at ``path`` that belongs to ``task``: what was asked for, in a few words of JSON.

    Killed between two writes, the same command finds what the last one wrote.
    """

    def __init__(self, path: Path, task: Mapping[str, Any]) -> None:
        self.path = path
        self._task = json.loads(json.dumps(task))

    def read(self) -> dict[str, Any]:
        """What was written last; nothing, if nothing was. Raises ``OptionError`` for a file that cannot be
        read or belongs to another task."""
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise OptionError(
                f"The file cannot be read: {type(error).__name__}.",
                path=self.path,
                hint="Remove it, or start anew with --fresh.",
            ) from None
        if not isinstance(found, dict) or found.get("format") != _FORMAT or found.get("task") != self._task:
            raise OptionError(
                "The file belongs to another command: other trials, sizes or reports, another base or "
                "another way of asking.",
                path=self.path,
                hint="Name another folder with --out, or start anew with --fresh.",
            )
        return found

    def write(self, found: Mapping[str, Any]) -> None:
        """Keep ``found`` in place of what was kept. Raises ``OutputError`` where it cannot be written; what
        was kept before is there still."""
        document = {"format": _FORMAT, "task": self._task, **found}
        write_whole(self.path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def write_whole(path: Path, content: str) -> None:
    """Write a file so that it is there whole or, if that fails, as it was. Raises ``OutputError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise writing_error(path, error) from None
    with replacing(path) as part:
        part.write_text(content, "utf-8")
