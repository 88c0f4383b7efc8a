"""What a file looks like, whatever its name says."""

from __future__ import annotations

from pathlib import Path

from ..errors import ReadingError

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old (.xls, .doc) or password-protected Office file"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip-compressed file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BZh", "a bzip2-compressed file"),
    (b"\xfd7zXZ\0", "an xz-compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"ARROW1", "an Arrow file"),
)
_HINTS = {
    "an Excel workbook": "Rename it to end in .xlsx, or save it as CSV UTF-8.",
    "a Parquet file": "Rename it to end in .parquet.",
    "a gzip-compressed file": "Add .gz to its name, for example reports.csv.gz.",
    "an old (.xls, .doc) or password-protected Office file": "Open it in Excel or Word, remove the password "
    "if it has one, and save it as .xlsx or CSV UTF-8.",
}
_CONVERT = (
    "Convert it to text first: one .txt file for each report in a folder, or a CSV file with a text column."
)


def looks_like(path: Path, start: bytes) -> str | None:
    """In words, what a file beginning with ``start`` is; ``None`` if it can be text."""
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(path)
    for sign, words in _SIGNS:
        if start.startswith(sign):
            return words
    if start[128:132] == b"DICM":
        return "a DICOM file"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<!doctype", b"<html")):
        return "a web page (HTML)"
    return None


def check_is_text(path: Path, start: bytes, wanted: str) -> None:
    """Raise ``ReadingError`` if a file that should be ``wanted`` (``"CSV"``) is empty or something else."""
    if not start:
        raise ReadingError(
            "The file is empty.", path=path, hint="Export it again, and look whether the export finished."
        )
    words = looks_like(path, start)
    if words is not None:
        raise ReadingError(
            f"This looks like {words}, not {wanted}.", path=path, hint=_HINTS.get(words, _CONVERT)
        )


def binary_error(path: Path, line: int, wanted: str) -> ReadingError:
    """The error for NUL bytes where text should be."""
    return ReadingError(
        f"This looks like binary data, not {wanted}: it holds NUL bytes.",
        path=path,
        line=line,
        hint="Export the reports as CSV UTF-8; if the file was copied, copy it again.",
    )


def _inside_zip(path: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a damaged or cut-short zip file (.xlsx and .docx are zip files too)"
    for folder, words in (("xl/", "an Excel workbook"), ("word/", "a Word document")):
        if any(name.startswith(folder) for name in names):
            return words
    if "content.xml" in names:
        return "an OpenDocument file"
    return "a zip archive"
