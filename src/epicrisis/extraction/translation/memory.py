"""The translations of this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping

#: Sentences that are kept.
_KEPT = 20_000


class Memory(MutableMapping[str, str]):
    """The last translations that were used, by key. Safe to use from several threads."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._words: OrderedDict[str, str] = OrderedDict()

    def __getitem__(self, key: str) -> str:
        with self._lock:
            words = self._words[key]
            self._words.move_to_end(key)
            return words

    def __setitem__(self, key: str, words: str) -> None:
        with self._lock:
            self._words[key] = words
            self._words.move_to_end(key)
            if len(self._words) > self._kept:
                self._words.popitem(last=False)

    def __delitem__(self, key: str) -> None:
        with self._lock:
            del self._words[key]

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._words))

    def __len__(self) -> int:
        return len(self._words)
