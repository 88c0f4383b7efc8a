"""A JSON file of the challenge, read and written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import ReadingError
from ..export.destination import replacing


def read_json(path: Path) -> Any:
    """What the file holds. Raises ``ReadingError`` with the line and column of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ReadingError("There is no such file.", path=path) from None
    except UnicodeDecodeError as error:
        raise ReadingError(f"Not UTF-8 text (byte {error.start}).", path=path) from None
    except OSError as error:
        raise ReadingError(f"Cannot be read: {error.strerror}.", path=path) from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"column {error.colno}: {error.msg}"
        raise ReadingError(f"Not JSON ({place}).", path=path, line=error.lineno) from None
    except RecursionError:
        raise ReadingError(
            "Not what it should be: brackets within brackets without end.", path=path
        ) from None


def read_objects(path: Path) -> list[dict[str, Any]]:
    """A list of objects, each with a ``uid`` of its own. Raises ``ReadingError`` that counts from 1."""
    found = read_json(path)
    if not isinstance(found, list):
        raise ReadingError("Not a list of cases.", path=path)
    seen: set[str] = set()
    for place, one in enumerate(found, 1):
        if not isinstance(one, dict):
            raise ReadingError(f"Case {place} is not an object.", path=path)
        uid = one.get("uid")
        if not isinstance(uid, str | int) or isinstance(uid, bool) or not str(uid).strip():
            raise ReadingError(f"Case {place} has no uid.", path=path)
        one["uid"] = str(uid)
        if one["uid"] in seen:
            raise ReadingError(f"Case {place} has the uid of another case: {one['uid']}.", path=path)
        seen.add(one["uid"])
    return found


def write_json(path: Path, value: Any) -> None:
    """The file appears whole or not at all. Raises ``OutputError``."""
    with replacing(path) as part:
        part.write_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")
