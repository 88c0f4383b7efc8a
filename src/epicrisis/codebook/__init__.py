"""Codebooks: the variables to extract, read from YAML and other formats, checked and written."""

from .codebook import Codebook
from .finding import Finding
from .lint import lint
from .load import check, dump, load, loads

__all__ = ["Codebook", "Finding", "check", "dump", "lint", "load", "loads"]
