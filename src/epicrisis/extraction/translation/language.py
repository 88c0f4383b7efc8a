"""The names of languages, as a model is told them."""

from __future__ import annotations

import re

from epicrisis.errors import OptionError

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.I)
_NAMES = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian Bokmål",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


def language_name(tag: str) -> str:
    """``English`` for ``en``, ``English (en-GB)`` for ``en-GB``; the tag itself where its name is not known.

    Raises ``OptionError`` for what is not a language tag.
    """
    if not _TAG.fullmatch(tag):
        raise OptionError(
            f"{tag!r} is not a language to translate into.", hint="Give a tag such as en, de or pt-BR."
        )
    name = _NAMES.get(primary(tag))
    if name is None:
        return f"the language with the tag {tag}"
    return name if "-" not in tag else f"{name} ({tag})"


def primary(tag: str) -> str:
    """``pt`` of ``pt-BR``."""
    return re.split(r"[-_]", tag.strip(), maxsplit=1)[0].casefold()
