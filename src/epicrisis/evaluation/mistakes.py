"""Which options are taken for which, most often first."""

from __future__ import annotations

from .measures.classes import class_of_answer, class_of_gold, labels_of
from .pairing import Paired
from .result import FAILED, SILENT, Mistake


def mistakes(paired: Paired, most: int = 10) -> tuple[Mistake, ...]:
    """The ``most`` frequent confusions of the closed variables, with the reports they are in.

    Among those of one frequency, the order is that of the codebook and its options.
    """
    found: dict[tuple[int, int, int], list[str]] = {}
    variables = paired.codebook.columns
    for number, variable in enumerate(variables):
        if not labels_of(variable):
            continue
        for report in paired.reports:
            pair = report.pairs.get(variable.name)
            if pair is None:
                continue
            gold, answer = class_of_gold(variable, pair), class_of_answer(variable, pair)
            if gold != answer:
                found.setdefault((number, gold, answer), []).append(report.id)
    worst = sorted(found, key=lambda key: (-len(found[key]), key))[:most]
    shown = []
    for number, gold, answer in worst:
        variable = variables[number]
        labels = (*labels_of(variable), SILENT, FAILED)
        reports = tuple(found[number, gold, answer])
        shown.append(Mistake(variable.name, labels[gold], labels[answer], len(reports), reports))
    return tuple(shown)
