"""The C library's heap, which a training on the processor takes and gives back by the gigabyte.

Elsewhere than with glibc nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes

#: Parameters of glibc's mallopt(3): the free room at the top of the heap above which it is given back at
#: once, and how many blocks may be mapped outside the heap.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4


def keep_memory() -> None:
    """Let the heap keep what is freed, in this process from now on.

    Large blocks are otherwise mapped anew each time, and the system clears every page of them: half of the
    time of a training step on long reports.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, -1)


def give_memory_back() -> None:
    """Return what is free in the heap to the system.

    Batches of changing lengths leave gaps there that nothing fits into: a training that needs 4 GB grew to
    13 GB. Doing so after every step takes nearly as long as the step.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
