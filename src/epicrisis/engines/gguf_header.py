"""The beginning of a GGUF file: what model it is and how long the file must be.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little endian).
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
#: Elements and bytes per block, by ggml tensor type.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110),
    22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says about itself. ``metadata`` has the single values, not the arrays.

    ``expected_size`` (bytes) is what the file must at least measure; ``None`` if it uses a tensor type
    that is unknown here. ``tensors`` are the shapes, the dimension that varies fastest first.
    """

    path: Path
    metadata: Mapping[str, Any]
    size: int
    expected_size: int | None
    tensors: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", "unknown"))

    @property
    def context_length(self) -> int | None:
        """Tokens the model was trained for."""
        value = self.metadata.get(f"{self.architecture}.context_length")
        return int(value) if isinstance(value, int) else None

    def cache_bytes(self, context: int) -> int | None:
        """Memory the key-value cache takes for ``context`` tokens at 16 bits, in bytes."""
        blocks, heads, width = (
            self._number(k) for k in ("block_count", "attention.head_count", "embedding_length")
        )
        if not (blocks and heads and width):
            return None
        shared = self._number("attention.head_count_kv") or heads
        per_head = (self._number("attention.key_length") or width // heads) + (
            self._number("attention.value_length") or width // heads
        )
        return context * blocks * shared * per_head * 2

    def _number(self, key: str) -> int | None:
        value = self.metadata.get(f"{self.architecture}.{key}")
        return value if isinstance(value, int) else None

    def check_complete(self) -> None:
        """Raise ``ModelError`` if the file is shorter than its header says."""
        if self.expected_size is not None and self.size < self.expected_size:
            raise ModelError(
                f"The model file is cut short: {self.size:,} bytes of at least {self.expected_size:,}.",
                hint="Fetch it again.",
                path=self.path,
            )


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def number(self, form: str) -> Any:
        size = struct.calcsize(f"<{form}")
        value = struct.unpack_from(f"<{form}", self.data, self.at)[0]
        self.at += size
        return value

    def string(self) -> str:
        size = self.number("Q")
        if self.at + size > len(self.data):
            raise struct.error("string beyond the end")
        value = self.data[self.at : self.at + size]
        self.at += size
        return value.decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """A value; arrays are passed over and give ``None``."""
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            self._pass_array()
            return None
        return self.number(_SCALARS[kind])

    def _pass_array(self) -> None:
        kind, count = self.number("I"), self.number("Q")
        if kind in _SCALARS:
            self.at += count * struct.calcsize(f"<{_SCALARS[kind]}")
            return
        data, at, length = self.data, self.at, struct.Struct("<Q").unpack_from
        for _ in range(count):
            if kind == _STRING:
                at += 8 + length(data, at)[0]
            else:
                self.at = at
                self._pass_array()
                at = self.at
        self.at = at


def read_header(path: Path) -> GgufHeader:
    """Read the header of a GGUF file.

    Raises ``ModelError`` if the file is missing, not GGUF, or ends within its header.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelError(
                    "This is not a GGUF model.",
                    hint="The embedded engine reads files in GGUF format.",
                    path=path,
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _parse(path, size, _Cursor(data))
    except OSError as error:
        raise ModelError(
            f"The model file cannot be read: {error.strerror or error}.",
            hint="Check the path; epicrisis models list shows the models by name.",
            path=path,
        ) from None
    except (struct.error, KeyError):
        raise ModelError(
            f"The model file is cut short or damaged: its header does not end within {size:,} bytes.",
            hint="Fetch it again.",
            path=path,
        ) from None


def _parse(path: Path, size: int, cursor: _Cursor) -> GgufHeader:
    cursor.at = 4
    version = cursor.number("I")
    if version not in (2, 3):
        raise ModelError(f"GGUF version {version} is not supported (2 and 3 are).", path=path)
    tensors, entries = cursor.number("Q"), cursor.number("Q")
    metadata: dict[str, Any] = {}
    for _ in range(entries):
        key = cursor.string()
        value = cursor.value(cursor.number("I"))
        if value is not None:
            metadata[key] = value
    end: int | None = 0
    shapes: dict[str, tuple[int, ...]] = {}
    for _ in range(tensors):
        name = cursor.string()
        shape = shapes[name] = tuple(cursor.number("Q") for _ in range(cursor.number("I")))
        elements = math.prod(shape)
        block = _BLOCKS.get(cursor.number("I"))
        offset = cursor.number("Q")
        if end is not None:
            end = None if block is None else max(end, offset + elements // block[0] * block[1])
    alignment = int(metadata.get("general.alignment", 32))
    start = -(-cursor.at // alignment) * alignment
    if cursor.at > size:
        raise struct.error("header beyond the end")
    return GgufHeader(path, metadata, size, None if end is None else start + end, shapes)
