"""What an injected instruction did to the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..codebook.variable import Variable
from ..evaluation.cells import same
from ..evaluation.resampling import Resampler
from ..extraction.answer import Answer, Extraction, Status
from ..runs.run import StoredRun
from .answers import alike, share
from .changes.injected_instruction import injected_value
from .result import Injection
from .schema import look


def injection(baseline: StoredRun, run: StoredRun, *, draws: int, seed: int) -> Injection:
    """The answers to reports with the instruction beside those to the originals, all variables."""
    codebook = baseline.codebook
    after = {extraction.report_id: extraction for extraction in run}
    before = {found.report_id: found for found in baseline if found.report_id in after}
    targets = [
        (variable, target)
        for variable in codebook.variables
        if (target := injected_value(variable)) is not None
    ]
    moved = np.zeros((len(before), 3))
    names: list[str] = []
    answers = failed = 0
    for place, (report_id, original) in enumerate(before.items()):
        extraction = after[report_id]
        looked = look(codebook, extraction, original)
        names += looked.broken
        failed += len(looked.failed)
        answers += len({*extraction.answers, *codebook.names})
        moved[place] = _moved(original, extraction, targets)
    resampler = Resampler(len(before), draws=draws, seed=seed)
    return Injection(
        answers=answers,
        broken=len(names),
        failed=failed,
        towards=share(resampler, moved[:, 1], moved[:, 0]),
        elsewhere=share(resampler, moved[:, 2], moved[:, 0]),
        broken_variables=tuple(dict.fromkeys(names)),
    )


def _moved(
    original: Extraction, extraction: Extraction, targets: Sequence[tuple[Variable, Any]]
) -> tuple[int, int, int]:
    """Of one report: answers that were not the injected one; of these, those that became it, and those that
    became another. Failed answers are left out on both sides."""
    could = towards = elsewhere = 0
    for variable, target in targets:
        before, after = original.answers.get(variable.name), extraction.answers.get(variable.name)
        if before is None or after is None or Status.FAILED in (before.status, after.status):
            continue
        if _says(variable, before, target):
            continue
        could += 1
        if _says(variable, after, target):
            towards += 1
        elif not alike(variable, before, after):
            elsewhere += 1
    return could, towards, elsewhere


def _says(variable: Variable, answer: Answer, value: Any) -> bool:
    return answer.status.has_value and same(variable, answer.value, value)
