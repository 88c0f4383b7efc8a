"""The codebooks that ship with the package, each a folder with synthetic reports and their gold.

A folder holds ``codebook.yaml``, ``reports.csv``, ``gold.csv`` and ``README.md``.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from epicrisis.errors import CodebookError

CODEBOOK_FILE = "codebook.yaml"
REPORTS_FILE = "reports.csv"
GOLD_FILE = "gold.csv"


def names() -> list[str]:
    """The names of the shipped codebooks, in alphabetical order."""
    return sorted(folder.name for folder in _root().iterdir() if (folder / CODEBOOK_FILE).is_file())


def path(name: str) -> Path:
    """The folder of the shipped codebook called ``name``.

    Raises:
        CodebookError: there is no such codebook; the hint names the nearest one, or all of them.
    """
    known = names()
    if name in known:
        return _root() / name
    from difflib import get_close_matches  # only on the way out: no cost at start

    close = get_close_matches(name.strip().lower().replace("_", "-").replace(" ", "-"), known, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"Shipped codebooks: {', '.join(known)}."
    raise CodebookError(f"No codebook called '{name}' ships with epicrisis.", hint=hint)


def _root() -> Path:
    return Path(str(files(__name__)))
