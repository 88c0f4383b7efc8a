"""ROUGE (and BERTScore) of any variables, lists of mentions written as text: how far the wording agrees.

Where gold has a value, a missed or failed one scores 0. Where gold is silent and still scored, an invented
one scores 0 too, so that the protocol decides: with ``Protocol.LENIENT`` there are no such cells. Where both
are silent there is nothing to score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import installed as _installed  # noqa: F401
from .cells import Outcome, has_place, plain, words
from .entities import ALL
from .estimate import Estimate
from .measures.common import Column, estimates, in_both, in_gold, means
from .measures.rouge import rouge_l, rouge_n
from .pairing import Pair, Paired
from .resampling import Array, Resampler

if TYPE_CHECKING:
    from .bertscore import BertScorer

_ROUGE: dict[str, Callable[[Sequence[str], Sequence[str]], float | None]] = {
    "rouge_1": lambda reference, text: rouge_n(reference, text, 1),
    "rouge_2": lambda reference, text: rouge_n(reference, text, 2),
    "rouge_l": rouge_l,
}
_BERT = ("bertscore_f1", "bertscore_precision", "bertscore_recall")
NO_WORDS = "no text is long enough"

#: By measure, the sum of the scores and how many there are, a place for each report.
_Sums = dict[str, tuple[Array, Array]]


def measure_wording(
    paired: Paired, resampler: Resampler, scorer: BertScorer | None = None
) -> Mapping[str, dict[str, Estimate]]:
    """``rouge_1``, ``rouge_2``, ``rouge_l`` and, with a ``scorer``, BERTScore of every variable that is
    scored somewhere, and of ``ALL``: means over cells. ``n`` is the number of cells; for ROUGE-2 of those
    with two words or more."""
    sums: dict[str, _Sums] = {}
    for variable in paired.codebook.columns:
        column = paired.column(variable.name)
        if any(pair is not None for pair in column):
            sums[variable.name] = _sums(column, scorer)
    names = [*_ROUGE, *(_BERT if scorer is not None else ())]
    everything = {
        name: (
            np.sum([one[name][0] for one in sums.values()], axis=0),
            np.sum([one[name][1] for one in sums.values()], axis=0),
        )
        for name in names
    }
    return {name: _means(one, resampler) for name, one in {**sums, ALL: everything}.items()}


def as_text(value: Any) -> str:
    """A value as one text: mentions in the order of the report with ``; `` between them, an amount with its
    unit, the parts of an item one after the other."""
    if value is None:
        return ""
    if isinstance(value, list):
        if all(isinstance(one, Mapping) and "text" in one for one in value):
            value = sorted(value, key=lambda one: one["start"] if has_place(one) else -1)
        return "; ".join(map(_item, value))
    return _item(value)


def _item(value: Any) -> str:
    if not isinstance(value, Mapping):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if "text" in value:
        return str(value["text"])
    if "unit" in value:
        return f"{float(value['value']):.6g} {value['unit']}"
    parts = (plain(one) for one in value.values())
    return " ".join(as_text(one) for one in parts if one is not None)


def _sums(column: Column, scorer: BertScorer | None) -> _Sums:
    texts = {
        place: (as_text(pair.gold.value), _answered(pair))
        for place, pair in enumerate(column)
        if pair is not None and (in_gold(pair) or pair.outcome is Outcome.INVENTED)
    }
    found: _Sums = {}
    for name, rouge in _ROUGE.items():
        scores = {}
        for place, (gold, answer) in texts.items():
            reference, given = words(gold), words(answer)
            # Of a text that only the answer has, there is a score as there is of one that only gold has.
            score = rouge(reference, given) if reference else rouge(given, reference)
            if score is not None:
                scores[place] = score
        found[name] = _of(scores, len(column))
    if scorer is not None:
        both = [place for place in texts if (pair := column[place]) is not None and in_both(pair)]
        scored = scorer.score([texts[place][0] for place in both], [texts[place][1] for place in both])
        for name in _BERT:
            part = name.removeprefix("bertscore_")
            values = {place: getattr(one, part) for place, one in zip(both, scored, strict=True)}
            found[name] = _of(dict.fromkeys(texts, 0.0) | values, len(column))
    return found


def _answered(pair: Pair) -> str:
    return as_text(pair.answer.value) if pair.answer.status.has_value else ""


def _of(scores: Mapping[int, float], reports: int) -> tuple[Array, Array]:
    total, count = np.zeros(reports), np.zeros(reports)
    for place, score in scores.items():
        total[place], count[place] = score, 1.0
    return total, count


def _means(sums: _Sums, resampler: Resampler) -> dict[str, Estimate]:
    counts = [int(counted.sum()) for _, counted in sums.values()]
    cases = max(int(np.count_nonzero(counted)) for _, counted in sums.values())
    why = dict.fromkeys(sums, NO_WORDS)
    return estimates(resampler, means(*sums.values()), [*sums], counts, why=why, cases=cases)
