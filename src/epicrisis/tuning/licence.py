"""What a base model's licence says about making another model from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

#: Licences under which an adapter may be made, used and passed on. By the words of the Hub's model cards.
_FREE = re.compile(
    r"(apache-2|mit\b|bsd|isc\b|cc0|unlicense|cc-by-4|cc-by-3|cc-by-sa|openrail|bigscience|bigcode|gpl|lgpl)",
    re.I,
)
_NO_DERIVATIVES = re.compile(r"(-nd\b|no.?derivatives)", re.I)
_NON_COMMERCIAL = re.compile(r"(-nc\b|non.?commercial|research)", re.I)


def licence_warning(licence: str | None, name: str) -> str | None:
    """What to say of a base's licence before it is tuned; ``None`` where there is nothing to say."""
    if not licence:
        return f"The licence of {name} is not known: read it before you use or pass on what is made from it."
    if _NO_DERIVATIVES.search(licence):
        return f"The licence of {name} ({licence}) forbids derived models, and an adapter is one."
    if _NON_COMMERCIAL.search(licence):
        return f"The licence of {name} ({licence}) allows research alone: so does that of an adapter of it."
    if not _FREE.search(licence):
        return (
            f"The licence of {name} ({licence}) has terms of its own: read them before you share an adapter."
        )
    return None


def licence_of_folder(folder: Path) -> str | None:
    """The licence that a model folder's README names in its front matter."""
    import yaml

    try:
        text = (folder / "README.md").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    parts = text.split("---", 2)
    if len(parts) < 3 or parts[0].strip():
        return None
    try:
        front: Any = yaml.safe_load(parts[1])
    except yaml.YAMLError:
        return None
    if not isinstance(front, dict):
        return None
    named = front.get("license_name") if front.get("license") == "other" else front.get("license")
    return None if named is None else str(named)
