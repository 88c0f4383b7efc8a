"""How numbers and names are written, the same wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from ..cells import Outcome
from ..estimate import Estimate

#: Words of a metric's name that are not written in small letters.
_CAPITALS = {
    "auroc": "AUROC",
    "bertscore": "BERTScore",
    "bio": "BIO",
    "ece": "ECE",
    "f1": "F1",
    "mae": "MAE",
    "auprc": "AUPRC",
    "rouge": "ROUGE",
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rougel": "ROUGE-L",
    "smape": "SMAPE",
    "cohen": "Cohen's",
    "l": "L",
    "r": "R",
    "reports": "reports wholly",
}
#: What each outcome means, in the order to show them.
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.RIGHT: "gold has a value, and the answer is the same",
    Outcome.SILENT: "gold is silent, and so is the answer",
    Outcome.WRONG: "gold has another value",
    Outcome.MISSED: "gold has a value, the answer has none",
    Outcome.INVENTED: "gold is silent, the answer is not",
    Outcome.FAILED: "no valid answer: wrong, whatever gold says",
}
VERDICTS = {
    "below": "the model agrees less with the human than the humans with each other",
    "above": "the model agrees more with the human than the humans with each other",
    "alike": "cannot be told apart from a human",
    "unknown": "no interval, so nothing can be said",
}


def metric_label(name: str) -> str:
    """``balanced_accuracy`` as people read it."""
    words = " ".join(_CAPITALS.get(word, word) for word in name.split("_"))
    return words.replace("ROUGE ", "ROUGE-").replace("R SMAPE", "R-SMAPE")


def is_distance(name: str) -> bool:
    """Whether a metric is a distance, which no scale from 0 to 1 can show."""
    return "mae" in name.split("_")


def number(value: float) -> str:
    """Three decimals below 10, fewer above; a minus sign that cannot be broken off."""
    magnitude = abs(value)
    digits = 3 if magnitude < 10 else 1 if magnitude < 1000 else 0
    return f"{value:,.{digits}f}".replace("-", "−")


def integer(value: int) -> str:
    return f"{value:,}"


def percent(value: float) -> str:
    """A share in per cent; one decimal, but for whole numbers."""
    return f"{100 * value:.1f}".removesuffix(".0") + " %"


def interval_text(estimate: Estimate) -> str:
    """``0.902 to 0.954``, or nothing."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{number(estimate.low)} to {number(estimate.high)}"


def estimate_text(estimate: Estimate) -> str:
    """``0.931 (0.902 to 0.954)``; ``not defined`` without a value."""
    if estimate.value is None:
        return "not defined"
    interval = interval_text(estimate)
    return f"{number(estimate.value)} ({interval})" if interval else number(estimate.value)


def share_text(estimate: Estimate) -> str:
    """A share with its interval in per cent: ``93.1 % (95 % interval 90.2 to 95.4 %)``."""
    if estimate.value is None:
        return "not defined"
    if estimate.low is None or estimate.high is None:
        return percent(estimate.value)
    low = percent(estimate.low).removesuffix(" %")
    return f"{percent(estimate.value)} (95 % interval {low} to {percent(estimate.high)})"


def counted(number_of: int, noun: str) -> str:
    """``1 report``, ``1,200 reports``."""
    return f"{number_of:,} {noun}{'' if number_of == 1 else 's'}"


def listed(items: list[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def capped(there: int, shown: int, noun: str) -> str:
    """What a list says that does not show all of its items; nothing if it does."""
    return f"{shown:,} of {counted(there, noun)} are shown; the JSON holds all." if there > shown else ""
