"""Work that goes on while nobody waits for it: so many at once, and never two of the same."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from typing import Literal

from ..errors import EpicrisisError
from .project import Project
from .studio import Studio
from .web.refusals import Refusal, Refused, place_of, refusal_of

logger = logging.getLogger(__name__)

State = Literal["waiting", "running", "done", "failed", "cancelled"]
#: Ended tasks that are remembered.
_REMEMBERED = 200
#: Seconds that the end of the program waits for tasks to notice that they are cancelled.
_LAST = 5.0
#: Tasks of one kind that are under way or wait, each in a thread.
MOST = 64


class Stopped(BaseException):
    """Ends the work of a task that was cancelled; not an error: nobody but the task may catch it."""


class Task:
    """One piece of work. ``done`` of ``total`` in a unit of its own; ``said``: what it is doing."""

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.state: State = "waiting"
        self.said = ""
        self.done = 0.0
        self.total: float | None = None
        self.problem: Refusal | None = None
        self._ended: float | None = None
        self._began: tuple[float, float] | None = None
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to end."""
        return self.state in ("waiting", "running")

    @property
    def age(self) -> float:
        """Seconds since its end; 0 before."""
        return 0.0 if self._ended is None else time.monotonic() - self._ended

    @property
    def share(self) -> float | None:
        """How much is done, from 0 to 1, where that is known."""
        return None if not self.total else min(1.0, self.done / self.total)

    @property
    def left(self) -> float | None:
        """Seconds that are likely left, by the speed so far; ``None`` while nobody can tell."""
        if self._began is None or not self.total or self.state != "running":
            return None
        at, had = self._began
        seconds, moved = time.monotonic() - at, self.done - had
        return None if moved <= 0 or seconds < 1 else (self.total - self.done) * seconds / moved

    def tell(self, said: str | None = None, done: float | None = None, total: float | None = None) -> None:
        """Say how far the work is. Raises Stopped once it is cancelled: the work ends there."""
        if self._cancel.is_set():
            raise Stopped
        if said is not None:
            self.said = said
        if total is not None:
            self.total = total
        if done is not None:
            self.done = done
            # What was there before the first news counts as done, not as speed.
            self._began = self._began or (time.monotonic(), done)

    def cancel(self) -> None:
        self._cancel.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(timeout)


class Tasks:
    """The tasks of one kind; ``places`` of them run at the same time, the others wait in line.
    There are never more than ``most`` that are not over."""

    def __init__(self, project: Project, places: int = 1, most: int = MOST) -> None:
        self._project = project
        self._most = most
        self._lock = threading.Lock()
        self._places = threading.Semaphore(places)
        self._known: dict[Hashable, Task] = {}
        # The program may end while something is being fetched: what it started is to end with it.
        weakref.finalize(self, _stop, self._known)

    def begin(self, key: Hashable, work: Callable[[Task], object]) -> Task:
        """Begin ``work``, or give the task that has this key already, if it is still under way.

        Raises Refused (503) where too many are.
        """
        with self._lock:
            known = self._known.get(key)
            if known is not None and known.open:
                return known
            if sum(one.open for one in self._known.values()) >= self._most:
                raise Refused(503, "busy", "The studio has too much to do already.", "Try again in a minute.")
            task = self._known[key] = Task(key)
            for old in [one for one, it in self._known.items() if not it.open][:-_REMEMBERED]:
                del self._known[old]
            task._thread = threading.Thread(
                target=_run,
                args=(task, work, self._places, self._project),
                name="epicrisis-task",
                daemon=True,
            )
            task._thread.start()
            return task

    def find(self, key: Hashable) -> Task | None:
        """The latest task of this key, ended or not."""
        with self._lock:
            return self._known.get(key)

    def all(self) -> list[Task]:
        """Those that are still to end, and the latest that ended, in the order they were begun."""
        with self._lock:
            return list(self._known.values())


def tasks_of(studio: Studio, kind: str, places: int = 1, most: int = MOST) -> Tasks:
    """The tasks of this kind in this studio."""
    tasks: Tasks | None = studio.__dict__.get(f"_tasks_{kind}")
    # Two requests may ask at once: the first to say so has made it.
    return tasks or studio.__dict__.setdefault(f"_tasks_{kind}", Tasks(studio.project, places, most))


def problem_of(error: Exception, project: Project) -> Refusal:
    """What went wrong, as pages show it; never a report's words."""
    if isinstance(error, Refused):
        return error.refusal
    if isinstance(error, EpicrisisError):
        return refusal_of(error, project)
    logger.error("%s in a task", place_of(error))
    return Refusal(
        code="unforeseen",
        message=f"Something went wrong inside the studio ({type(error).__name__}).",
        hint="Try again; the server's log says where it happened.",
    )


def _run(task: Task, work: Callable[[Task], object], places: threading.Semaphore, project: Project) -> None:
    with places:
        try:
            task.tell()
            task.state = "running"
            work(task)
        except Stopped:
            state: State = "cancelled"
        except Exception as error:
            task.problem = problem_of(error, project)
            state = "failed"
        else:
            state = "done"
    task._ended = time.monotonic()
    task.state = state


def _stop(known: dict[Hashable, Task]) -> None:
    under_way = [task for task in known.values() if task.open]
    for task in under_way:
        task.cancel()
    for task in under_way:
        if task._thread is not threading.current_thread():
            task.join(_LAST)
