"""The enforcement probe tells servers that constrain from servers that only nod."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.engines.engine import Engine
from epicrisis.engines.openai import OpenAIEngine
from epicrisis.engines.probe import _obeys, probe
from epicrisis.errors import SchemaNotEnforcedError


def test_every_engine_passes(engine: Engine) -> None:
    probe(engine)


def test_a_server_that_ignores_the_schema_is_caught(llama_server: Callable[..., Any]) -> None:
    # With this option llama.cpp takes a response_format and drops it.
    url = f"{llama_server(force_pure_content_parser=True).listening_address}/v1"
    with OpenAIEngine(url) as engine, pytest.raises(SchemaNotEnforcedError) as caught:
        probe(engine)
    assert "does not enforce" in str(caught.value)
    assert caught.value.hint is not None
    assert "vLLM" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "whole", "obeys"),
    [
        ('{"mark": "ZQ-41"}', True, True),
        ('\n{ "mark" :\t"XV-87" }', True, True),
        ('{"mark": "sea"}', True, False),
        ('{"mark": "ZQ-41", "more": 1}', True, False),
        ('["ZQ-41"]', True, False),
        ("Dark and silver.", True, False),
        ("Dark and silver.", False, False),
        ('{\n\n\t "ma', False, True),
        ("", False, False),
    ],
)
def test_what_obeys(text: str, whole: bool, obeys: bool) -> None:
    assert _obeys(text, whole=whole) is obeys
