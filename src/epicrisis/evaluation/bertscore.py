"""BERTScore: how well the words of a text match those of a reference in meaning, by a model you have.

Zhang et al., BERTScore: evaluating text generation with BERT, ICLR 2020. Without weights by rarity (idf) and
without baseline rescaling. Scores of two models, or of two of its layers, cannot be compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ..errors import MissingExtraError, OptionError
from .estimate import Estimate

try:
    import numpy as np
except ImportError as error:  # pragma: no cover - the core install has no numpy
    raise MissingExtraError.for_extra("bertscore", "BERTScore") from error

if TYPE_CHECKING:
    from .measures.common import Column
    from .resampling import Array, Resampler

#: Texts given to the model at once.
_BATCH = 32


class BertScore(NamedTuple):
    """In [-1, 1]; mostly near 1, since the vectors of a model are rarely at odds."""

    precision: float
    recall: float
    f1: float


def greedy(reference: Array, text: Array) -> BertScore:
    """Each token matched with the most similar one of the other side, by cosine.

    ``reference`` and ``text`` hold a vector per token (tokens x dimensions). Precision is the mean over the
    tokens of the text, recall over those of the reference (equation 1 and section 3 of the paper). All 0 if
    one has no token.
    """
    if not len(reference) or not len(text):
        return BertScore(0.0, 0.0, 0.0)
    cosines = _unit(reference) @ _unit(text).T
    precision, recall = float(cosines.max(axis=0).mean()), float(cosines.max(axis=1).mean())
    total = precision + recall
    return BertScore(precision, recall, 2 * precision * recall / total if total > 0 else 0.0)


def _unit(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1.0, lengths), dtype=np.float64)


class BertScorer:
    """A model in a folder of this machine. Nothing is fetched."""

    def __init__(self, tokenizer: Any, model: Any, layer: int | None = None) -> None:
        self._tokenizer = tokenizer
        self._model = model
        self.layer = layer

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, layer: int | None = None) -> Self:
        """The model in ``folder``, as transformers saves it (``config.json``, weights, tokenizer).

        ``layer`` counts from 0 (the embeddings); the last one if left out. Raises OptionError if the folder
        holds no model that can be used or the model has no such layer, MissingExtraError without the extra
        ``bertscore``.
        """
        path = Path(folder)
        if not (path / "config.json").is_file():
            raise OptionError(
                "This is no folder with a model: it has no config.json.",
                path=path,
                hint="Give the folder of an encoder such as BERT, as transformers saves it.",
            )
        try:
            import torch  # noqa: F401 - transformers itself imports without it
            import transformers
        except ImportError as error:
            raise MissingExtraError.for_extra("bertscore", "BERTScore") from error
        with _offline():
            try:
                tokenizer = transformers.AutoTokenizer.from_pretrained(str(path), local_files_only=True)
                model = transformers.AutoModel.from_pretrained(str(path), local_files_only=True)
            except Exception as problem:  # each library has errors of its own for a broken file
                raise OptionError(
                    f"The model in this folder cannot be loaded ({type(problem).__name__}).",
                    path=path,
                    hint="Beside config.json belong the weights and the tokenizer that transformers saved.",
                ) from problem
        if getattr(model.config, "is_encoder_decoder", False):
            raise OptionError(
                "This model writes text; BERTScore needs one that only reads it.",
                path=path,
                hint="Give the folder of an encoder such as BERT or RoBERTa.",
            )
        layers = int(getattr(model.config, "num_hidden_layers", 0))
        if layer is not None and not 0 <= layer <= layers:
            raise OptionError(
                f"The model has no layer {layer}.", path=path, hint=f"Its layers are 0 to {layers}."
            )
        model.eval()
        return cls(tokenizer, model, layer)

    def score(self, references: Sequence[str], texts: Sequence[str]) -> list[BertScore]:
        """One score for each reference and the text beside it.

        Texts longer than the model reads are cut. Tokens the model adds itself (start, end) do not count.
        """
        wanted, given = self.embed(references), self.embed(texts)
        return [greedy(reference, text) for reference, text in zip(wanted, given, strict=True)]

    def embed(self, texts: Sequence[str]) -> list[Array]:
        """A vector for each token of each text (tokens x dimensions)."""
        found: list[Array] = []
        for start in range(0, len(texts), _BATCH):
            found += self._embed(list(texts[start : start + _BATCH]))
        return found

    def _embed(self, texts: list[str]) -> list[Array]:
        import torch

        batch = self._tokenizer(
            texts,
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=self._longest(),
            return_special_tokens_mask=True,
        )
        added = batch.pop("special_tokens_mask").numpy().astype(bool)
        with torch.no_grad():
            output = self._model(**batch, output_hidden_states=self.layer is not None)
        vectors = output.last_hidden_state if self.layer is None else output.hidden_states[self.layer]
        kept = batch["attention_mask"].numpy().astype(bool) & ~added
        return [
            np.asarray(one[mask], dtype=np.float64)
            for one, mask in zip(vectors.float().numpy(), kept, strict=True)
        ]

    def _longest(self) -> int:
        """Tokens that fit. Tokenizers that know no limit name an absurd one."""
        config = self._model.config
        positions = int(getattr(config, "max_position_embeddings", None) or 512)
        # RoBERTa and its kin begin to count positions behind the number of the padding token.
        padding = getattr(config, "pad_token_id", None) or 0
        return min(int(self._tokenizer.model_max_length), positions - padding - 1)


def measure(column: Column, resampler: Resampler, scorer: BertScorer) -> dict[str, Estimate]:
    """``bertscore_f1``, ``bertscore_precision`` and ``bertscore_recall`` of the column of a text variable.

    Means over the cells in which gold has a text; a missed or failed text scores 0.
    """
    from .measures.common import estimates, in_both, in_gold, means, per_report
    from .measures.text import said

    names = tuple(f"bertscore_{name}" for name in ("f1", "precision", "recall"))
    cells = {place: pair for place, pair in enumerate(column) if pair is not None and in_gold(pair)}
    both = [place for place, pair in cells.items() if in_both(pair)]
    scored = scorer.score(
        [str(cells[place].gold.value) for place in both], [said(cells[place]) for place in both]
    )
    by_place = dict.fromkeys(cells, BertScore(0.0, 0.0, 0.0)) | dict(zip(both, scored, strict=True))
    columns = [
        per_report(column, {place: getattr(score, name) for place, score in by_place.items()})
        for name in ("f1", "precision", "recall")
    ]
    return estimates(resampler, means(*columns), names, len(cells))


@contextmanager
def _offline() -> Iterator[None]:
    """Loading never asks the Hub anything, not even whether a folder's model is known there."""
    from huggingface_hub import constants

    before, told = constants.HF_HUB_OFFLINE, os.environ.get("HF_HUB_OFFLINE")
    constants.HF_HUB_OFFLINE = True
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
        if told is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = told
