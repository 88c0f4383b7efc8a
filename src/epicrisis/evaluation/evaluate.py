"""The evaluation of a run: every part of it, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..codebook.variable import TextVariable
from ..errors import OptionError
from ..runs.manifest import Manifest, now
from . import installed as _installed  # noqa: F401 - before whatever needs numpy
from .agreement import ceiling
from .calibration import plan, reliability, review
from .cost import cost
from .estimate import LEVEL
from .gold import Blank, Gold
from .matching import GoldSource, Matched, as_gold, match, uncalibrated
from .measures import measure
from .mistakes import mistakes
from .overall import outcome_counts, overall
from .resampling import DRAWS, Resampler
from .result import Evaluation, Reliability, SplitSummary, VariableResult
from .splits import folds_of, leave_one_out, random_splits
from .strata import strata
from .suspects import suspects

if TYPE_CHECKING:
    from ..runs.run import StoredRun
    from .bertscore import BertScorer

#: Is told what is being measured now.
Listener = Callable[[str], None]


def evaluate(
    run: StoredRun,
    gold: GoldSource,
    *,
    blank: Blank | str = Blank.NOT_MENTIONED,
    lenient: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
    by: Sequence[str] = (),
    cost_per_hour: float | None = None,
    split: str | PathLike[str] | None = None,
    splits: int | None = None,
    train: float = 0.5,
    leave_one_out: bool = False,
    humans: Sequence[GoldSource] = (),
    target: float | None = None,
    half_width: float = 0.05,
    bertscore: str | PathLike[str] | None = None,
    progress: Listener | None = None,
) -> Evaluation:
    """Everything that can be said of a run by its gold.

    ``gold``: Gold, a file, or the name of another run; ``blank`` says what its blank cells mean, and
    ``lenient`` leaves out all cells that gold is silent about.
    ``draws`` bootstrap draws with ``seed``. ``by`` names carried columns to break errors down by.
    ``cost_per_hour`` of the engine, in any currency. ``split`` is a file that says which reports are for
    testing; ``splits`` random splits with the share ``train`` in the training part, or ``leave_one_out``,
    add the scores of held-out parts. ``humans`` are golds of two people or more, whose agreement is set
    beside the run's. ``target`` is the share of right cells to reach by review, ``half_width`` the precision
    to plan more gold for, ``bertscore`` the folder of a local model for texts.

    With fewer than five reports there are values and no intervals. Raises ``ReadingError`` for gold that
    cannot be used, ``OptionError`` for options that make no sense and where nothing can be scored.
    """
    if sum((split is not None, splits is not None, leave_one_out)) > 1:
        raise OptionError(
            "A split file, repeated splits and leave-one-out cannot be had at once.", hint="Ask for one."
        )
    if draws < 1:
        raise OptionError(f"The number of draws is {draws}.", hint="The usual number is 2000.")
    tell = progress or _nobody
    scorer = _scorer(bertscore)
    tell("gold")
    matched = match(run, gold, blank=_blank(blank), split=split, lenient=lenient)
    others = [as_gold(run, human) for human in humans]
    paired = matched.paired
    resampler = Resampler(len(paired.reports), draws=draws, seed=seed)
    manifest = run.manifest
    variables = tuple(_variables(matched, resampler, tell, scorer))
    tell("all variables")
    together = overall(paired, resampler)
    by_parts = strata(paired, by, resampler)
    tell("splits")
    held_out = _splits(matched, splits, train, leave_one_out, seed)
    tell("agreement")
    limits = ceiling(paired, others, resampler) if others else ()
    tell("confidence")
    return Evaluation(
        run=run.id,
        codebook=paired.codebook.name,
        codebook_version=paired.codebook.version,
        model=_model(manifest),
        gold=matched.gold.name,
        blank=str(matched.gold.blank),
        created=now(),
        matching=paired.matching,
        overall=together,
        outcomes=outcome_counts(paired),
        variables=variables,
        mistakes=mistakes(paired),
        strata=by_parts,
        cost=cost(paired, cost_per_hour),
        splits=held_out,
        ceiling=limits,
        reliability=_reliability(run, matched, resampler),
        review=review(paired, resampler, target),
        plan=plan(variables, len(paired.reports), half_width, overall=together),
        suspects=suspects(paired),
        notes=tuple(_notes(matched, others)),
        manifest=manifest.model_dump(mode="json"),
        settings={
            "lenient": lenient,
            "draws": draws,
            "seed": seed,
            "level": LEVEL,
            "by": list(by),
            "cost_per_hour": cost_per_hour,
            "split": None if matched.split is None else matched.split.name,
            "splits": splits,
            "train": train if splits is not None else None,
            "leave_one_out": leave_one_out,
            "humans": [human.name for human in others],
            "target": target,
            "half_width": half_width,
            "bertscore": None if bertscore is None else Path(bertscore).name,
        },
    )


def _variables(
    matched: Matched, resampler: Resampler, tell: Listener, scorer: BertScorer | None
) -> Iterator[VariableResult]:
    """Those that gold has, in the order of the codebook; texts also by ``scorer``."""
    for variable in matched.paired.codebook.columns:
        if variable.name not in matched.gold.variables:
            continue
        tell(variable.name)
        column = matched.paired.column(variable.name)
        found = measure(variable, column, resampler)
        if scorer is not None and isinstance(variable, TextVariable):
            from .bertscore import measure as measure_by_model

            found = replace(found, metrics={**found.metrics, **measure_by_model(column, resampler, scorer)})
        yield found


def _scorer(folder: str | PathLike[str] | None) -> BertScorer | None:
    if folder is None:
        return None
    from .bertscore import BertScorer

    return BertScorer.open(folder)


def _splits(
    matched: Matched, times: int | None, train: float, one_out: bool, seed: int
) -> SplitSummary | None:
    paired, learned = matched.paired, matched.learned
    if matched.split is not None:
        return folds_of(paired, matched.split, learned=learned)
    if one_out:
        return leave_one_out(paired, learned=learned)
    return None if times is None else random_splits(paired, times, train=train, seed=seed, learned=learned)


def _reliability(run: StoredRun, matched: Matched, resampler: Resampler) -> tuple[Reliability, ...]:
    """Of the model's own confidences and of curves fitted to them; before these, of the run's confidences
    if a calibration was applied to them."""
    found = reliability(uncalibrated(run, matched), resampler)
    if run.manifest.calibration is None:
        return found
    given = reliability(matched.paired, resampler, ())
    return (*(replace(one, method="applied") for one in given), *found)


def _notes(matched: Matched, humans: Sequence[Gold]) -> Iterator[str]:
    yield from matched.notes
    for human in humans:
        yield from (f"{human.name}: {note}" for note in human.notes)


def _model(manifest: Manifest) -> str:
    info: dict[str, Any] = manifest.engine.info or manifest.engine.identity
    return str(info.get("model") or manifest.engine.address or "")


def _blank(given: Blank | str) -> Blank:
    try:
        return Blank(given)
    except ValueError:
        raise OptionError(
            f"Blank cells cannot be {str(given)!r}.", hint=f"They can be {' or '.join(Blank)}."
        ) from None


def _nobody(_: str) -> None:
    """Nobody listens."""
