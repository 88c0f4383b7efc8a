"""Gold into examples: human answers with the texts they are about."""

from .completing import Known
from .gathering import gold_with_texts, pool, pool_of

__all__ = ["Known", "gold_with_texts", "pool", "pool_of"]
