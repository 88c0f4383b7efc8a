"""A task as questions of a codebook: the cases as reports, and the variables its labels stand for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import library
from ..api import to_codebook
from ..codebook.codebook import Codebook
from ..codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    QuantityVariable,
    Variable,
)
from ..errors import OptionError
from ..report import Report
from .contract import Case, Job
from .document import Document
from .entities import holds_entities
from .labels import LabelType, Shape

_KINDS: dict[Shape, tuple[type, ...]] = {
    Shape.BINARY: (BooleanVariable,),
    Shape.CLASS: (ClosedVariable, CountVariable),
    Shape.NUMBER: (QuantityVariable, CountVariable),
    Shape.ENTITIES: (),
}


def codebook_of(job: Job, codebook: str | Path | None = None) -> Codebook:
    """The codebook given, or the one that ships for the task's number. Raises OptionError, CodebookError."""
    if codebook is not None:
        return to_codebook(codebook)[0]
    name = f"dragon/task{job.number:03}" if job.number is not None else ""
    if name not in library.names():
        raise OptionError(
            f"No codebook ships for the task {job.task_name}.",
            hint="Write one with a variable for every label, in their order, and give it with --codebook.",
        )
    return to_codebook(name)[0]


def report_of(case: Case, label_type: LabelType) -> Report:
    """The case as a report: tokens joined by spaces, other parts each on a line that numbers it."""
    if case.parts is None:
        return Report(case.uid, case.text or "")
    if label_type.shape is Shape.ENTITIES:
        return Report(case.uid, Document(case.parts).text)
    return Report(case.uid, "\n".join(f"Text {number}: {part}" for number, part in enumerate(case.parts, 1)))


def label_variables(codebook: Codebook, label_type: LabelType, labelled: Sequence[Case]) -> list[Variable]:
    """The variables that stand for the labels, in their order; none for entities.

    Raises ``OptionError`` if they are not as many as the labels of ``labelled`` cases, or lack a class.
    """
    if label_type.shape is Shape.ENTITIES:
        if not holds_entities(codebook):
            raise OptionError(
                f"No variable of the codebook '{codebook.name}' holds entities.",
                hint="Give spans whose options are the tags, or codes of the system 'DRAGON tag'.",
            )
        return []
    found = [one for one in codebook.variables if isinstance(one, _KINDS[label_type.shape])]
    width = 1
    if label_type.several:
        width = len(labelled[0].label) if labelled else len(found)
    if len(found) != width or not found:
        kinds = " or ".join(one.__name__.removesuffix("Variable").lower() for one in _KINDS[label_type.shape])
        raise OptionError(
            f"The task has {width or 'some'} label(s) for {label_type.shape}, "
            f"and the codebook '{codebook.name}' has {len(found)} variable(s) of the kind {kinds}.",
            hint="It needs one for every label, in their order.",
        )
    if label_type.shape is Shape.CLASS:
        _check_classes(found, label_type, labelled)
    return found


def _check_classes(variables: Sequence[Variable], label_type: LabelType, labelled: Sequence[Case]) -> None:
    for place, variable in enumerate(variables):
        if not isinstance(variable, ClosedVariable):
            continue
        known = {str(value) for value in variable.values}
        seen = {case.label[place] if label_type.several else case.label for case in labelled}
        if lacking := sorted(seen - known):
            raise OptionError(
                f"'{variable.name}' has no option for the class {lacking[0]} of the training cases.",
                hint=f"Its options are {', '.join(sorted(known))}.",
            )


def must_answer(codebook: Codebook) -> bool:
    """Whether no variable may be left out: then there is nothing that invented examples could show."""
    return not any(variable.allows("not_mentioned") for variable in codebook.variables)
