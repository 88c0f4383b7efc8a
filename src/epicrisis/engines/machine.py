"""What this machine has for us: cores, instruction sets, memory."""

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


def processor_features(cpuinfo: Path = Path("/proc/cpuinfo")) -> set[str] | None:
    """The instruction sets the processor has; ``None`` where the system does not say."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return set(value.split())
    return None


def available_memory(
    meminfo: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Bytes this process could still take, its container's limit respected; ``None`` if unknown."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        return None
    try:
        limit = int((cgroup / "memory.max").read_text())  # the word "max" where there is no limit
        used = int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):
        return free
    return max(0, min(free, limit - used))
