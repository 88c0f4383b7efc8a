"""Runs set beside each other in the background, and kept."""

from __future__ import annotations

from ...api import Run
from ...errors import OptionError
from ...evaluation.gold import Blank
from ..stored_runs import open_run
from ..studio import Studio
from ..tasks import Task
from .asked import AskedComparison, key_of
from .humans import read, stamp_of
from .kept import KeptComparison
from .measuring import Measured, begun


def comparison_of(studio: Studio, asked: AskedComparison) -> Measured[KeptComparison]:
    """The comparison, begun in the background unless it is there already. Raises Refused (404) for a run or
    gold that is not there, OptionError for fewer than two different runs."""
    if len(set(asked.run)) != len(asked.run) or len(asked.run) < 2:
        raise OptionError("A comparison needs two different runs or more.", hint="Choose two runs.")
    runs = [open_run(studio.project, one) for one in asked.run]
    key = key_of("comparison", asked, runs, [stamp_of(studio, asked.gold)])
    return begun(studio, key, KeptComparison, lambda task: _compare(studio, runs, asked, task))


def _compare(studio: Studio, runs: list[Run], asked: AskedComparison, task: Task) -> KeptComparison:
    from ...evaluation.comparison.common import joined
    from ...evaluation.comparison.compare import compare
    from ...evaluation.comparison.diff import diff

    total = len(runs) + 1
    task.tell("gold", 0, total)
    gold = read(studio, runs[0], asked.gold, joined([run.codebook for run in runs]), Blank(asked.blank))
    comparison = compare(runs, gold)
    diffs = []
    for number, run in enumerate(runs[1:], start=1):
        task.tell(run.id, number, total)
        diffs.append(diff(runs[0], run, gold=gold))
    return KeptComparison(asked=asked, comparison=comparison, diffs=diffs)
