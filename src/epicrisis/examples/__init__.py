"""Examples from real reports: which of them are shown with which report."""

from .example import Example, digest
from .pool import Pool
from .selector import Selector, select
from .strategy import Strategy

__all__ = ["Example", "Pool", "Selector", "Strategy", "digest", "select"]
