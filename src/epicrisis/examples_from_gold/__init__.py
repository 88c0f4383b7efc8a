"""Gold into examples: human answers with the texts they are about."""

from .completing import Known
from .gathering import pool, pool_of

__all__ = ["Known", "pool", "pool_of"]
