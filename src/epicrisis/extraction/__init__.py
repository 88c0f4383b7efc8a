"""One report in, one extraction out."""

from .answer import Answer, Evidence, Extraction, Grade, Status, Usage
from .extractor import Extractor
from .options import ExtractionOptions
from .record import Record

__all__ = [
    "Answer",
    "Evidence",
    "Extraction",
    "ExtractionOptions",
    "Extractor",
    "Grade",
    "Record",
    "Status",
    "Usage",
]
