"""A run's answers as a table for other programs."""

from .destination import check_writable, replacing
from .table import check_columns, format_of, frame, write_table
from .wide import EXTRAS

__all__ = ["EXTRAS", "check_columns", "check_writable", "format_of", "frame", "replacing", "write_table"]
