"""Files that were made to break their reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import ReadingError


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """What a file that was made to break its reader raises, as a ReadingError."""
    try:
        yield
    except (RecursionError, OverflowError, MemoryError, ValueError):
        raise ReadingError(
            "The file is built so that it cannot be read: values too deep inside one another, or too large.",
            path=path,
            hint="Export it again.",
        ) from None
