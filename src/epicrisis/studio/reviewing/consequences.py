"""What answers mean for other answers: those they rule out, and the rules they break."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ...extraction.answer import Answer, Status
from ...extraction.candidate import Candidate
from ...extraction.dependencies import all_ruled_out
from ...extraction.rules import Rules
from .judgements import Judgement


class Broken(BaseModel):
    """A rule that the answers break, and the variables in it."""

    message: str
    variables: list[str]


def consequences(
    codebook: Codebook, own: Mapping[str, Judgement], model: Mapping[str, Answer]
) -> tuple[list[str], list[Broken]]:
    """The variables that other answers rule out, and the broken rules. A person's own answers count, and the
    model's where there is none."""
    values: dict[str, Any] = {}
    for variable in codebook.variables:
        if variable.name in own:
            values[variable.name] = own[variable.name].value
        elif variable.name in model and model[variable.name].status is not Status.FAILED:
            answer = model[variable.name]
            values[variable.name] = answer.value if answer.status.has_value else None
    out = all_ruled_out(codebook.variables, {name: Candidate(value=value) for name, value in values.items()})
    broken = [
        Broken(message=one.message, variables=list(one.variables)) for one in Rules(codebook).broken(values)
    ]
    return [variable.name for variable in codebook.variables if variable.name in out], broken
