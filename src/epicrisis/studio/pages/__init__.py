"""One module or folder per page; each gives its routes as ``routes``."""

from __future__ import annotations

from importlib import import_module

from ..web.twin import Pages

#: In the order of the navigation.
_MODULES = (
    "login",
    "home",
    "codebooks",
    "uploads",
    "reports",
    "gold",
    "try_page",
    "runs",
    "reviews",
    "adjudicate",
    "evaluate",
    "compare",
    "tune",
    "models",
    "activity",
    "people",
    "results",
)


def every_page() -> list[Pages]:
    """The routes of all pages."""
    return [import_module(f"{__name__}.{name}").routes for name in _MODULES]
