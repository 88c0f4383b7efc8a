"""A model in PyTorch that is asked like an engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from epicrisis.engines.engine import Message, Request
from epicrisis.errors import ContextOverflowError
from epicrisis.tuning import transformers_engine
from epicrisis.tuning.base import find_base, load_tokenizer
from epicrisis.tuning.encoding import Encoder
from epicrisis.tuning.transformers_engine import TransformersEngine

QUESTIONS = [[Message("user", "Lever. " * count)] for count in (9, 1, 4, 2, 30, 3)]


@pytest.fixture(scope="module")
def engine(tiny_base: Path, load_base: Callable[[Path], Any]) -> TransformersEngine:
    encoder = Encoder(load_tokenizer(find_base(str(tiny_base))))
    return TransformersEngine(load_base(tiny_base), encoder, name="tiny")


@pytest.mark.parametrize("most", [1, 100, 10_000])
def test_answers_together_are_those_of_each_alone(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(transformers_engine, "_TOKENS_TOGETHER", most)
    engine.answer_together([], 12)
    alone = [engine.complete(Request(question, max_tokens=12)).text for question in QUESTIONS]
    assert len(set(alone)) > 1
    heard: list[tuple[int, int]] = []
    engine.answer_together(QUESTIONS, 12, lambda done, total: heard.append((done, total)))
    assert heard == sorted(set(heard))
    assert heard[-1] == (len(QUESTIONS), len(QUESTIONS))
    # Had they not been answered yet, one token would come.
    together = [engine.complete(Request(question, max_tokens=1)) for question in QUESTIONS]
    assert [one.text for one in together] == alone
    assert [one.completion_tokens for one in together] == [12] * len(QUESTIONS)


def test_what_does_not_fit_is_said(engine: TransformersEngine) -> None:
    room = engine.info.context_length
    assert room is not None
    with pytest.raises(ContextOverflowError):
        engine.complete(Request([Message("user", "Nier.")], max_tokens=room))


def test_no_copy_of_the_vocabulary_is_made_for_each_answer(
    tiny_base: Path, load_base: Callable[[Path], Any]
) -> None:
    """PyTorch copies the weights for every row of a batch whose positions lie apart in memory."""
    model = load_base(tiny_base)
    encoder = Encoder(load_tokenizer(find_base(str(tiny_base))))
    seen: list[tuple[int, bool]] = []
    handle = model.get_output_embeddings().register_forward_hook(
        lambda _head, inputs, _logits: seen.append((len(inputs[0]), inputs[0].is_contiguous()))
    )
    TransformersEngine(model, encoder, name="tiny").answer_together(QUESTIONS, 3)
    handle.remove()
    assert {rows for rows, _ in seen} == {len(QUESTIONS)}
    assert all(whole for _, whole in seen)
