"""An evaluation as one HTML file that needs nothing else: no network, no fonts, no images."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from ...errors import MissingExtraError
from ..result import Evaluation
from .contents import contents, facts, title
from .document import Block, Figure, Looks, Section, Verbatim
from .looks import TextOf

try:
    import jinja2
    from markupsafe import Markup
except ImportError as error:  # pragma: no cover - the core install has no jinja2
    raise MissingExtraError.for_extra("evaluation", "The HTML report") from error

_SCRIPTS = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.js", "charts.js")
_NOTICE = (
    "Charts by Vega, Vega-Lite and vega-interpreter, (c) University of Washington Interactive Data Lab, "
    "BSD-3-Clause; D3, (c) Mike Bostock and others, ISC; TopoJSON, (c) Michael Bostock, ISC. "
    "The full licences are in epicrisis/evaluation/report/static."
)


def to_html(evaluation: Evaluation, text: TextOf | None = None) -> str:
    """The evaluation as a page. ``text`` gives a report's text by its id, to show evidence in its place.

    Without ``text`` quotes are still shown: ``without_text`` leaves those out. Everything from reports,
    gold and codebook is escaped; the page's policy lets no script run but its own, and nothing be loaded.
    """
    sections = contents(evaluation, text)
    scripts = [_static(name) for name in _SCRIPTS] if any(map(_has_figure, sections)) else []
    page = _environment().get_template("report.html.j2")
    return page.render(
        title=title(evaluation),
        facts=facts(evaluation),
        sections=sections,
        style=Markup(_static("report.css")),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
        notice=Markup(_NOTICE),
        kind=_kind,
    )


def _has_figure(section: Section) -> bool:
    return any(isinstance(block, Figure) for block in section.blocks) or any(map(_has_figure, section.parts))


def _kind(block: Block) -> str:
    match block:
        case Figure():
            return "figure"
        case Verbatim():
            return "verbatim"
        case Looks():
            return "looks"
    return "table"


def _policy(scripts: list[str]) -> str:
    """A content security policy: nothing is loaded, and only these scripts run."""
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]
    return (
        f"default-src 'none'; script-src {' '.join(hashes) or chr(39) + 'none' + chr(39)}; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )


@cache
def _static(name: str) -> str:
    return (resources.files(__package__) / "static" / name).read_text("utf-8").replace("\r\n", "\n")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["columns"] = _columns
    return environment


def _columns(table: Any) -> list[tuple[str, bool]]:
    """The headings of a table, each with whether numbers stand below it."""
    return [
        (heading, any(row[place].numeric for row in table.rows))
        for place, heading in enumerate(table.columns)
    ]
