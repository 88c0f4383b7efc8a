"""All tries of the studio: whose they are, which engine they wait for, and when they are forgotten."""

from __future__ import annotations

import threading
import time

from ...adapter import Adapter
from ...engines.engine import Engine
from ..web.refusals import Refused, not_found
from .attempt import Asked, Attempt
from .lane import Lane, OpenEngine

#: How long an engine stays open without a try, in seconds.
IDLE = 600.0
#: How long a try is kept after it ended or was last looked at, in seconds.
KEPT = 1800.0
#: The most tries in memory, and the most of one person that are not over.
MOST = 60
MOST_AT_ONCE = 3
#: The most that are not over.
MOST_WAITING = 30
_SWEEP = 30.0
#: Models in this process share a lane: two of them rarely fit the memory.
_EMBEDDED = "embedded"


class Tries:
    """Tries in memory; nothing of them is ever written. Everybody sees only their own.

    ``open_engine`` gives an engine for an address and an adapter; ``idle`` and ``kept`` in seconds. Safe to
    use from several threads.
    """

    def __init__(
        self,
        open_engine: OpenEngine | None = None,
        *,
        idle: float = IDLE,
        kept: float = KEPT,
    ) -> None:
        self._open_engine = open_engine or open_ready
        self._idle = idle
        self._kept = kept
        self._lock = threading.Lock()
        self._tries: dict[str, Attempt] = {}
        self._lanes: dict[str, Lane] = {}
        self._closed = threading.Event()
        self._sweeper: threading.Thread | None = None

    def begin(self, person: str, asked: Asked) -> Attempt:
        """Put a try into the queue of its engine.

        Raises Refused: 429 where the person has too many under way, 503 where everybody has.
        """
        attempt = Attempt(person, asked)
        with self._lock:
            if self._closed.is_set():
                raise _busy("The studio is being stopped.")
            self._make_room(person)
            self._tries[attempt.id] = attempt
            lane = self._lane(asked.engine)
            if self._sweeper is None:
                self._sweeper = threading.Thread(
                    target=self._keep_sweeping, name="epicrisis-tries", daemon=True
                )
                self._sweeper.start()
        lane.add(attempt)
        return attempt

    def get(self, person: str, attempt_id: str) -> Attempt:
        """Raises Refused (404) for one that is forgotten, and for one of somebody else."""
        with self._lock:
            attempt = self._tries.get(attempt_id)
            if attempt is None or attempt.person != person:
                raise not_found("try", "Tries are forgotten after a while. Try the report again.")
            attempt.seen = time.monotonic()
            return attempt

    def before(self, attempt: Attempt) -> int:
        """How many tries come before this one."""
        lane = self._lanes.get(lane_of(attempt.address))
        return 0 if lane is None else lane.before(attempt)

    def end(self, person: str, attempt_id: str) -> None:
        """Cancel a try; forget it if it is over. Raises Refused (404)."""
        attempt = self.get(person, attempt_id)
        if attempt.over:
            with self._lock:
                self._tries.pop(attempt_id, None)
            return
        lane = self._lanes.get(lane_of(attempt.address))
        if lane is not None:
            lane.remove(attempt)
        attempt.stop()

    def sweep(self) -> None:
        """Forget what was over long ago."""
        oldest = time.monotonic() - self._kept
        with self._lock:
            for attempt_id in [one.id for one in self._tries.values() if one.over and one.seen < oldest]:
                del self._tries[attempt_id]

    def close(self) -> None:
        """Cancel every try, close every engine and forget everything."""
        with self._lock:
            self._closed.set()
            lanes = list(self._lanes.values())
            self._lanes.clear()
        for lane in lanes:
            lane.close()
        with self._lock:
            self._tries.clear()

    def _make_room(self, person: str) -> None:
        under_way = [one for one in self._tries.values() if not one.over]
        if sum(one.person == person for one in under_way) >= MOST_AT_ONCE:
            raise Refused(
                429,
                "too-often",
                f"{MOST_AT_ONCE} of your tries are under way.",
                "Wait until one is finished, or cancel one.",
            )
        if len(under_way) >= MOST_WAITING:
            raise _busy("Too many people are trying reports at the moment.")
        over = sorted((one for one in self._tries.values() if one.over), key=lambda one: one.seen)
        for one in over[: max(0, len(self._tries) + 1 - MOST)]:
            del self._tries[one.id]

    def _lane(self, address: str) -> Lane:
        name = lane_of(address)
        if name not in self._lanes:
            self._lanes[name] = Lane(self._open_engine, self._idle)
        return self._lanes[name]

    def _keep_sweeping(self) -> None:
        while not self._closed.wait(_SWEEP):
            self.sweep()


def lane_of(address: str) -> str:
    """Which tries wait for each other: those of one server, and all of models in this process."""
    from ...engines.address import parse

    return address if parse(address).kind in ("server", "scripted") else _EMBEDDED


def open_ready(address: str, adapter: Adapter | None = None) -> Engine:
    """The engine, without fetching a model; a server is asked whether it holds models to schemas, and
    whether it has the adapter.

    Raises what ``open_engine`` and ``probe`` raise.
    """
    from ...engines.address import open_engine
    from ...engines.probe import probe

    engine = open_engine(address, fetch=False, adapters=() if adapter is None else (adapter,))
    if engine.info.kind == "openai":
        try:
            probe(engine, adapter=None if adapter is None else adapter.name)
        except BaseException:
            engine.close()
            raise
    return engine


def _busy(message: str) -> Refused:
    return Refused(503, "busy", message, "Try again in a minute.")
