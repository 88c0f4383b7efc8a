"""An evaluation as sections, for HTML and Markdown alike."""

from __future__ import annotations

from ..result import Evaluation
from .document import Section
from .looks import TextOf, cells_to_look_at
from .overview import overview
from .panels import panels
from .sources import sources
from .trust import trust


def title(evaluation: Evaluation) -> str:
    return f"{evaluation.codebook}: {evaluation.model} against {evaluation.gold}"


def facts(evaluation: Evaluation) -> list[tuple[str, str]]:
    """What was evaluated, for the head of the report."""
    version = f", version {evaluation.codebook_version}" if evaluation.codebook_version else ""
    blank = {"not-mentioned": "count as not mentioned", "ignore": "are not scored"}
    return [
        ("Run", evaluation.run),
        ("Codebook", f"{evaluation.codebook}{version}"),
        ("Model", evaluation.model),
        ("Gold", evaluation.gold),
        ("Blank gold cells", blank.get(evaluation.blank, evaluation.blank)),
        ("Reports scored", f"{len(evaluation.matching.scored):,}"),
        ("Evaluated", evaluation.created),
    ]


def contents(evaluation: Evaluation, text: TextOf | None = None) -> tuple[Section, ...]:
    """All sections in reading order. ``text`` gives a report's text by its id; without it none is shown."""
    looks = (cells_to_look_at(evaluation.suspects, text),) if evaluation.suspects else ()
    return (
        *overview(evaluation),
        *trust(evaluation),
        panels(evaluation),
        *looks,
        *sources(evaluation),
    )
