"""A comparison as one HTML page that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from ...errors import MissingExtraError
from . import forest, words
from .result import Comparison

_TEMPLATE = "page.html.j2"


def html(comparison: Comparison) -> str:
    """The page. Raises MissingExtraError without the extra ``evaluation``."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:  # pragma: no cover - the core install has no jinja2
        raise MissingExtraError.for_extra("evaluation", "Writing HTML") from error
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    end = forest.scale(comparison)
    return environment.get_template(_TEMPLATE).render(
        comparison=comparison,
        said=words.said(comparison),
        methods=words.methods(comparison),
        pace=words.pace,
        end=f"{end:g}",
        tables=[(run, _rows(comparison, run, end)) for run in comparison.others],
    )


def _rows(comparison: Comparison, run: str, end: float) -> list[dict[str, object]]:
    return [
        {
            "name": "all variables" if variable is None else variable.name,
            "label": "" if variable is None else variable.label,
            "overall": variable is None,
            "measure": words.measure_of(one),
            "n": f"{one.difference.n:,}",
            "baseline": words.plain(one.baseline),
            "value": words.plain(one.value),
            "difference": words.signed(one.difference),
            "note": one.difference.note or "",
            "p": words.p_of(one.test),
            "test": words.basis_of(one.test),
            "verdict": one.verdict.value,
            "mark": forest.mark(one.difference, one.verdict, end),
        }
        for variable, one in words.rows(comparison, run)
    ]
