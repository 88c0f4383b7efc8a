"""Which variables are asked together, and which only once others are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import Variable

from .candidate import Candidate


def groups(variables: Sequence[Variable], size: int | None) -> list[list[Variable]]:
    """The variables in order, ``size`` at most in each group; one group without ``size``.

    Neighbours that share a section stay together where they fit into one group.
    """
    if size is None:
        return [list(variables)] if variables else []
    found: list[list[Variable]] = []
    for block in _sections(variables):
        for start in range(0, len(block), size):
            piece = block[start : start + size]
            if found and len(found[-1]) + len(piece) <= size:
                found[-1] += piece
            else:
                found.append(list(piece))
    return found


def first_round(codebook: Codebook, *, dependents_after: bool) -> list[Variable]:
    """What is asked of every report."""
    if not dependents_after:
        return list(codebook.variables)
    return [variable for variable in codebook.variables if _parent(codebook, variable) is None]


def next_round(codebook: Codebook, candidates: Mapping[str, Candidate]) -> list[Variable]:
    """The variables that were not asked yet and whose ``when`` holds, by what was answered so far.

    Those that wait for a variable without a valid answer are asked too: nothing rules them out.
    """
    return [
        variable
        for variable in codebook.variables
        if variable.name not in candidates
        and variable.when is not None
        and (parent := candidates.get(variable.when.variable)) is not None
        and _may_hold(variable, parent)
    ]


def _may_hold(variable: Variable, parent: Candidate) -> bool:
    if parent.value is None:
        return parent.problem is not None
    return variable.when is not None and variable.when.holds(parent.value)


def _parent(codebook: Codebook, variable: Variable) -> str | None:
    """The variable that another one waits for; none if it is not one of the codebook's own."""
    if variable.when is None or variable.when.variable not in codebook:
        return None
    return variable.when.variable


def _sections(variables: Sequence[Variable]) -> list[list[Variable]]:
    blocks: list[list[Variable]] = []
    for variable in variables:
        if blocks and variable.section is not None and blocks[-1][-1].section == variable.section:
            blocks[-1].append(variable)
        else:
            blocks.append([variable])
    return blocks
