"""Clinical reports into validated structured data, with evidence for every cell.

>>> import epicrisis
>>> run = epicrisis.extract("reports.csv", "brain-mri")  # doctest: +SKIP
>>> run.frame()  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .api import EngineSettings, Run, extract, open_run
    from .codebook import Codebook
    from .codebook import load as load_codebook
    from .engines.address import open_engine
    from .engines.engine import Engine
    from .engines.scripted import ScriptedEngine
    from .errors import EpicrisisError
    from .extraction.answer import Answer, Evidence, Extraction, Grade, Status, Usage
    from .extraction.extractor import ExtractionOptions, Extractor
    from .extraction.record import Record
    from .reading import Columns
    from .report import Report, Span
    from .runs.manifest import Manifest

#: Where each public name lives. Loaded at first use, so that importing the package costs nothing.
_HOMES = {
    "Answer": "extraction.answer",
    "Codebook": "codebook",
    "Columns": "reading",
    "Engine": "engines.engine",
    "EngineSettings": "api",
    "EpicrisisError": "errors",
    "Evidence": "extraction.answer",
    "Extraction": "extraction.answer",
    "ExtractionOptions": "extraction.extractor",
    "Extractor": "extraction.extractor",
    "Grade": "extraction.answer",
    "Manifest": "runs.manifest",
    "Record": "extraction.record",
    "Report": "report",
    "Run": "api",
    "ScriptedEngine": "engines.scripted",
    "Span": "report",
    "Status": "extraction.answer",
    "Usage": "extraction.answer",
    "extract": "api",
    "load_codebook": "codebook:load",
    "open_engine": "engines.address",
    "open_run": "api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, _, attribute = _HOMES[name].partition(":")
    value = getattr(import_module(f".{home}", __name__), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


__all__ = [
    "Answer",
    "Codebook",
    "Columns",
    "Engine",
    "EngineSettings",
    "EpicrisisError",
    "Evidence",
    "Extraction",
    "ExtractionOptions",
    "Extractor",
    "Grade",
    "Manifest",
    "Record",
    "Report",
    "Run",
    "ScriptedEngine",
    "Span",
    "Status",
    "Usage",
    "__version__",
    "extract",
    "load_codebook",
    "open_engine",
    "open_run",
]
