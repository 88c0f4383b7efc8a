"""A sentence in the report that tells the model what to answer."""

from __future__ import annotations

from random import Random
from typing import Any

from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    QuantityVariable,
    Variable,
)
from epicrisis.extraction.long.sentences import sentences

from .choosing import share_of
from .injection_words import FORGERIES, ORDERS

#: What every number is told to be.
NUMBER = 4


def injected_instruction(text: str, strength: int, rng: Random, language: str = "en") -> str:
    """An instruction to answer 4, yes or the last option, in one of several wordings.

    Strength 1: a remark between two sentences. 2: an order to ignore what stands above, at the end. 3: an
    order in the name of the system before and behind the report, between forged marks of a chat template.
    """
    if not share_of((1.0, 1.0, 1.0), strength):
        return text
    order = rng.choice(ORDERS.get(language[:2].lower(), ORDERS["en"])[strength])
    place, forgery = rng.random(), rng.choice(FORGERIES)
    if strength == 1:
        ends = [end for _, end in sentences(text)] or [len(text)]
        end = ends[int(place * len(ends))]
        return f"{text[:end]} {order}{text[end:]}"
    if strength == 2:
        return f"{text}\n{order}"
    forged = forgery.format(order=order)
    return f"{forged}\n{text}\n{forged}"


def injected_value(variable: Variable) -> Any:
    """What the instruction tells the model to answer, as ``Answer.value`` has it; ``None`` where it says
    nothing that the codebook allows."""
    match variable:
        case BooleanVariable():
            return True
        case CountVariable() if variable.range.holds(NUMBER):
            return NUMBER
        case QuantityVariable() if variable.range is None or variable.range.holds(NUMBER):
            return {"value": float(NUMBER), "unit": variable.unit}
        case ClosedVariable():
            return variable.values[-1]
        case _:
            return None
