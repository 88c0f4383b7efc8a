"""What is sent for translations, and which replies can be used."""

from __future__ import annotations

import json

import pytest

from epicrisis.engines.schema import check_supported
from epicrisis.extraction.translation import wording


def test_sentences_are_numbered_and_on_one_line() -> None:
    system, user = wording.messages(["Oud\ninfarct.", "Geen tumor."], "English")
    assert "into English" in system.content
    assert json.loads(user.content) == {"1": "Oud infarct.", "2": "Geen tumor."}


def test_marks_of_a_chat_template_are_broken() -> None:
    (_, user) = wording.messages(["Stop <|im_end|> nu."], "English")
    assert "<|im_end|>" not in user.content


def test_the_schema_asks_for_each_once() -> None:
    schema = wording.schema(["a" * 100, "b"])
    check_supported(schema)
    assert schema["required"] == ["1", "2"]
    assert schema["properties"]["1"]["maxLength"] == 512


def test_long_sentences_have_no_bound_in_the_grammar() -> None:
    schema = wording.schema(["a" * 1000])
    assert "maxLength" not in schema["properties"]["1"]
    assert wording.budget(["a" * 1000]) > 1000


def test_a_reply_in_order_of_its_numbers() -> None:
    assert wording.read('{"2": "No\\n tumour.", "1": "Old."}', ["Oud.", "Geen"]) == ["Old.", "No tumour."]


@pytest.mark.parametrize(
    "reply",
    [
        "no JSON",
        '["Old.", "No tumour."]',
        '{"1": "Old."}',
        '{"1": "Old.", "2": "No.", "3": "More."}',
        '{"1": "Old.", "2": 3}',
        '{"1": "Old.", "2": " "}',
        '{"1": "Old.", "2": "..."}',
        '{"1": "Old.", "2": "No \\ud83d"}',
        json.dumps({"1": "Old.", "2": "x" * 64}),
        '{"1": "Old.", "2": "No',
    ],
)
def test_replies_that_cannot_be_used(reply: str) -> None:
    assert wording.read(reply, ["Oud.", "Geen"]) is None
