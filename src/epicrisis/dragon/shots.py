"""Training cases as worked examples: chosen so that all kinds of labels are seen, always the same ones."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from statistics import median
from typing import Any

from ..codebook.codebook import Codebook
from ..codebook.variable import ClosedVariable, QuantityVariable, Variable
from ..extraction.checking import option
from ..prompting.worked import Cell, WorkedExample
from .contract import Case
from .entities import cells
from .labels import OUTSIDE, LabelType, Shape
from .questions import report_of


def shots(
    codebook: Codebook,
    variables: Sequence[Variable],
    label_type: LabelType,
    training: Sequence[Case],
    count: int,
    seed: int = 0,
) -> tuple[WorkedExample, ...]:
    """``count`` training cases with their labels as answers."""
    chosen = choose(training, label_type, count, seed)
    return tuple(example_of(codebook, variables, label_type, case) for case in chosen)


def choose(training: Sequence[Case], label_type: LabelType, count: int, seed: int = 0) -> list[Case]:
    """``count`` cases, taken in turn from the groups of cases that have like labels, the largest group
    first. Texts longer than most are only taken from groups that have no others."""
    if not training or count < 1:
        return []
    rng = random.Random(seed)
    middle = median(_length(case) for case in training)
    groups: dict[Hashable, list[Case]] = {}
    cuts = _cuts(training, label_type)
    for case in training:
        groups.setdefault(_likeness(case.label, label_type, cuts), []).append(case)
    queues = []
    for group in sorted(groups.values(), key=lambda one: (-len(one), one[0].uid)):
        shuffled = rng.sample(group, len(group))
        # Short ones last: they are popped first.
        queues.append(sorted(shuffled, key=lambda case: _length(case) <= middle))
    chosen: list[Case] = []
    while len(chosen) < min(count, len(training)):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.append(queue.pop())
    return chosen


def example_of(
    codebook: Codebook, variables: Sequence[Variable], label_type: LabelType, case: Case
) -> WorkedExample:
    """A training case with its labels as answers, as the model would write them."""
    text = report_of(case, label_type).text
    if label_type.shape is Shape.ENTITIES:
        return WorkedExample(text, cells(codebook, case.parts or (), case.label), case.uid)
    labels = case.label if label_type.several else [case.label]
    said = {
        variable.name: Cell(_value(variable, label), None)
        for variable, label in zip(variables, labels, strict=True)
        if label is not None
    }
    return WorkedExample(text, said, case.uid)


def _value(variable: Variable, label: Any) -> Any:
    """A label as the model would write it."""
    if isinstance(variable, ClosedVariable):
        return option(variable.values, label)
    if isinstance(variable, QuantityVariable):
        return f"{label:.10g} {variable.unit}"
    return label if isinstance(label, bool) else int(label)


def _length(case: Case) -> int:
    return len(case.text or "") + sum(len(part) + 1 for part in case.parts or ())


def _cuts(training: Sequence[Case], label_type: LabelType) -> list[float]:
    """Quartiles of the first label, for regression."""
    if label_type.shape is not Shape.NUMBER:
        return []
    firsts = (case.label[0] if label_type.several else case.label for case in training)
    numbers = sorted(number for number in firsts if number is not None)
    return [numbers[len(numbers) * part // 4] for part in (1, 2, 3)] if numbers else []


def _likeness(label: Any, label_type: LabelType, cuts: Sequence[float]) -> Hashable:
    """What cases of one group have in common."""
    if label_type.shape is Shape.ENTITIES:
        flat = [tag for one in label for tag in (one if isinstance(one, list) else [one])]
        return tuple(sorted({tag.rpartition("-")[2] for tag in flat if tag != OUTSIDE}))
    if label_type.shape is Shape.NUMBER:
        labels = label if label_type.several else [label]
        first = labels[0]
        rank = None if first is None else sum(first >= cut for cut in cuts)
        return rank, sum(one is None for one in labels)
    return tuple(label) if label_type.several else label
