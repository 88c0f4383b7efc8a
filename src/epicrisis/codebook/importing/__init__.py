"""Codebooks out of what a study already has: a REDCap data dictionary, a JSON Schema, a Pydantic class.

Each function returns the codebook and notes: what was skipped, renamed or only approximated.
"""

from .any_source import import_codebook
from .json_schema import from_json_schema
from .pydantic_class import from_pydantic
from .redcap import from_redcap

__all__ = ["from_json_schema", "from_pydantic", "from_redcap", "import_codebook"]
