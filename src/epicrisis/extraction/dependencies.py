"""``when``: variables that another variable's answer rules out, and answers that contradict it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import Variable

if TYPE_CHECKING:
    from .candidate import Candidate


def ruled_out(variable: Variable, candidates: Mapping[str, Candidate]) -> bool:
    """Whether the variable that ``when`` names has a value, and not the one that is needed."""
    if variable.when is None:
        return False
    parent = candidates.get(variable.when.variable)
    if parent is None or parent.value is None:
        return False
    return not variable.when.holds(parent.value)


def all_ruled_out(
    variables: Iterable[Variable], candidates: Mapping[str, Candidate], beyond: Collection[str] = ()
) -> set[str]:
    """The names of ``variables`` that are ruled out, directly or because the variable they depend on is.

    ``beyond``: names of other variables that are ruled out already.
    """
    dependent = [variable for variable in variables if variable.when is not None]
    out = {variable.name for variable in dependent if ruled_out(variable, candidates)}
    grown = bool(out or beyond)
    while grown:
        more = {v.name for v in dependent if v.when and (v.when.variable in out or v.when.variable in beyond)}
        grown = not more <= out
        out |= more
    return out


def contradicted(codebook: Codebook, candidates: Mapping[str, Candidate]) -> list[Variable]:
    """The variables whose answer, quoted from the report, another answer rules out. A value of zero or
    false does not contradict ("no infarcts: 0 infarcts")."""
    return [
        variable
        for variable in codebook.variables
        if variable.when is not None
        and (found := candidates.get(variable.name)) is not None
        and found.quote
        and _says_something(found.value)
        and ruled_out(variable, candidates)
    ]


def contradictions(codebook: Codebook, candidates: Mapping[str, Candidate]) -> dict[str, str]:
    """Complaints, by variable, about answers that another answer rules out: both sides are named,
    since either may be wrong."""
    complaints: dict[str, list[str]] = {}
    for variable in contradicted(codebook, candidates):
        assert variable.when is not None
        parent = variable.when.variable
        complaints.setdefault(parent, []).append(f"contradicts {variable.name}, which has a value")
        complaints.setdefault(variable.name, []).append(contradiction(variable))
    return {name: "; ".join(several) for name, several in complaints.items()}


def contradiction(variable: Variable) -> str:
    """The complaint about a variable with a value that its ``when`` rules out."""
    return f"has a value, but needs {variable.when}"


def _says_something(value: object) -> bool:
    return bool(value["value"] if isinstance(value, dict) else value)
