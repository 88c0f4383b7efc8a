"""How often each answer to a variable occurs among the reports found."""

from __future__ import annotations

from statistics import median

from pydantic import BaseModel

from ...codebook.variable import CountVariable, QuantityVariable, Variable
from .filters import choices
from .found import Found

#: Different values that are listed; the others are counted together.
LISTED = 12


class ValueCount(BaseModel):
    """``shown``: a value, or ``None`` for answers without one, of ``status``. ``condition``: the filter that
    finds these reports."""

    shown: str | None
    status: str
    reports: int
    share: float
    condition: str


class Counted(BaseModel):
    """The answers to one variable. ``others``: reports with a value that is not listed, ``different`` of
    these. ``lowest``, ``middle`` and ``highest`` of numbers, in ``unit``."""

    variable: str
    counts: list[ValueCount]
    others: int = 0
    different: int = 0
    lowest: float | None = None
    middle: float | None = None
    highest: float | None = None
    unit: str = ""


def counted(found: Found, variable: Variable, total: int) -> Counted:
    """The values in the order of the codebook, or the commonest first; then the answers without one."""
    name = variable.name
    rows = found.values(name)
    with_value = [(shown, many) for _, shown, many in rows if shown is not None]
    options = {text: place for place, text in enumerate(choices(variable))}
    if options:
        with_value.sort(key=lambda one: options.get(one[0], len(options)))
    listed, rest = with_value[:LISTED], with_value[LISTED:]
    counts = [
        ValueCount(
            shown=shown, status="stated", reports=many, share=many / total, condition=f"{name}={shown}"
        )
        for shown, many in listed
    ]
    counts += [
        ValueCount(
            shown=None, status=status, reports=many, share=many / total, condition=f"{name}.status={status}"
        )
        for status, shown, many in rows
        if shown is None
    ]
    numbers = found.ranks(name) if isinstance(variable, CountVariable | QuantityVariable) else []
    return Counted(
        variable=name,
        counts=counts,
        others=sum(many for _, many in rest),
        different=len(rest),
        lowest=numbers[0] if numbers else None,
        middle=median(numbers) if numbers else None,
        highest=numbers[-1] if numbers else None,
        unit=variable.unit if isinstance(variable, QuantityVariable) and variable.unit != "1" else "",
    )
