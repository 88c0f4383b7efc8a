"""From a file to a Codebook, and back."""

from __future__ import annotations

from pathlib import Path

from ..errors import CodebookError
from .codebook import Codebook
from .dump import dump
from .finding import Finding
from .lint import examine, lint_codebook

__all__ = ["check", "dump", "load", "loads", "read_text", "source_of"]

FILE_NAMES = ("codebook.yaml", "codebook.yml")
MAX_BYTES = 5_000_000
_SHOWN = 10


def load(path: str | Path) -> Codebook:
    """The codebook in a YAML file, or in the ``codebook.yaml`` of a folder.

    Raises ``CodebookError`` if there is no such file, if it is not UTF-8 text, or if it holds errors
    (up to ten are named, each with its line).
    """
    source = source_of(path)
    return loads(read_text(source), source)


def loads(text: str, path: str | Path | None = None) -> Codebook:
    """The codebook in YAML ``text``; ``path`` labels the errors. Raises ``CodebookError``."""
    codebook, findings = examine(text, path)
    if codebook is None:
        raise _error([one for one in findings if one.is_error], path)
    return codebook


def check(codebook: Codebook) -> None:
    """Raise ``CodebookError`` for a codebook made in Python that holds errors."""
    errors = [one for one in lint_codebook(codebook) if one.is_error]
    if errors:
        raise _error(errors, None)


def source_of(path: str | Path) -> Path:
    """The file ``path`` stands for. Raises ``CodebookError`` if there is none."""
    path = Path(path)
    try:
        if path.is_dir():
            for name in FILE_NAMES:
                if (path / name).is_file():
                    return path / name
            raise CodebookError(
                "This folder holds no codebook.yaml.", path=path, hint="Name the YAML file itself."
            )
        exists = path.is_file()
    except (OSError, ValueError):  # a name too long, or with a NUL
        exists = False
    if not exists:
        raise CodebookError(
            "There is no such codebook.",
            path=path,
            hint="Give a YAML file or a folder with a codebook.yaml; epicrisis codebook new NAME starts one.",
        )
    return path


def read_text(path: Path) -> str:
    """The text of a codebook file: UTF-8, with or without a byte order mark. Raises ``CodebookError``."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CodebookError(
                f"Larger than {MAX_BYTES // 1_000_000} MB: this is not a codebook.",
                path=path,
                hint="The codebook comes first, the reports second.",
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise CodebookError(
            "Not UTF-8 text.", path=path, line=line, hint="Save the file as UTF-8 in your editor."
        ) from None
    except OSError as error:
        raise CodebookError(f"Cannot be read: {error.strerror}.", path=path) from None


def _error(errors: list[Finding], path: str | Path | None) -> CodebookError:
    first = errors[0]
    line = first.line or None
    if len(errors) == 1:
        return CodebookError(first.message, hint=first.fix or None, path=path, line=line)
    shown = [
        "  " + " ".join(filter(None, (f"line {one.line}:" if one.line else "", one.message, one.fix)))
        for one in errors[:_SHOWN]
    ]
    if len(errors) > _SHOWN:
        shown.append(f"  and {len(errors) - _SHOWN} more")
    hint = "Warnings too: epicrisis codebook lint " + (str(path) if path else "FILE")
    message = "\n".join((f"The codebook has {len(errors)} errors:", *shown))
    return CodebookError(message, hint=hint, path=path, line=line)
