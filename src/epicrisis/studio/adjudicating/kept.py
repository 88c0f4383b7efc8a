"""What is worked out from a review's judgements, until one of them changes."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

from ..studio import Studio

T = TypeVar("T")
#: Results kept at once; the one asked for longest ago goes first.
MOST = 64
#: What took less, in seconds, is made anew whenever something changed.
QUICK = 0.5


class _Result(NamedTuple):
    stamp: Hashable
    result: Any
    took: float
    made: float

    def may_rest(self, now: float, rest: float) -> bool:
        return self.took >= QUICK and now - self.made < rest * self.took


class Kept:
    """Results by name, each with the stamp of what it was made from. Whoever asks for the same result while
    it is being made waits for it, so that many who poll cost no more than one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._results: OrderedDict[Hashable, _Result] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, name: Hashable, stamp: Hashable, make: Callable[[], T], *, rest: float = 0.0) -> T:
        """The result called ``name`` as it was made for ``stamp``; ``make`` makes it anew.

        With ``rest``, one that took long (half a second or more) may be as old as that many times the time
        it took: while people work, making it then takes a small share of the machine.
        """
        with self._lock:
            making = self._making.setdefault(name, threading.Lock())
        with making:
            with self._lock:
                known = self._results.get(name)
                if known is not None and (known.stamp == stamp or known.may_rest(self._clock(), rest)):
                    self._results.move_to_end(name)
                    kept: T = known.result
                    return kept
            begun = self._clock()
            result = make()
            ended = self._clock()
            with self._lock:
                self._results[name] = _Result(stamp, result, ended - begun, ended)
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
