"""Templates: pages in the reader's language, everything escaped."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel

from ..people.roles import Role
from .dependencies import the_studio
from .languages import LANGUAGES, Words, words_for
from .numbers import numbers_in


@cache
def environment(language: str) -> Environment:
    """The templates with the words of one language."""
    loaded = Environment(
        loader=PackageLoader("epicrisis.studio", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # Line breaks in a template are not part of a sentence.
    loaded.policies["ext.i18n.trimmed"] = True
    words = words_for(language)
    loaded.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    loaded.filters |= numbers_in(language)
    loaded.globals |= {"static": static_url, "Role": Role, "languages": LANGUAGES}
    return loaded


def render(
    request: Request, template: str, view: BaseModel | None = None, *, status: int = 200, **more: Any
) -> HTMLResponse:
    """The page: ``template`` with ``view`` and what every page needs."""
    studio = the_studio(request)
    language: str = request.state.language
    page = (
        environment(language)
        .get_template(template)
        .render(
            view=view,
            person=request.state.person,
            csrf=request.state.person.csrf if request.state.person else "",
            language=language,
            path=request.url.path,
            query=str(request.url.query),
            project=studio.project.name,
            accounts=studio.accounts,
            **more,
        )
    )
    return HTMLResponse(page, status_code=status)


def words_of(request: Request) -> Words:
    """The reader's words, for messages that are made outside of templates."""
    return words_for(request.state.language)


@cache
def static_url(name: str) -> str:
    """Where a static file is served, with its digest, so that browsers can keep it for good."""
    content = (resources.files("epicrisis.studio") / "static" / name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"
