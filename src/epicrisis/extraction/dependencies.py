"""``when``: variables that another variable's answer rules out, and answers that contradict it."""

from __future__ import annotations

from collections.abc import Mapping

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import Variable

from .candidate import Candidate


def ruled_out(variable: Variable, candidates: Mapping[str, Candidate]) -> bool:
    """Whether the variable that ``when`` names has a value, and not the one that is needed."""
    if variable.when is None:
        return False
    parent = candidates.get(variable.when.variable)
    if parent is None or parent.value is None:
        return False
    return not variable.when.holds(parent.value)


def contradictions(codebook: Codebook, candidates: Mapping[str, Candidate]) -> dict[str, str]:
    """Complaints, by variable, about answers that another answer rules out: both sides are named,
    since either may be wrong. A value of zero or false does not contradict ("no infarcts: 0 infarcts")."""
    complaints: dict[str, str] = {}
    for variable in codebook.variables:
        found = candidates.get(variable.name)
        if variable.when is None or found is None or not found.value or not found.quote:
            continue
        if ruled_out(variable, candidates):
            parent = variable.when.variable
            complaints[parent] = f"contradicts {variable.name}, which has a value"
            complaints[variable.name] = f"has a value, but needs {variable.when}"
    return complaints
