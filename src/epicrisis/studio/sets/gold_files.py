"""The gold files of a project: what they hold, and which codebook they are answers to."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from ...errors import EpicrisisError
from ...evaluation import read_gold
from ...reading.formats import open_table
from ...reading.table import key
from .. import codebooks
from ..golds import ENDINGS
from ..project import SHIPPED
from ..studio import Studio
from .counting import Problem
from .sound import sound
from .wording import in_studio_words

#: Names kept of a file: columns, or variables of the long form.
_NAMES = 1000


class Fit(BaseModel):
    """How many variables of a codebook a file has answers to, ``of`` how many."""

    codebook: str
    variables: int
    of: int


class GoldFile(BaseModel):
    """A file on the shelf. ``names``: its columns, or, in the long form, the variables it is about."""

    name: str
    size: int
    rows: int = 0
    long: bool = False
    names: list[str] = []
    fits: list[Fit] = []
    problem: Problem | None = None


class GoldCheck(BaseModel):
    """A file read by a codebook: what it holds, or all that is wrong with it, by line."""

    name: str
    codebook: str
    reports: int = 0
    answers: int = 0
    variables: list[str] = []
    notes: list[str] = []
    problems: list[str] = []
    hint: str = ""


def gold_files(studio: Studio) -> list[GoldFile]:
    """All of the shelf, with the codebooks they fit, best first."""
    known = _codebooks(studio)
    found = []
    for path in sorted(studio.project.shelf("gold").iterdir()):
        if path.is_symlink() or not path.is_file() or path.suffix.lower() not in ENDINGS:
            continue
        file = _kept(studio, path)
        names = set(file.names)
        fits = [
            Fit(codebook=name, variables=len(names & variables), of=len(variables))
            for name, variables in known.items()
            if names & variables
        ]
        file.fits = _best_first(fits)
        found.append(file)
    return found


def gold_check(studio: Studio, path: Path, codebook: str) -> GoldCheck:
    """Read the gold by a codebook. Raises Refused (404) for a codebook that is not there."""
    check = GoldCheck(name=path.name, codebook=codebook)
    try:
        with sound(path):
            gold = read_gold(path, codebooks.load(studio.project, codebook))
    except EpicrisisError as error:
        lines = [line.strip() for line in error.message.splitlines() if line.strip()]
        where = "" if error.line is None else f"line {error.line}: "
        check.problems = lines[1:] if len(lines) > 1 else [f"{where}{one}" for one in lines]
        check.hint = in_studio_words(error.hint)
        return check
    check.reports = len(gold.cells)
    check.answers = sum(len(cells) for cells in gold.cells.values())
    check.variables = list(gold.variables)
    check.notes = list(gold.notes)
    return check


def _best_first(fits: list[Fit]) -> list[Fit]:
    """Without a shipped codebook that one of the project does as well: most likely its copy."""
    own = max((one.variables / one.of for one in fits if not _ships(one)), default=0.0)
    kept = [one for one in fits if not _ships(one) or one.variables / one.of > own]
    return sorted(kept, key=lambda one: (-one.variables / one.of, one.codebook))


def _ships(fit: Fit) -> bool:
    return fit.codebook.startswith(SHIPPED)


def _codebooks(studio: Studio) -> dict[str, set[str]]:
    """The variables of every codebook that can be read, those of the project before those that ship."""
    found: dict[str, set[str]] = {}
    for name in (*codebooks.names(studio.project), *codebooks.shipped()):
        path = codebooks.path_of(studio.project, name)
        stat = path.stat()
        variables = _variables(path, stat.st_mtime_ns, stat.st_size)
        if variables:
            found[name] = set(variables)
    return found


@lru_cache(maxsize=256)
def _variables(path: Path, _changed: int, _size: int) -> frozenset[str]:
    from ... import codebook

    try:
        return frozenset(codebook.load(path).names)
    except EpicrisisError:
        return frozenset()


def _kept(studio: Studio, path: Path) -> GoldFile:
    """What the file holds: gone through once, then kept until it changes."""
    stat = path.stat()
    state = json.dumps([1, path.name, stat.st_size, stat.st_mtime_ns])
    place = studio.project.cache / "gold-files" / f"{hashlib.sha256(state.encode()).hexdigest()[:32]}.json"
    if place.exists():
        return GoldFile.model_validate_json(place.read_text("utf-8"))
    found = _gone_through(path)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_text(found.model_dump_json(), "utf-8")
    part.replace(place)
    return found


def _gone_through(path: Path) -> GoldFile:
    file = GoldFile(name=path.name, size=path.stat().st_size)
    names: dict[str, None] = {}
    try:
        with sound(path):
            table = open_table(path)
            file.long = {"variable", "value"} <= set(table.columns)
            names = dict.fromkeys(table.columns)
            if file.long:
                names = {}
            for _, row in table.rows():
                file.rows += 1
                if file.long and len(names) < _NAMES:
                    names.setdefault(key(row.get("variable")))
    except EpicrisisError as error:
        file.problem = Problem.of(error)
    file.names = list(names)[:_NAMES]
    return file
