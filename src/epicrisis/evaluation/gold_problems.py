"""What is wrong with a gold file, all of it at once: nobody wants to mend a table one error at a time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..errors import ReadingError

#: Problems written out; the rest is counted.
MOST = 20


class Problem(NamedTuple):
    """``line`` of a text file or row of a workbook, from 1. The message never quotes a report."""

    message: str
    line: int | None = None
    hint: str | None = None


class Problems:
    """The problems of one file, gathered and then raised together."""

    def __init__(self, path: Path, *, rows: bool = False) -> None:
        self._path = path
        self._word = "row" if rows else "line"
        self._found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, message: str, line: int | None = None, hint: str | None = None) -> None:
        self._found.append(Problem(message, line, hint))

    def check(self) -> None:
        """Raise ``ReadingError`` with every problem (the first 20 and a count) if there is any."""
        if not self._found:
            return
        hints = list(dict.fromkeys(problem.hint for problem in self._found if problem.hint))
        if len(self._found) == 1:
            only = self._found[0]
            raise ReadingError(only.message, path=self._path, line=only.line, hint=only.hint)
        # In the order of the file, what is about the whole file first.
        ordered = sorted(self._found, key=lambda problem: problem.line or 0)
        listed = "\n".join(f"  {self._written(problem)}" for problem in ordered[:MOST])
        more = f"\n  and {len(ordered) - MOST} more" if len(ordered) > MOST else ""
        raise ReadingError(
            f"{len(ordered)} things are wrong:\n{listed}{more}",
            path=self._path,
            hint="\n".join(hints[:3]) or None,
        )

    def _written(self, problem: Problem) -> str:
        return problem.message if problem.line is None else f"{self._word} {problem.line}: {problem.message}"
