"""What the form must know of the kinds of variables, taken from the package's own models."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from ...codebook.condition import Operator
from ...codebook.variable import MERGE_DEFAULTS, Reduction, StatusName
from ...codebook.vocabulary import ITEM_KINDS, KINDS, MODELS


class KindForm(BaseModel):
    """A kind: the keys that its variables have, and the ways to make one answer of several parts."""

    keys: list[str]
    merge: list[str]
    merge_default: str


class FormWords(BaseModel):
    """The kinds in order, those that may stand in a group or be derived, and the closed lists of words."""

    kinds: dict[str, KindForm]
    item_kinds: list[str]
    statuses: list[str]
    reductions: list[str]
    operators: list[str]


def form_words() -> FormWords:
    """What there is to choose from."""
    return FormWords(
        kinds={
            kind: KindForm(
                keys=list(MODELS[kind].model_fields),
                merge=_choices(MODELS[kind].model_fields["merge"].annotation),
                merge_default=MERGE_DEFAULTS[kind],
            )
            for kind in KINDS
        },
        item_kinds=list(ITEM_KINDS),
        statuses=_choices(StatusName),
        reductions=_choices(Reduction),
        operators=_choices(Operator),
    )


def _choices(annotation: Any) -> list[str]:
    return [str(one) for one in get_args(annotation)]
