"""Answers as predictions, what is missing named, and what may stand in for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any

from ..codebook.codebook import Codebook
from ..codebook.variable import QuantityVariable, Variable
from ..extraction.answer import Answer, Extraction, Status
from .alignment import numbered_tags, tags
from .contract import Case
from .entities import first_index, mentions
from .labels import OUTSIDE, LabelType, Shape, class_name


class Fill(StrEnum):
    """What stands where there is no answer."""

    NONE = "none"  #: null, which is scored wrong
    PRIOR = "prior"  #: the training cases' share of true, commonest class, median; no entity


@dataclass(frozen=True, slots=True)
class Failure:
    """A label without an answer. ``variable`` ``None``: the whole report."""

    uid: str
    variable: str | None
    reason: str
    filled: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Predictions:
    """Predictions by uid, in the order of the cases. ``unsure``: probabilities that are 0 or 1 because the
    engine gave none."""

    by_uid: dict[str, Any] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    unsure: int = 0


class Answering:
    """Turns extractions into predictions of one task."""

    def __init__(
        self,
        codebook: Codebook,
        variables: Sequence[Variable],
        label_type: LabelType,
        training: Sequence[Case],
        fill: Fill,
    ) -> None:
        self._codebook = codebook
        self._variables = variables
        self._type = label_type
        self._fill = fill
        labels = [_labels(case.label, label_type) for case in training]
        self._columns = list(zip(*labels, strict=True)) if labels and variables else []
        self._priors = [_prior(label_type, column) for column in self._columns]
        self.predictions = Predictions()

    def add(self, case: Case, extraction: Extraction) -> None:
        """Keep the prediction for ``case``."""
        found = self._entities(case, extraction) if not self._variables else self._values(extraction)
        self.predictions.by_uid[case.uid] = found

    def _values(self, extraction: Extraction) -> Any:
        found = [self._value(place, variable, extraction) for place, variable in enumerate(self._variables)]
        return found if self._type.several else found[0]

    def _value(self, place: int, variable: Variable, extraction: Extraction) -> Any:
        answer = extraction.answers[variable.name]
        value, reason = self._said(variable, answer)
        if reason is None:
            return value
        prior = self._priors[place] if self._fill is Fill.PRIOR and self._priors else None
        silent_in_training = bool(self._columns) and None in self._columns[place]
        legitimate = answer.status in (Status.NOT_MENTIONED, Status.NOT_APPLICABLE) and silent_in_training
        if prior is not None or not legitimate:
            self._fail(extraction.report_id, variable.name, reason, filled=prior is not None)
        return prior

    def _said(self, variable: Variable, answer: Answer) -> tuple[Any, str | None]:
        """The prediction, or why there is none."""
        if not answer.status.has_value:
            return None, _reason(answer)
        value = answer.value
        if self._type.shape is Shape.BINARY:
            if answer.confidence is None:
                self.predictions.unsure += 1
                return float(value), None
            return (answer.confidence if value else 1 - answer.confidence), None
        if self._type.shape is Shape.CLASS:
            return class_name(value), None
        if isinstance(variable, QuantityVariable):
            if value["unit"] != variable.unit:
                return None, f"a number in {value['unit']} cannot be converted to {variable.unit}"
            return float(value["value"]), None
        return float(value), None

    def _entities(self, case: Case, extraction: Extraction) -> Any:
        tokens = case.parts or ()
        failed = {
            name: answer for name, answer in extraction.answers.items() if answer.status is Status.FAILED
        }
        if len(failed) < len(extraction.answers):
            for name, answer in failed.items():
                self._fail(case.uid, name, _reason(answer), filled=False)
            quoted = mentions(self._codebook, extraction.answers)
            if self._type.several:
                return numbered_tags(tokens, quoted, first_index(self._codebook))
            return tags(tokens, quoted)
        reason = extraction.failure or _reason(next(iter(failed.values())))
        self._fail(case.uid, None, reason, filled=self._fill is Fill.PRIOR)
        if self._fill is not Fill.PRIOR:
            return None
        return [[OUTSIDE] if self._type.several else OUTSIDE for _ in tokens]

    def _fail(self, uid: str, variable: str | None, reason: str, *, filled: bool) -> None:
        self.predictions.failures.append(Failure(uid, variable, reason, filled))


def _reason(answer: Answer) -> str:
    return "; ".join(answer.notes) or str(answer.status).replace("_", " ")


def _labels(label: Any, label_type: LabelType) -> list[Any]:
    return label if label_type.several else [label]


def _prior(label_type: LabelType, labels: Sequence[Any]) -> Any:
    """What the training cases make likeliest, or the probability of true."""
    known = [label for label in labels if label is not None]
    if not known:
        return None
    if label_type.shape is Shape.BINARY:
        return sum(known) / len(known)
    if label_type.shape is Shape.NUMBER:
        return float(median(known))
    counts = Counter(known)
    return min(counts, key=lambda label: (-counts[label], label))
