"""The ways of choosing examples."""

from __future__ import annotations

from enum import StrEnum


class Strategy(StrEnum):
    """How the examples for a report are chosen from a pool."""

    FIXED = "fixed"  #: the same for all reports, showing as many option values as they can
    RANDOM = "random"  #: drawn anew for each report
    SIMILAR = "similar"  #: those that share most words with the report (BM25)
    STRUCTURE = "structure"  #: those whose shape is most like the report's
    DIVERSE = "diverse"  #: like the report in words and shape, unlike one another, showing many values

    @property
    def shares_prefix(self) -> bool:
        """Whether all reports are asked behind the same, byte-identical messages, so that an engine reads
        the examples once for a run. Only a report that is one of them, or of the same patient, has others.
        """
        return self is Strategy.FIXED

    @property
    def needs_words(self) -> bool:
        """Whether the extra ``examples`` is needed."""
        return self in (Strategy.SIMILAR, Strategy.DIVERSE)
