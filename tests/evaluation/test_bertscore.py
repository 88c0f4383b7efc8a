"""BERTScore: the matching by hand-made vectors, the model by a tiny one where transformers is installed."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from epicrisis.errors import MissingExtraError, OptionError
from epicrisis.evaluation.bertscore import BertScore, BertScorer, greedy, measure
from epicrisis.evaluation.resampling import Resampler

INSTALLED = (
    importlib.util.find_spec("transformers") is not None and importlib.util.find_spec("torch") is not None
)
vectors = of_numpy.arrays(
    np.float64, st.tuples(st.integers(0, 4), st.just(3)), elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0])
)


def test_each_token_takes_the_most_similar_one() -> None:
    reference = np.array([[1.0, 0.0], [0.0, 3.0]])
    text = np.array([[2.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    precision = (1 + 0.5**0.5 + 1) / 3
    recall = (1 + 0.5**0.5) / 2
    assert greedy(reference, text) == pytest.approx(
        (precision, recall, 2 * precision * recall / (precision + recall))
    )


@given(vectors, vectors)
def test_sound_numbers(reference: Any, text: Any) -> None:
    score, turned = greedy(reference, text), greedy(text, reference)
    assert all(-1 - 1e-9 <= value <= 1 + 1e-9 for value in score)
    assert (score.precision, score.recall) == pytest.approx((turned.recall, turned.precision))
    assert score.f1 == pytest.approx(turned.f1)
    if len(reference) and not (reference == 0).all(axis=1).any():
        assert greedy(reference, reference) == pytest.approx((1, 1, 1))
        assert greedy(reference, 7 * reference[::-1]) == pytest.approx((1, 1, 1))


def test_a_text_without_tokens_has_nothing_in_common() -> None:
    assert greedy(np.ones((2, 3)), np.zeros((0, 3))) == (0, 0, 0)


class Letters(BertScorer):
    """A vector for each letter: a model that needs none."""

    def __init__(self) -> None:
        super().__init__(None, None)

    def embed(self, texts: Sequence[str]) -> list[Any]:
        return [np.eye(26)[[ord(letter) - ord("a") for letter in text]] for text in texts]


def test_means_over_the_cells_with_gold(make: Any) -> None:
    variable = make.variable("text")
    cells = [("ab", "ab"), ("ab", "ac"), ("ab", None), ("ab", make.FAILED), (None, "x"), (make.UNSCORED, "y")]
    found = measure(make.column(variable, cells), Resampler(len(cells), draws=20), Letters())
    assert {name: (one.value, one.n) for name, one in found.items()} == {
        "bertscore_f1": (pytest.approx(1.5 / 4), 4),
        "bertscore_precision": (pytest.approx(1.5 / 4), 4),
        "bertscore_recall": (pytest.approx(1.5 / 4), 4),
    }
    none = measure(make.column(variable, [(None, "x")]), Resampler(1, draws=20), Letters())
    assert {one.note for one in none.values()} == {"no such cell"}


def test_scores_stand_beside_their_texts() -> None:
    assert Letters().score(["ab", "ab"], ["ab", "cd"]) == [BertScore(1, 1, 1), BertScore(0, 0, 0)]


@pytest.mark.parametrize("what", ["missing", "empty", "file"])
def test_a_folder_without_a_model(tmp_path: Path, what: str) -> None:
    folder = tmp_path / what
    if what == "empty":
        folder.mkdir()
    elif what == "file":
        folder.write_text("x")
    with pytest.raises(OptionError, match="no folder with a model"):
        BertScorer.open(folder)


@pytest.mark.skipif(INSTALLED, reason="the extra is installed")
def test_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(MissingExtraError, match=r"epicrisis\[bertscore\]"):
        BertScorer.open(tmp_path)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of random weights, two layers, and a vocabulary of a few words."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "oud", "infarct", "links", "rechts"]
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    transformers.BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return folder


def test_a_model_in_a_folder(tiny: Path) -> None:
    scorer = BertScorer.open(tiny)
    same, other = scorer.score(["oud infarct", "oud infarct"], ["oud infarct", "links"])
    assert same == pytest.approx((1, 1, 1), abs=1e-5)
    assert other.f1 < 0.999
    assert [len(one) for one in scorer.embed(["oud infarct links", "oud"])] == [3, 1]
    assert len(scorer.embed(["oud " * 100])[0]) <= 14  # cut to what the model reads
    assert "HF_HUB_OFFLINE" not in os.environ


def test_the_last_layer_is_the_last_hidden_state(tiny: Path) -> None:
    texts = ["oud infarct links"]
    last, second, first = (BertScorer.open(tiny, layer=layer).embed(texts)[0] for layer in (None, 2, 1))
    assert np.allclose(last, second)
    assert not np.allclose(last, first)
    with pytest.raises(OptionError, match="no layer 3"):
        BertScorer.open(tiny, layer=3)


def test_a_model_that_cannot_be_loaded(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((tiny / "config.json").read_text())
    with pytest.raises(OptionError, match="cannot be loaded"):
        BertScorer.open(tmp_path)
