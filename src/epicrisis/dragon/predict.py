"""A task's folder in, predictions out: its cases are extracted like any reports, in a run that resumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..adapter import Adapter
from ..api import EngineSettings, prepare
from ..codebook.codebook import Codebook
from ..codebook.variable import Variable
from ..engines.engine import Engine
from ..errors import OptionError, OutputError
from ..extraction.adapted import adapted
from ..extraction.options import ExtractionOptions
from ..prompting.form import Form
from ..runs.run import StoredRun
from ..runs.session import Session, work
from .answering import Answering, Failure, Fill
from .contract import FAILURES, PREDICTIONS, Case, Dataset, Job, read_job, write_predictions
from .json_file import write_json
from .labels import Shape
from .questions import codebook_of, label_variables, must_answer, report_of
from .shots import shots as shots_of

if TYPE_CHECKING:
    from ..runs.display import Display

STORE = "store.sqlite"
_MADE_UP = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be asked, checked, before a model is loaded."""

    job: Job
    dataset: Dataset
    cases: Sequence[Case]
    training: Sequence[Case]
    codebook: Codebook
    variables: Sequence[Variable]
    options: ExtractionOptions


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. ``predictions`` is ``None`` if the run stopped before its end; nothing is written then.

    ``unsure``: probabilities that are only 0 or 1, because the engine tells none.
    """

    session: Session
    predictions: Path | None
    cases: int = 0
    failures: tuple[Failure, ...] = ()
    unsure: int = 0


def plan(
    folder: Path,
    *,
    dataset: Dataset = Dataset.TEST,
    codebook: str | Path | None = None,
    shots: int = 0,
    worked: int | None = None,
    form: Form = Form.VALUE,
    limit: int | None = None,
    seed: int = 0,
    adapter: Adapter | None = None,
) -> Plan:
    """What to ask for the cases of a task.

    ``codebook``: a file or a shipped name; without it the one of the task's number. ``shots``: training
    cases shown as examples; ``worked``: examples made from the codebook where there are none (left out:
    two, if the codebook lets a variable be silent and the task is not about entities). ``form``: ``VALUE``
    asks for bare values, which costs fewest tokens. ``adapter``: asked as it was trained, whatever ``form``
    and ``worked`` say.

    Raises ``ReadingError`` for the folder, ``CodebookError`` for the codebook, ``OptionError`` for what
    does not go together.
    """
    job = read_job(folder)
    cases = job.cases(dataset)
    training = job.cases(Dataset.TRAINING) if job.has(Dataset.TRAINING) else []
    labelled = [case for case in training if case.labelled]
    if shots and not labelled:
        raise OptionError("There are no training cases with labels to show.", hint="Leave out --shots.")
    if shots and form.quotes:
        raise OptionError(
            "Training cases have labels and no quotes: they cannot be examples where quotes are asked for.",
            hint=f"Leave out --shots, or use --form {Form.VALUE}.",
        )
    if limit is not None and limit < 1:
        raise OptionError("The limit must be at least 1.")
    book = codebook_of(job, codebook)
    shape = job.label_type.shape
    variables = label_variables(book, job.label_type, labelled or [case for case in cases if case.labelled])
    if worked is None:
        worked = 0 if must_answer(book) or shape is Shape.ENTITIES else _MADE_UP
    examples = shots_of(book, variables, job.label_type, labelled, shots, seed)
    sure = shape is Shape.BINARY
    if adapter is None:
        options = ExtractionOptions(form=form, examples=worked, shots=examples, seed=seed, confidence=sure)
    else:
        options = adapted(adapter, shots=examples, seed=seed, confidence=sure)
    return Plan(job, dataset, cases[:limit], labelled, book, variables, options)


def predict(
    what: Plan,
    output: Path,
    engine: Engine | str | None = None,
    *,
    settings: EngineSettings | None = None,
    fill: Fill = Fill.NONE,
    fresh: bool = False,
    progress: Display | None = None,
) -> Outcome:
    """Ask for every case and write ``nlp-predictions-dataset.json`` into ``output``, and beside it
    ``nlp-predictions-failures.json`` with what has no answer. Both appear whole or not at all.

    The run store is in ``output`` too: the same call again asks nothing twice, unless ``fresh``. Raises as
    ``epicrisis.api.prepare`` and ``work`` do, and ``OptionError`` if there is nothing to fill with.
    """
    if fill is Fill.PRIOR and what.variables and not what.training:
        raise OptionError(
            "There are no training cases with labels to fill from.", hint="Leave out --fill prior."
        )
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder cannot be made: {error.strerror}.", path=output) from None
    task = prepare(
        [report_of(case, what.job.label_type) for case in what.cases],
        what.codebook,
        engine,
        settings=settings,
        options=what.options,
        fetch_report=None if progress is None else progress.fetching,
    )
    session = work(task, output / STORE, progress=progress, fresh=fresh)
    if session.status != "finished":
        return Outcome(session, None)
    run = StoredRun(output / STORE, session.run_id)
    answering = Answering(what.codebook, what.variables, what.job.label_type, what.training, fill)
    by_uid = {case.uid: case for case in what.cases}
    for extraction in run:
        answering.add(by_uid[extraction.report_id], extraction)
    found = answering.predictions
    write_json(output / FAILURES, [one.as_dict() for one in found.failures])
    predictions = [(case.uid, found.by_uid[case.uid]) for case in what.cases]
    write_predictions(output / PREDICTIONS, what.job.label_type, predictions)
    return Outcome(session, output / PREDICTIONS, len(predictions), tuple(found.failures), found.unsure)
