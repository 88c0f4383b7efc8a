"""Compare: runs set beside each other by one gold, and the cells in which they differ."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from ..evaluating.asked import AskedComparison
from ..evaluating.beside import AskedCells, ComparisonView, comparison_view
from ..evaluating.comparing import comparison_of
from ..evaluating.kept import KeptComparison
from ..people.roles import Person
from ..results import blind
from ..studio import Studio
from ..web.dependencies import TheStudio, Viewer
from ..web.refusals import conflict
from ..web.twin import Pages

routes = Pages("evaluate")


@routes.page("/compare", "compare.html")
def compare(studio: TheStudio, person: Viewer, asked: Annotated[AskedCells, Query()]) -> ComparisonView:
    """Two runs or more by one gold; the first is the baseline. What is not there yet is begun in the
    background: ask again until ``state`` is 'ready' or 'refused'."""
    blind.check_names(studio, person, runs=asked.run, golds=[asked.gold])
    return comparison_view(studio, asked)


@routes.api.get("/compare/report.html", response_class=Response)
def download_comparison(
    studio: TheStudio, person: Viewer, asked: Annotated[AskedComparison, Query()]
) -> Response:
    """The comparison as one page; it holds numbers and report ids, no texts."""
    from ...evaluation.comparison.html import html

    return _file(html(_ready(studio, person, asked).comparison), "text/html; charset=utf-8", "html")


@routes.api.get("/compare/report.md", response_class=Response)
def download_comparison_markdown(
    studio: TheStudio, person: Viewer, asked: Annotated[AskedComparison, Query()]
) -> Response:
    """The comparison as Markdown; it holds numbers and report ids, no texts."""
    from ...evaluation.comparison.markdown import markdown

    return _file(markdown(_ready(studio, person, asked).comparison), "text/markdown; charset=utf-8", "md")


@routes.api.get("/compare/report.json", response_class=Response)
def download_comparison_json(
    studio: TheStudio, person: Viewer, asked: Annotated[AskedComparison, Query()]
) -> Response:
    """The document of ``epicrisis compare --json``."""
    document = _ready(studio, person, asked).comparison.as_dict()
    return _file(json.dumps(document, ensure_ascii=False, indent=2), "application/json", "json")


def _ready(studio: Studio, person: Person, asked: AskedComparison) -> KeptComparison:
    blind.check_names(studio, person, runs=asked.run, golds=[asked.gold])
    if not asked.gold:
        raise conflict("No gold is chosen.", "Choose one.")
    found = comparison_of(studio, asked).document
    if found is None:
        raise conflict("The comparison is not there yet.", "Ask /api/compare until it is 'ready'.")
    return found


def _file(content: str, kind: str, ending: str) -> Response:
    disposition = f'attachment; filename="comparison.{ending}"'
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})
