"""``epicrisis dragon``: the DRAGON challenge's tasks answered, and predictions scored."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Group, Parameter

from ..prompting.form import Form
from .ending import ending
from .exits import DONE
from .messages import count, out, out_json, say
from .parameters import ENGINE, Context, Json, Parallel, Threads, Timeout, flag

if TYPE_CHECKING:
    from ..dragon.predict import Outcome
    from ..dragon.score import Score

_ASKING = Group("Asking", sort_key=4)
_SHOWN = 5

dragon_app = App(name="dragon", help="Answer the tasks of the DRAGON challenge, and score predictions.")


@dragon_app.command
def predict(
    input_dir: Annotated[
        Path, Parameter(help="The folder of one task and fold, with its nlp-task-configuration.json.")
    ],
    output_dir: Annotated[Path, Parameter(help="Where the predictions and the run store go.")],
    /,
    *,
    dataset: Annotated[
        Literal["test", "validation"], Parameter(help="Which cases are to be answered.")
    ] = "test",
    limit: Annotated[int | None, Parameter(help="Only the first so many cases.")] = None,
    fill: Annotated[
        Literal["none", "prior"],
        Parameter(
            help="What stands where there is no answer: null, which is scored wrong, or what the training "
            "cases make likeliest."
        ),
    ] = "none",
    fresh: Annotated[bool, flag("Ask everything anew, instead of going on.")] = False,
    quiet: Annotated[bool, flag("Say errors only.", "--quiet", "-q")] = False,
    engine: Annotated[
        str | None, Parameter(group=ENGINE, help="As for extract. The default model if left out.")
    ] = None,
    adapter: Annotated[
        Path | None,
        Parameter(
            group=ENGINE, help="Answer with this adapter, asked as it was trained: the folder of a tuning."
        ),
    ] = None,
    context: Context = None,
    parallel: Parallel = None,
    threads: Threads = None,
    timeout: Timeout = None,
    codebook: Annotated[
        str | None,
        Parameter(
            group=_ASKING, help="A YAML file, or a shipped one; found by the task's number if left out."
        ),
    ] = None,
    shots: Annotated[
        int, Parameter(group=_ASKING, help="How many training cases the model is shown as examples.")
    ] = 0,
    worked: Annotated[
        int | None,
        Parameter(
            group=_ASKING,
            help="How many examples made from the codebook it is shown where there are no shots.",
        ),
    ] = None,
    form: Annotated[
        Form, Parameter(group=_ASKING, help="What the model writes for each variable.")
    ] = Form.VALUE,
    seed: Annotated[
        int, Parameter(group=_ASKING, help="Which training cases are chosen; the engine's seed too.")
    ] = 0,
) -> int:
    """Answer the cases of a task, and write nlp-predictions-dataset.json.

    The same command again goes on where it stopped. Cases without an answer are listed in
    nlp-predictions-failures.json. Exit codes as for extract.
    """
    from ..adapter import open_adapter
    from ..api import EngineSettings
    from ..dragon.answering import Fill
    from ..dragon.contract import Dataset
    from ..dragon.predict import plan
    from ..dragon.predict import predict as predict_it
    from ..runs.display import display

    what = plan(
        input_dir,
        dataset=Dataset(dataset),
        codebook=codebook,
        shots=shots,
        worked=worked,
        form=form,
        limit=limit,
        seed=seed,
        adapter=None if adapter is None else open_adapter(adapter),
    )
    with ExitStack() as stack:
        shown = None if quiet else stack.enter_context(closing(display()))
        outcome = predict_it(
            what,
            output_dir,
            engine,
            settings=EngineSettings(context=context, parallel=parallel, threads=threads, timeout=timeout),
            fill=Fill(fill),
            fresh=fresh,
            progress=shown,
        )
    if not quiet:
        _tell(outcome)
    return ending(outcome.session)


@dragon_app.command
def score(
    predictions: Annotated[
        Path,
        Parameter(
            help="A nlp-predictions-dataset.json, its folder, or a folder with a folder for every task."
        ),
    ],
    ground_truth: Annotated[
        Path, Parameter(help="The labelled cases: a file or a folder, as the predictions are.")
    ],
    /,
    *,
    task: Annotated[
        str | None, Parameter(help="The task's number or name, where no folder's or file's name tells it.")
    ] = None,
    draws: Annotated[int, Parameter(help="Bootstrap draws for the interval; 0 for none.")] = 2000,
    seed: Annotated[int, Parameter(help="The same seed gives the same interval.")] = 0,
    json: Json = False,
) -> int:
    """Score predictions with the challenge's own metrics, each with its 95 % interval.

    A case without a prediction counts as wrong.
    """
    from ..dragon.locate import to_score
    from ..dragon.score import score_files
    from ..errors import OptionError

    if draws < 0:
        raise OptionError("The number of draws is below 0.", hint="2000 is usual; 0 gives no interval.")
    scores = {
        one.job: score_files(one.predictions, one.ground_truth, task=one.task, draws=draws, seed=seed)
        for one in to_score(predictions, ground_truth, task)
    }
    if json:
        out_json({"scores": {job: one.as_dict() for job, one in scores.items()}, "mean": _mean(scores)})
        return DONE
    for job, one in scores.items():
        _tell_score(job, one)
    if len(scores) > 1:
        mean = _mean(scores)
        out(f"Mean: {'not defined' if mean is None else f'{mean:.3f}'}")
    return DONE


def _tell(outcome: Outcome) -> None:
    if outcome.predictions is None:
        say("To go on, give the same command again (without --fresh): what is done is not asked again.")
        return
    out(f"{count(outcome.cases, 'prediction')}: {outcome.predictions}")
    if outcome.failures:
        filled = sum(one.filled for one in outcome.failures)
        how = "filled from the training cases" if filled == len(outcome.failures) else "null"
        if 0 < filled < len(outcome.failures):
            how = f"null, but for {filled:,} filled from the training cases"
        out(f"{count(len(outcome.failures), 'label')} without an answer, {how}:")
        reasons = [one.reason for one in outcome.failures]
        for reason in list(dict.fromkeys(reasons))[:_SHOWN]:
            out(f"  {reasons.count(reason):,} × {reason}")
    if outcome.unsure:
        say(
            "warning: the engine gives no probabilities, so predictions are 0 or 1; the AUC they get is that "
            "of one threshold."
        )


def _tell_score(job: str, one: Score) -> None:
    parts = [f"{count(one.cases, 'case')}"]
    if one.missing:
        parts.append(f"{one.missing:,} without a prediction, counted wrong")
    if one.unknown:
        parts.append(f"{one.unknown:,} predictions for other cases, left out")
    if one.estimate.note:
        parts.append(one.estimate.note)
    out(f"{job}: {one.metric} {one.estimate} ({'; '.join(parts)})")
    for note in one.notes:
        say(f"note: {note}")


def _mean(scores: dict[str, Score]) -> float | None:
    """The mean of all scores; None if one of them is not defined."""
    values = [one.estimate.value for one in scores.values()]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
