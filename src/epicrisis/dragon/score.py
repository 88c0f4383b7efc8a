"""Predictions scored against the ground truth, with the challenge's metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import OptionError, ReadingError
from ..evaluation.estimate import Estimate, undefined
from . import measures
from .contract import Case, label_type_of, read_cases, task_number
from .json_file import read_objects
from .labels import LabelError, LabelType, Shape, class_name, number, tags
from .tasks import Judged, Metric, judged

DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Score:
    """What one task's predictions are worth. ``missing``: labels without a prediction, which are counted
    wrong; ``unknown``: predictions for cases that the ground truth does not have, which are left out."""

    task: str
    metric: Metric
    estimate: Estimate
    cases: int
    missing: int
    unknown: int = 0
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"metric": str(self.metric), "notes": list(self.notes)}


def score_files(
    predictions: Path, ground_truth: Path, *, task: str, draws: int = DRAWS, seed: int = 0
) -> Score:
    """The score of one file against another. ``task``: a task's name or number, which says the metric.

    ``draws`` bootstrap draws over cases give the interval, none for 0. Raises ``ReadingError`` for a file
    that cannot be read or does not fit.
    """
    label_type = label_type_of(ground_truth)
    if label_type is None:
        raise ReadingError(
            "The cases have no labels.",
            path=ground_truth,
            hint="Give the ground truth: the same cases with their labels.",
        )
    gold = read_cases(ground_truth, label_type, None)
    given = read_predictions(predictions, label_type, gold)
    unknown = len(given.keys() - {case.uid for case in gold})
    if unknown == len(given) and given:
        raise ReadingError(
            "None of its cases is in the ground truth.",
            path=predictions,
            hint=f"Is {ground_truth} of the same task and dataset?",
        )
    return score(gold, given, label_type, task=task, draws=draws, seed=seed, unknown=unknown)


def score(
    gold: Sequence[Case],
    given: Mapping[str, Any],
    label_type: LabelType,
    *,
    task: str,
    draws: int = DRAWS,
    seed: int = 0,
    unknown: int = 0,
) -> Score:
    """The score of predictions by uid against labelled cases. Never NaN: where the metric is not defined
    (one class only), the estimate has no value and its note says so."""
    from ..evaluation.resampling import Resampler

    how = judged(task_number(task) if not task.isdigit() else int(task), label_type)
    if not gold:
        raise OptionError("There is no case to score.")
    wanted = [_several(label_type, case.label) for case in gold]
    found = [_prediction(label_type, given.get(case.uid), len(wanted[n])) for n, case in enumerate(gold)]
    n, missing = _counted(label_type, wanted, found)
    if n == 0:
        estimate = undefined(0, "gold has no value")
    elif why := _undefined(how.metric, wanted, found):
        estimate = undefined(n, why)
    else:
        statistic = _statistic(how, wanted, found)
        resampler = Resampler(len(gold), draws=max(1, draws), seed=seed)
        if draws:
            estimate = resampler.estimate(statistic, ["score"], n)["score"]
        else:
            import numpy as np

            estimate = Estimate(float(statistic(np.ones((1, len(gold))))[0, 0]), n)
    notes = [f"{task} is no task of the challenge: the usual metric for {label_type}"] if how.assumed else []
    return Score(task, how.metric, estimate, len(gold), missing, unknown, tuple(notes))


def read_predictions(path: Path, label_type: LabelType, gold: Sequence[Case]) -> dict[str, Any]:
    """Predictions by uid: probabilities, class names, numbers or tags; ``None`` for a missing one (null
    and NaN). Raises ``ReadingError`` naming the case that does not fit."""
    wanted = {case.uid: case for case in gold}
    given: dict[str, Any] = {}
    for row in read_objects(path):
        uid = row["uid"]
        if str(label_type) not in row:
            raise ReadingError(
                f"Case {uid} has no {label_type}.",
                path=path,
                hint="Are these predictions for this task? Write null for a missing one.",
            )
        try:
            given[uid] = _read(label_type, row[str(label_type)], wanted.get(uid))
        except LabelError as error:
            message = str(error).replace("its label", "its prediction")
            raise ReadingError(f"Case {uid}: {message}.", path=path) from None
    return given


def _read(label_type: LabelType, raw: Any, case: Case | None) -> Any:
    if raw is None:
        return None
    if label_type.shape is Shape.ENTITIES:
        return tags(label_type, raw, None if case is None else len(case.label))
    if not label_type.several:
        return _value(label_type, raw)
    if not isinstance(raw, list):
        raise LabelError("its prediction is not a list")
    if case is not None and len(raw) != len(case.label):
        raise LabelError(f"it has {len(raw)} predictions for {len(case.label)} labels")
    return [_value(label_type, one) for one in raw]


def _value(label_type: LabelType, raw: Any) -> Any:
    if raw is None or raw != raw:
        return None
    if label_type.shape is Shape.CLASS:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise LabelError("its prediction is not a class")
        return class_name(raw)
    if label_type.shape is Shape.BINARY and isinstance(raw, bool):
        return float(raw)
    return number(raw)


def _several(label_type: LabelType, label: Any) -> list[Any]:
    """A label as a list: of labels, or of the tags of one case."""
    return label if label_type.several or label_type.shape is Shape.ENTITIES else [label]


def _prediction(label_type: LabelType, given: Any, width: int) -> Any:
    if label_type.shape is Shape.ENTITIES:
        return given
    if given is None:
        return [None] * width
    return given if label_type.several else [given]


def _counted(label_type: LabelType, wanted: list[Any], found: list[Any]) -> tuple[int, int]:
    """Labels that are scored, and those of them without a prediction (cases, for entities)."""
    if label_type.shape is Shape.ENTITIES:
        return len(wanted), sum(given is None for given in found)
    pairs = [
        pair
        for labels, given in zip(wanted, found, strict=True)
        for pair in zip(labels, given, strict=True)
        if pair[0] is not None
    ]
    return len(pairs), sum(given is None for _, given in pairs)


def _undefined(metric: Metric, wanted: list[Any], found: list[Any]) -> str | None:
    """Why the metric has no value for these labels."""
    if metric is Metric.AUC:
        one_class = len({label for labels in wanted for label in labels}) < 2
        return "gold has one class only" if one_class else None
    if metric is Metric.MEAN_AUC:
        places = [place + 1 for place, labels in enumerate(zip(*wanted, strict=True)) if len(set(labels)) < 2]
        return f"gold has one class only in label {', '.join(map(str, places))}" if places else None
    if metric in (Metric.KAPPA, Metric.LINEAR_KAPPA):
        seen = {label for labels in [*wanted, *found] for label in labels}
        return "gold and the predictions have the same one class only" if len(seen) < 2 else None
    if metric is Metric.WEIGHTED_F1:
        empty = all(tag == "O" for case in wanted for token in case for tag in token)
        return "gold has no entity" if empty else None
    if metric is Metric.MACRO_F1:
        empty = all(tag == "O" for case in [*wanted, *found] if case is not None for tag in case)
        return "neither gold nor the predictions have an entity" if empty else None
    return None


def _statistic(how: Judged, wanted: list[Any], found: list[Any]) -> Any:
    match how.metric:
        case Metric.AUC:
            return measures.auc(wanted, found)
        case Metric.MEAN_AUC:
            return measures.mean_auc(wanted, found)
        case Metric.LINEAR_KAPPA:
            return measures.kappa(wanted, found, linear=True)
        case Metric.KAPPA:
            return measures.kappa(wanted, found, linear=False)
        case Metric.RSMAPE:
            return measures.rsmape(wanted, found, how.epsilon)
        case Metric.MACRO_F1:
            return measures.macro_f1(wanted, found)
        case Metric.WEIGHTED_F1:
            return measures.weighted_f1(wanted, found)
