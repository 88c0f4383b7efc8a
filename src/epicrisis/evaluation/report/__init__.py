"""An evaluation to read, to print and to share: one HTML file, Markdown, JSON."""

from .json import to_json
from .markdown import to_markdown
from .reading import reading
from .sharing import without_text

__all__ = ["reading", "to_json", "to_markdown", "without_text"]
