"""Gold against answers. Reads what a run left behind; never calls a model.

Nothing here needs numpy; measuring does (extra ``evaluation``): see ``Run.evaluate``.
"""

from .cells import Outcome, Tally, compare
from .estimate import Estimate
from .gold import Blank, Gold, GoldCell, gold_of_run, load_gold, read_gold
from .pairing import Pair, Paired, pair
from .result import Evaluation

__all__ = [
    "Blank",
    "Estimate",
    "Evaluation",
    "Gold",
    "GoldCell",
    "Outcome",
    "Pair",
    "Paired",
    "Tally",
    "compare",
    "gold_of_run",
    "load_gold",
    "pair",
    "read_gold",
]
