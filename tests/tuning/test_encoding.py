"""Tokens as the engine sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from epicrisis.engines.engine import Message
from epicrisis.engines.llamacpp import LlamaCppEngine
from epicrisis.tuning.base import find_base, load_tokenizer
from epicrisis.tuning.encoding import Encoder
from epicrisis.tuning.text import TrainingText

MESSAGES = (Message("system", "Data sheet: liver"), Message("user", "Lever: 3 haarden.\nÉén cyste, 2½ cm."))


@pytest.fixture(scope="module")
def encoder(tiny_base: Path) -> Encoder:
    return Encoder(load_tokenizer(find_base(str(tiny_base))))


def test_prompts_have_as_many_tokens_as_the_engine_counts(encoder: Encoder, tiny_base: Path) -> None:
    with LlamaCppEngine(tiny_base, threads=1, context=2048) as engine:
        assert len(encoder.prompt(MESSAGES)) == engine.count_tokens(MESSAGES)


def test_the_answer_is_learned_with_the_token_that_ends_it(encoder: Encoder) -> None:
    text = TrainingText("r1", MESSAGES, '{"lesions": 3}')
    found = encoder.encode(text)
    assert list(found.tokens[: found.answer]) == encoder.prompt(MESSAGES)
    assert found.tokens[-1] == encoder.end == encoder.tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert encoder.decode(found.tokens[found.answer :]) == text.answer
    assert found.learned == len(found) - found.answer


def test_the_prompt_ends_where_the_answer_begins(encoder: Encoder) -> None:
    rendered = encoder.render(MESSAGES)
    assert rendered.endswith("<|im_start|>assistant\n")
    assert MESSAGES[1].content in rendered
