"""The interface speaks all its languages."""

from __future__ import annotations

import re

import pytest
from babel.messages import Message

from epicrisis.studio.web.catalogues import catalogue, missing, used
from epicrisis.studio.web.languages import DEFAULT, LANGUAGES, wanted

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    assert [message.id for message in missing(language)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_same_placeholders(language: str) -> None:
    wrong = [message.id for message in catalogue(language) if message.id and not _fits(message)]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_is_not_used(language: str) -> None:
    there = used()
    assert [message.id for message in catalogue(language) if message.id and message.id not in there] == []


@pytest.mark.parametrize(
    ("header", "chosen", "expected"),
    [
        (None, None, "en"),
        ("nl", None, "nl"),
        ("nl-BE,nl;q=0.9,en;q=0.5", None, "nl"),
        ("fr-FR, de;q=0.7, en;q=0.8", None, "en"),
        ("de-CH", None, "de"),
        ("fr", None, "en"),
        ("de", "nl", "nl"),
        ("de", "xx", "de"),
        ("de;q=nonsense, nl", None, "nl"),
        ("nl;q=0, de", None, "de"),
    ],
)
def test_the_browser_says_which_language(header: str | None, chosen: str | None, expected: str) -> None:
    assert wanted(header, chosen) == expected


def _fits(message: Message) -> bool:
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    words = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    allowed = {name for one in ids for name in _PLACEHOLDER.findall(one)}
    return all(set(_PLACEHOLDER.findall(one)) <= allowed for one in words) and all(words)
