"""How many processor cores there are for us."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores() -> int:
    """Physical cores this process may use: its affinity and its container's quota are respected.

    Threads that share a core do not help matrix products, so they count once.
    """
    cores = _physical(_allowed())
    quota = _container_quota()
    return max(1, cores if quota is None else min(cores, quota))


def _allowed() -> set[int]:
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _physical(allowed: set[int]) -> int:
    siblings = set()
    for number in allowed:
        try:
            group = (_CPUS / f"cpu{number}/topology/thread_siblings_list").read_text()
        except OSError:  # not Linux, or hidden: count what we see
            group = str(number)
        siblings.add(group)
    return len(siblings)


def _container_quota() -> int | None:
    try:
        quota, period = _QUOTA.read_text().split()
        return None if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return None
