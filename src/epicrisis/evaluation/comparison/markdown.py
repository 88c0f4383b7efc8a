"""A comparison as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .result import Comparison
from .words import basis_of, measure_of, methods, p_of, pace, plain, rows, said, signed

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def markdown(comparison: Comparison) -> str:
    """The whole comparison: what was compared, the runs, and one table for each run but the baseline."""
    parts = ["# Runs compared", "\n".join(f"- {_safe(line)}" for line in said(comparison))]
    parts.append("## Runs")
    parts.append(
        _table(
            (
                "run",
                "model",
                "codebook",
                "reports",
                "failed cells",
                "s/report",
                "tokens read",
                "tokens written",
            ),
            (
                (
                    f"{run.run} (baseline)" if place == 0 else run.run,
                    run.model,
                    f"{run.codebook} {run.codebook_version}",
                    f"{run.reports:,}",
                    f"{run.failed:,}",
                    *pace(run),
                )
                for place, run in enumerate(comparison.runs)
            ),
            numbers=5,
        )
    )
    parts.append(
        "Seconds of engine time and tokens are per compared report; tokens read from a cache do not count."
    )
    for run in comparison.others:
        parts.append(f"## {_safe(run)} beside {_safe(comparison.baseline)}")
        parts.append(
            _table(
                (
                    "variable",
                    "measure",
                    "verdict",
                    "test",
                    "n",
                    "baseline",
                    "run",
                    "difference",
                    "p (Holm)",
                ),
                (
                    (
                        "all variables" if variable is None else variable.name,
                        measure_of(one),
                        one.verdict,
                        basis_of(one.test),
                        f"{one.difference.n:,}",
                        plain(one.baseline),
                        plain(one.value),
                        signed(one.difference),
                        p_of(one.test),
                    )
                    for variable, one in rows(comparison, run)
                ),
                numbers=5,
            )
        )
    parts.append("## How")
    parts.extend(methods(comparison))
    return "\n\n".join(parts) + "\n"


def _table(headings: Sequence[str], body: Iterable[Sequence[str]], *, numbers: int) -> str:
    """A table whose last ``numbers`` columns are numbers."""
    words = len(headings) - numbers
    lines = [headings, ["---"] * words + ["---:"] * numbers]
    cells = [[_safe(cell) for cell in row] for row in body]
    return "\n".join("| " + " | ".join(row) + " |" for row in [*lines, *cells])


def _safe(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
