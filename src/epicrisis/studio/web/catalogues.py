"""The catalogues that translators fill in; ``python -m`` this module brings them up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import resources
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import GETTEXT_FUNCTIONS, babel_extract

from .languages import DEFAULT, LANGUAGES

_OPTIONS = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}


def used() -> Catalog:
    """Every message of the templates, with the templates that use it."""
    catalog = Catalog()
    folder = resources.files("epicrisis.studio") / "templates"
    for template in sorted(folder.iterdir(), key=lambda one: one.name):
        if not template.name.endswith(".html"):
            continue
        found = babel_extract(BytesIO(template.read_bytes()), GETTEXT_FUNCTIONS, (), _OPTIONS)
        for line, _function, message, _comments in found:
            words = [message] if isinstance(message, str) else [one for one in message or () if one]
            if words:
                catalog.add(words[0] if len(words) == 1 else tuple(words), locations=[(template.name, line)])
    return catalog


def catalogue(language: str) -> Catalog:
    """What is translated into ``language`` so far."""
    with _file(language).open("rb") as file:
        return read_po(file, locale=language)


def missing(language: str) -> Iterator[Message]:
    """The messages that are used and not translated."""
    known = catalogue(language)
    for message in used():
        there = known.get(message.id)
        if message.id and (there is None or there.fuzzy or not _whole(there)):
            yield message


def update(language: str) -> None:
    """Add what is new to the file of ``language``, and drop what is no longer used."""
    known = catalogue(language)
    known.update(used(), no_fuzzy_matching=True)
    known.obsolete.clear()
    written = BytesIO()
    # Lines of templates change all the time; which template it is, translators want to know.
    write_po(written, known, width=110, sort_output=True, include_lineno=False)
    _file(language).write_bytes(written.getvalue())


def _whole(message: Message) -> bool:
    words = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(words)


def _file(language: str) -> Path:
    return Path(str(resources.files("epicrisis.studio"))) / "locales" / f"{language}.po"


if __name__ == "__main__":
    for code in LANGUAGES:
        if code != DEFAULT:
            update(code)
            sys.stdout.write(f"{code}: {len(list(missing(code)))} messages to translate\n")
