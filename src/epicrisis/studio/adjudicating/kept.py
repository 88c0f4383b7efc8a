"""What is worked out from a review's judgements, until one of them changes."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from ..studio import Studio

T = TypeVar("T")
#: Results kept at once; the one asked for longest ago goes first.
MOST = 64


class Kept:
    """Results by name, each with the stamp of what it was made from. Whoever asks for the same result while
    it is being made waits for it, so that many who poll cost no more than one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, name: Hashable, stamp: Hashable, make: Callable[[], T]) -> T:
        """The result called ``name`` as it was made for ``stamp``; ``make`` makes it anew."""
        with self._lock:
            making = self._making.setdefault(name, threading.Lock())
        with making:
            with self._lock:
                known = self._results.get(name)
                if known is not None and known[0] == stamp:
                    self._results.move_to_end(name)
                    result: T = known[1]
                    return result
            result = make()
            with self._lock:
                self._results[name] = (stamp, result)
                self._results.move_to_end(name)
                while len(self._results) > MOST:
                    gone, _ = self._results.popitem(last=False)
                    self._making.pop(gone, None)
            return result


def kept(studio: Studio) -> Kept:
    """What the server of this studio keeps."""
    found: Kept = studio.__dict__.setdefault("_adjudicating", Kept())
    return found


def judgements_stamp(db: sqlite3.Connection, review: str) -> Hashable:
    """Something else as soon as a judgement of the review is added, changed or removed."""
    return _stamp(db, "judgements", review)


def decisions_stamp(db: sqlite3.Connection, review: str) -> Hashable:
    """Something else as soon as a decision is made, changed or withdrawn."""
    return _stamp(db, "decisions", review)


def _stamp(db: sqlite3.Connection, table: str, review: str) -> Hashable:
    return tuple(
        db.execute(
            f"SELECT count(*), total(version), max(at) FROM {table} WHERE review = ?",
            (review,),
        ).fetchone()
    )
