"""``epicrisis evaluate``: a run against gold."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter

from .messages import out, out_json, say
from .parameters import Json, StorePath, flag

if TYPE_CHECKING:
    from ..evaluation.result import Evaluation
    from ..runs.run import StoredRun

_REPORT = Group("Report", sort_key=1)
_SCORED = Group("What is scored", sort_key=2)
_MORE = Group("More to measure", sort_key=3)
_SEVERAL = Parameter(consume_multiple=True, negative="")


def evaluate(
    run: Annotated[str, Parameter(help="A run's id, the beginning of it, or 'latest'.")],
    gold: Annotated[str, Parameter(help="The right answers: a file (csv, jsonl, xlsx), or a run's id.")],
    /,
    *,
    html: Annotated[
        Path | None, Parameter(group=_REPORT, help="Write the report as one HTML page, to read and print.")
    ] = None,
    markdown: Annotated[
        Path | None, Parameter(group=_REPORT, help="Write the same numbers as Markdown.")
    ] = None,
    no_text: Annotated[
        bool, flag("Leave texts and quotes of reports out of all that is written.", group=_REPORT)
    ] = False,
    split: Annotated[
        Path | None,
        Parameter(group=_SCORED, help="A file with columns id and split; only rows of 'test' are scored."),
    ] = None,
    splits: Annotated[
        int | None, Parameter(group=_SCORED, help="So many random splits; each held-out part is scored.")
    ] = None,
    train: Annotated[
        float, Parameter(group=_SCORED, help="The share of the reports in the training part of a split.")
    ] = 0.5,
    leave_one_out: Annotated[bool, flag("Each report held out once.", group=_SCORED)] = False,
    blank: Annotated[
        Literal["not-mentioned", "ignore"],
        Parameter(
            group=_SCORED, help="What a blank cell of gold says: the report is silent, or nobody looked."
        ),
    ] = "not-mentioned",
    lenient: Annotated[
        bool, flag("Do not score what gold is silent about: inventing costs nothing there.", group=_SCORED)
    ] = False,
    codebook: Annotated[
        str | None,
        Parameter(
            group=_SCORED,
            help="Score by the tolerances of this codebook, which otherwise asks what the run's does.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None, _SEVERAL, Parameter(group=_MORE, help="Error rates by these carried columns.")
    ] = None,
    human: Annotated[
        list[str] | None,
        _SEVERAL,
        Parameter(group=_MORE, help="Golds of two people or more: how far they agree is the ceiling."),
    ] = None,
    target: Annotated[
        float | None,
        Parameter(group=_MORE, help="The share of right cells to reach by review, such as 0.98."),
    ] = None,
    half_width: Annotated[
        float, Parameter(group=_MORE, help="How wide an interval may be to each side, to plan more gold for.")
    ] = 0.05,
    cost_per_hour: Annotated[
        float | None, Parameter(group=_MORE, help="What an hour of the engine costs, in any currency.")
    ] = None,
    bertscore: Annotated[
        Path | None, Parameter(group=_MORE, help="The folder of a local model: BERTScore for texts.")
    ] = None,
    save_calibration: Annotated[
        bool, flag("Keep what gold says of the confidences beside the codebook, for later runs.", group=_MORE)
    ] = False,
    calibration_file: Annotated[
        Path | None,
        Parameter(group=_MORE, help="Where --save-calibration writes, if not beside the codebook."),
    ] = None,
    draws: Annotated[int, Parameter(help="Bootstrap draws for the intervals.")] = 2000,
    seed: Annotated[int, Parameter(help="Where the draws begin: the same seed, the same intervals.")] = 0,
    store: StorePath = None,
    json: Json = False,
) -> None:
    """Measure a run by gold: every measure with its interval, and the cells to look at. Needs no model.

    Reports are matched by id; those that run or gold do not have are counted and listed, not scored.
    """
    from ..errors import OptionError
    from ..export import check_writable
    from ..runs.run import StoredRun

    for path in (html, markdown, calibration_file):
        if path is not None:
            check_writable(path)
    if target is not None and not 0 < target <= 1:
        raise OptionError(f"--target is {target:g}.", hint="It is a share between 0 and 1, such as 0.98.")
    if not 0 < half_width < 0.5:
        raise OptionError(f"--half-width is {half_width:g}.", hint="It lies between 0 and 0.5, such as 0.05.")
    opened = StoredRun.open(store, run)
    if codebook is not None:
        from ..api import to_codebook

        opened = opened.scored_by(to_codebook(codebook)[0])
    from ..evaluation.evaluate import evaluate as measure

    with _progress() as progress:
        found = measure(
            opened,
            gold,
            blank=blank,
            lenient=lenient,
            draws=draws,
            seed=seed,
            by=tuple(by or ()),
            cost_per_hour=cost_per_hour,
            split=split,
            splits=splits,
            train=train,
            leave_one_out=leave_one_out,
            humans=tuple(human or ()),
            target=target,
            half_width=half_width,
            bertscore=bertscore,
            progress=progress,
        )
    _tell(found, opened, json=json, no_text=no_text, html=html, markdown=markdown)
    if save_calibration or calibration_file is not None:
        _calibrate(opened, gold, blank, split, seed, calibration_file)


@contextmanager
def _progress() -> Iterator[Callable[[str], None] | None]:
    """A line on the terminal that says what is being measured, gone when all is."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("Measuring") as status:
        yield lambda what: status.update(f"Measuring {what}")


def _tell(
    found: Evaluation,
    run: StoredRun,
    *,
    json: bool,
    no_text: bool,
    html: Path | None,
    markdown: Path | None,
) -> None:
    from ..evaluation.report import to_json, to_markdown, without_text
    from .evaluation import print_evaluation

    shared = without_text(found) if no_text else found
    if json:
        out_json(to_json(shared))
    else:
        print_evaluation(found)
    if html is not None:
        from ..evaluation.report.html import to_html

        write(html, to_html(shared, None if no_text else run.text))
        say(f"Written: {html}")
    if markdown is not None:
        write(markdown, to_markdown(shared))
        say(f"Written: {markdown}")


def write(path: Path, text: str) -> None:
    """The whole file, or what was there before."""
    from ..export import replacing

    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def _calibrate(
    run: StoredRun,
    gold: str,
    blank: str,
    split: Path | None,
    seed: int,
    path: Path | None,
) -> None:
    from ..evaluation.calibration import fit, save
    from ..evaluation.gold import Blank
    from ..evaluation.matching import match, uncalibrated

    matched = match(run, gold, blank=Blank(blank), split=split)
    calibration = fit(uncalibrated(run, matched), gold=matched.gold.name, seed=seed)
    where = save(calibration, run, path)
    before, after = calibration.brier
    out(f"Calibration ({calibration.method}): Brier score {before:.3f} before, {after:.3f} cross-validated.")
    say(f"Written: {where}")
