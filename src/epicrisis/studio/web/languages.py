"""The languages of the interface, and which of them a browser wants."""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources

from babel import negotiate_locale
from babel.messages.pofile import read_po
from babel.support import Translations

#: Code and own name. English is what stands in the code and the templates.
LANGUAGES = {"en": "English", "nl": "Nederlands", "de": "Deutsch"}
DEFAULT = "en"
COOKIE = "epicrisis-language"

Words = gettext.NullTranslations


@cache
def words_for(language: str) -> Words:
    """The words of one of ``LANGUAGES``."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    from io import BytesIO

    from babel.messages.mofile import write_mo

    source = resources.files("epicrisis.studio") / "locales" / f"{language}.po"
    with source.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(fp=compiled)


def wanted(header: str | None, chosen: str | None) -> str:
    """The language to answer in: ``chosen`` before, else the best of the Accept-Language ``header``."""
    if chosen in LANGUAGES:
        return chosen
    ranked: list[tuple[float, str]] = []
    for part in (header or "").split(","):
        name, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality.strip() else 1.0
        except ValueError:
            continue
        if name and weight > 0:
            ranked.append((-weight, name))
    names = [name for _, name in sorted(ranked, key=lambda one: one[0])]
    found = negotiate_locale(names, list(LANGUAGES), sep="-")
    return found or next((name[:2] for name in names if name[:2] in LANGUAGES), DEFAULT)
