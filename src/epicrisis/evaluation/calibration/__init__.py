"""What confidences are worth: how reliable they are, curves that mend them, and how much to review."""

from .. import installed as _installed  # noqa: F401
from .fit import fit, save
from .plan import ALL, plan
from .reliability import reliability
from .review import review

__all__ = ["ALL", "fit", "plan", "reliability", "review", "save"]
