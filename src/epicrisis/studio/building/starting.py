"""A new codebook: from nothing, from an example, from another one, or from what a study already has."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ...codebook import dump
from ...codebook.importing import from_json_schema, from_redcap
from ...codebook.patching import patch
from ...codebook.source import read
from ...codebook.template import new as example
from ...codebook.words import clipped
from ...codebook.yaml_fragments import in_flow
from ...errors import CodebookError
from ..web.refusals import Refused
from .checking import LONGEST

#: Dictionaries and schemas larger than this are none, in bytes.
LARGEST = 5_000_000


def empty(name: str, languages: Sequence[str]) -> str:
    """A codebook that has no variables yet: a draft."""
    example(name, languages)  # the name and the languages can be
    return (
        f'name: {in_flow(name)}\nversion: "1"\ntitle: ""\nlanguages: {_listed(languages)}\n'
        'instructions: ""\n\nvariables: []\n'
    )


def with_examples(name: str, languages: Sequence[str]) -> str:
    """Every common kind of variable once, with comments. Raises CodebookError."""
    return example(name, languages)


def copied(text: str, name: str) -> str:
    """Another codebook under a new name, its layout and comments kept."""
    root, _ = read(text)
    if root is None or not root.is_mapping:
        return text
    return patch(text, {**root.plain(), "name": name}).text


def imported(content: bytes, file_name: str, name: str) -> tuple[str, list[str]]:
    """The YAML that a file becomes, and notes on what was left out or only came near.

    What the file is shows from its content: JSON is taken for a JSON Schema, a name that ends in .yaml for a
    codebook, anything else for a REDCap data dictionary. It is only read, never run. Raises CodebookError,
    or Refused (413, 422).
    """
    if len(content) > LARGEST:
        raise Refused(
            413, "too-large", f"This is larger than {LARGEST // 1_000_000} MB.", "Is it the right file?"
        )
    if file_name.lower().endswith((".yaml", ".yml")):
        return _text(content), []
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    with tempfile.TemporaryDirectory(prefix="epicrisis-") as folder:
        path = Path(folder) / ("schema.json" if is_json else "dictionary.csv")
        path.write_bytes(content)
        try:
            codebook, notes = from_json_schema(path, name) if is_json else from_redcap(path, name)
        except CodebookError as error:
            # Not where it lay for a moment.
            raise CodebookError(error.message, hint=error.hint) from None
    notes = [clipped(note, 300) for note in notes]
    source = "a JSON Schema" if is_json else "a REDCap data dictionary"
    head = [f"Made from {source}, {clipped(file_name, 100)}."]
    if notes:
        head += ["What was left out, renamed or only came near:", *(f"  {note}" for note in notes)]
    return "".join(f"# {line}\n" for line in head) + dump(codebook), notes


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused(422, "codebook", "Not UTF-8 text.", "Save the file as UTF-8 in your editor.") from None
    if len(text) > LONGEST or "\0" in text:
        raise Refused(422, "codebook", "This is not a codebook.", "Is it the right file?")
    return text


def _listed(languages: Sequence[str]) -> str:
    return "[" + ", ".join(in_flow(one) for one in languages) + "]"
