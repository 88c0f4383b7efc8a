"""What confidences are worth: how reliable they are, curves that mend them, and how much to review."""

from .. import installed as _installed  # noqa: F401
from .fit import fit, save
from .plan import ALL, plan
from .reliability import reliability
from .review import accuracies, review

__all__ = ["ALL", "accuracies", "fit", "plan", "reliability", "review", "save"]
