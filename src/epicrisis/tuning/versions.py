"""The program and packages that a training depends on."""

from __future__ import annotations

import platform
from importlib import metadata

_PACKAGES = ("epicrisis", "torch", "transformers", "peft", "safetensors", "gguf", "bitsandbytes", "xllamacpp")


def versions() -> dict[str, str]:
    """Their versions, where they are installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
