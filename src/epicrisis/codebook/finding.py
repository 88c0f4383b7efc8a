"""What lint has to say about one line of a codebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: how bad it is, the line (from 1; 0 where there is no file), what is wrong, what to do."""

    level: Level
    line: int
    message: str
    fix: str = ""
    path: str | None = None

    @property
    def is_error(self) -> bool:
        return self.level == "error"

    def __str__(self) -> str:
        """``file:line: error: message Fix.``, the form editors and CI systems turn into links."""
        where = self.path or "<codebook>"
        place = f"{where}:{self.line}" if self.line else where
        return f"{place}: {self.level}: {self.message}" + (f" {self.fix}" if self.fix else "")


def in_order(findings: list[Finding]) -> list[Finding]:
    """Each finding once, by line, errors before warnings."""
    return sorted(set(findings), key=lambda one: (one.line, one.level, one.message, one.fix))
