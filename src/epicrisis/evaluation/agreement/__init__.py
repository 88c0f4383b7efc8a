"""How far people agree with each other, and how near a model comes to that."""

from .. import installed as _installed  # noqa: F401
from .agree import agree
from .ceiling import ceiling
from .document import Agreement, Rater, VariableAgreement

__all__ = ["Agreement", "Rater", "VariableAgreement", "agree", "ceiling"]
