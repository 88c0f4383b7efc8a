"""How far people agree with each other, and how near a model comes to that."""

from .agree import agree
from .ceiling import ceiling
from .document import Agreement, Rater, VariableAgreement

__all__ = ["Agreement", "Rater", "VariableAgreement", "agree", "ceiling"]
