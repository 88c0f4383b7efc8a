"""The codebooks that ship with the package.

A study's codebook is a folder with synthetic reports and their gold: ``codebook.yaml``, ``reports.csv``,
``gold.csv`` and ``README.md``. Those of the DRAGON tasks are files, for their reports are the challenge's:
``dragon/task101-what-it-asks.yaml`` is called ``dragon/task101``.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from epicrisis.errors import CodebookError

CODEBOOK_FILE = "codebook.yaml"
REPORTS_FILE = "reports.csv"
GOLD_FILE = "gold.csv"
_DRAGON = "dragon"


def names() -> list[str]:
    """The names of the shipped codebooks, in alphabetical order."""
    return sorted([*studies(), *_dragon_files()])


def studies() -> list[str]:
    """The names of those that come with reports and gold, in alphabetical order."""
    return sorted(folder.name for folder in _root().iterdir() if (folder / CODEBOOK_FILE).is_file())


def path(name: str) -> Path:
    """Where the shipped codebook called ``name`` is: the folder of a study's, the file of a DRAGON task's.

    Raises:
        CodebookError: there is no such codebook; the hint names the nearest one, or all of them.
    """
    if name in studies():
        return _root() / name
    files_by_name = _dragon_files()
    if name in files_by_name:
        return files_by_name[name]
    known = names()
    from difflib import get_close_matches  # only on the way out: no cost at start

    close = get_close_matches(name.strip().lower().replace("_", "-").replace(" ", "-"), known, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"Shipped codebooks: {_listed()}."
    raise CodebookError(f"No codebook called '{name}' ships with epicrisis.", hint=hint)


def _listed() -> str:
    """All names; the many of DRAGON as one."""
    tasks = list(_dragon_files())
    return ", ".join([*studies(), *([f"{tasks[0]} to {tasks[-1]}"] if tasks else [])])


def _dragon_files() -> dict[str, Path]:
    found = sorted((_root() / _DRAGON).glob("task[0-9][0-9][0-9]-*.yaml"))
    return {f"{_DRAGON}/{file.name.partition('-')[0]}": file for file in found}


def _root() -> Path:
    return Path(str(files(__name__)))
