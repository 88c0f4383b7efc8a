"""Gold against answers. Reads what a run left behind; never calls a model."""

from .cells import Outcome, Tally, compare

__all__ = ["Outcome", "Tally", "compare"]
