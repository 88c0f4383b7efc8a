"""Free text: how much of it is in the same words."""

from __future__ import annotations

from collections.abc import Callable

from ...codebook.variable import TextVariable
from ..cells import token_f1, words
from ..estimate import Estimate
from ..pairing import Pair
from ..resampling import Resampler
from ..result import VariableResult
from .common import Column, absence, accuracy, estimates, in_both, in_gold, means, per_report, result, share
from .rouge import rouge_l, rouge_n

NO_WORDS = "no text in gold is long enough"

#: Scores of a text beside its reference, ``None`` where the reference has nothing to measure.
_SCORES: dict[str, Callable[[str, str], float | None]] = {
    "rouge_l": lambda reference, text: rouge_l(words(reference), words(text)),
    "token_f1": lambda reference, text: token_f1(reference, text) if words(reference) else None,
    "rouge_1": lambda reference, text: rouge_n(words(reference), words(text), 1),
    "rouge_2": lambda reference, text: rouge_n(words(reference), words(text), 2),
}


def measure_text(variable: TextVariable, column: Column, resampler: Resampler) -> VariableResult:
    """ROUGE-1, ROUGE-2, ROUGE-L, token F1 and exact match: means over the cells in which gold has a text.

    A missed or failed text scores 0; what is answered where gold is silent shows in ``invented_rate``.
    Cells whose gold has no word (ROUGE-2: no two) are left out of that measure, which says so by its ``n``.
    """
    metrics = {
        **_shared_words(column, resampler),
        "exact_match": share(_matches(pair) for pair in column if pair is not None and in_gold(pair)),
        "accuracy": accuracy(column),
        **absence(column),
    }
    notes = ["Texts that share half of their words or more (token F1 >= 0.5) count as right in accuracy."]
    return result(variable, column, metrics, notes=notes)


def said(pair: Pair) -> str:
    """The text answered; empty if there is none."""
    return str(pair.answer.value) if in_both(pair) else ""


def _shared_words(column: Column, resampler: Resampler) -> dict[str, Estimate]:
    scores: dict[str, dict[int, float]] = {name: {} for name in _SCORES}
    for place, pair in enumerate(column):
        if pair is None or not in_gold(pair):
            continue
        for name, score in _SCORES.items():
            value = score(str(pair.gold.value), said(pair))
            if value is not None:
                scores[name][place] = value
    counts = [len(one) for one in scores.values()]
    statistic = means(*(per_report(column, one) for one in scores.values()))
    cases = sum(pair is not None and in_gold(pair) for pair in column)
    return estimates(
        resampler, statistic, list(scores), counts, why=dict.fromkeys(scores, NO_WORDS), cases=cases
    )


def _matches(pair: Pair) -> bool:
    return in_both(pair) and said(pair).split() == str(pair.gold.value).split()
