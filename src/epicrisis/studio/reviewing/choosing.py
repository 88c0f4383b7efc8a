"""Which reports of a run a review has, and in which order."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from ...codebook.codebook import Codebook
from ...extraction.answer import Extraction, Status
from ...extraction.record import Record
from ...extraction.rules import Rules

Sequence = Literal["uncertain", "random", "sample"]
#: What makes a report urgent: an answer failed, answers break a rule, or the least sure answer is this sure.
Reason = Literal["failed", "rule", "confidence"]
_URGENCY: dict[Reason | None, int] = {"failed": 0, "rule": 1, "confidence": 2, None: 3}
#: An answer less sure than this is worth a look. Nothing but the order of keys rests on it.
UNSURE = 0.8


@dataclass(frozen=True, slots=True)
class Chosen:
    """A report of a review. ``confidence``: the smallest among its answers, calibrated."""

    report_id: str
    reason: Reason | None
    confidence: float | None


def choose(
    records: Iterable[Record],
    codebook: Codebook,
    sequence: Sequence,
    *,
    size: int | None = None,
    seed: int = 0,
    only: Collection[str] | None = None,
) -> list[Chosen]:
    """The reports in the order they are to be looked at.

    ``uncertain``: failed and rule-breaking ones first, then by the least sure answer. ``random`` and
    ``sample`` are shuffled by ``seed``. At most ``size`` of them; of those in ``only``, if it is given.
    """
    rules = Rules(codebook)
    wanted = None if only is None else set(only)
    found = [
        _look(record.extraction, rules) for record in records if wanted is None or record.report_id in wanted
    ]
    if sequence == "uncertain":
        found.sort(key=_urgency)
    else:
        random.Random(seed).shuffle(found)
    return found if size is None else found[:size]


def _look(extraction: Extraction, rules: Rules) -> Chosen:
    answers = extraction.answers
    sure = [answer.confidence for answer in answers.values() if answer.confidence is not None]
    least = min(sure, default=None)
    reason: Reason | None = None if least is None else "confidence"
    if extraction.failed or any(answer.status is Status.FAILED for answer in answers.values()):
        reason = "failed"
    elif rules.broken(answers):
        reason = "rule"
    return Chosen(extraction.report_id, reason, least)


def _urgency(one: Chosen) -> tuple[int, float]:
    return _URGENCY[one.reason], 2.0 if one.confidence is None else one.confidence
