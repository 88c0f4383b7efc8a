"""The YAML text of a codebook, read without losing its lines or changing its words.

YAML 1.1 reads ``no`` as false, ``010`` as 8, ``12:30`` as 750 and ``1.10`` as 1.1. A codebook full of
codes, grades and language tags cannot live with that. Here a plain scalar is a number only if writing
the number down gives the same characters again, a boolean only if it is true or false, and null only
if it is empty, ``~`` or ``null``; everything else is text, as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .finding import Finding
from .words import clipped

if TYPE_CHECKING:
    import yaml

MAX_DEPTH = 40
MAX_VALUES = 200_000
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,299}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+(e[+-][0-9]+)?")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_NULL = ("", "~", "null", "Null", "NULL")
_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Marked:
    """A value with the line it stands on: a scalar, a list of ``Marked`` or a dict of ``Marked``."""

    value: Any
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def get(self, key: str) -> Marked | None:
        """The value under ``key``; ``None`` without one, or when it was left empty."""
        if not isinstance(self.value, dict):
            return None
        found: Marked | None = self.value.get(key)
        return None if found is None or found.value is None else found

    def items(self) -> list[Marked]:
        """The elements of a list; nothing for other values."""
        return self.value if isinstance(self.value, list) else []

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """The line of what ``path`` leads to, or of the last thing on the way that exists.

        Steps that lead nowhere are skipped, so that a pydantic location with its union tags can be
        followed as it is.
        """
        node, line = self, self.line
        for step in path:
            child = node.child(step)
            if child is not None:
                line = node.key_lines.get(str(step), child.line) if node.is_mapping else child.line
                node = child
        return line

    def child(self, step: str | int) -> Marked | None:
        """The value under a key or at a place in a list; ``None`` if there is none."""
        found: Marked | None = None
        if isinstance(self.value, dict):
            found = self.value.get(step)
        elif isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            found = self.value[step]
        return found

    def plain(self) -> Any:
        """The value without marks."""
        if isinstance(self.value, dict):
            return {key: one.plain() for key, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain() for one in self.value]
        return self.value


def read(text: str) -> tuple[Marked | None, list[Finding]]:
    """The one YAML document in ``text`` (``None`` if it cannot be read), and what YAML says is wrong."""
    import yaml

    if not text.strip():
        return None, [Finding("error", 1, "The file is empty.", "Start from: epicrisis codebook new NAME")]
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return None, [Finding("error", line, "A character is not valid Unicode.", "Save the file as UTF-8.")]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(yaml.parse(text, Loader=loader))
    try:
        root = reader.document()
    except _Stop as stop:
        return None, [*reader.findings, stop.finding]
    except yaml.YAMLError as error:
        return None, [*reader.findings, _syntax(error, text)]
    except RecursionError:
        return None, [*reader.findings, _too_deep(1)]
    return root, reader.findings


class _Stop(Exception):  # noqa: N818 - not an error for callers, only the way out of the recursion
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


class _Reader:
    """Builds the tree from parser events."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.findings: list[Finding] = []
        self.anchors: dict[str, Marked] = {}
        self.open_anchors: set[str] = set()
        self.values = 0

    def document(self) -> Marked:
        import yaml

        root: Marked | None = None
        for event in self.events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if root is not None:
                raise _Stop(
                    Finding(
                        "error",
                        _line(event),
                        "A second YAML document starts here.",
                        "Keep one codebook per file and remove the '---'.",
                    )
                )
            root = self.node(next(self.events), 0)
        if root is None:
            raise _Stop(
                Finding(
                    "error", 1, "The file holds only comments.", "Start from: epicrisis codebook new NAME"
                )
            )
        return root

    def node(self, event: yaml.Event, depth: int) -> Marked:
        import yaml

        line = _line(event)
        if depth > MAX_DEPTH:
            raise _Stop(_too_deep(line))
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, line, depth)
        self.count(1, line)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self.open_anchors.add(anchor)
        if isinstance(event, yaml.ScalarEvent):
            node = Marked(self.scalar(event, line), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Marked(self.sequence(depth), line)
        else:
            node = self.mapping(line, depth)
        if anchor:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node
        return node

    def alias(self, event: yaml.AliasEvent, line: int, depth: int) -> Marked:
        if event.anchor in self.open_anchors or event.anchor not in self.anchors:
            problem = "contains itself" if event.anchor in self.open_anchors else "is not defined above"
            raise _Stop(Finding("error", line, f"The YAML alias '*{clipped(event.anchor, 40)}' {problem}."))
        node = self.anchors[event.anchor]
        size, height = _extent(node)  # aliases of aliases grow without bound
        self.count(size, line)
        if depth + height > MAX_DEPTH:
            raise _Stop(_too_deep(line))
        return node

    def count(self, values: int, line: int) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            raise _Stop(
                Finding("error", line, f"More than {MAX_VALUES} values: too large to be a codebook.", "")
            )

    def scalar(self, event: yaml.ScalarEvent, line: int) -> Any:
        if event.tag not in (None, "!", _TEXT_TAG):
            self.findings.append(
                Finding("error", line, "YAML tags (!!...) have no meaning in a codebook.", "Remove the tag.")
            )
        return resolved(event.value) if event.implicit[0] and event.tag is None else event.value

    def sequence(self, depth: int) -> list[Marked]:
        import yaml

        nodes = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, depth + 1))
        return nodes

    def mapping(self, line: int, depth: int) -> Marked:
        import yaml

        values: dict[str, Marked] = {}
        lines: dict[str, int] = {}
        merged: list[Marked] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key_line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.node(event, depth + 1)
                self.node(next(self.events), depth + 1)
                self.findings.append(
                    Finding("error", key_line, "A key must be a word.", "Put values with { or [ in quotes.")
                )
                continue
            value = self.node(next(self.events), depth + 1)
            if event.value == "<<" and event.implicit[0]:
                merged.extend(value.items() or [value])
            elif event.value in values:
                self.findings.append(
                    Finding(
                        "error",
                        key_line,
                        f"The key '{clipped(event.value, 40)}' is already on line {lines[event.value]}.",
                        "Keep one of the two.",
                    )
                )
            else:
                values[event.value], lines[event.value] = value, key_line
        for source in merged:
            if not source.is_mapping:
                self.findings.append(Finding("error", line, "'<<' takes a mapping.", ""))
                continue
            for key, one in source.value.items():
                values.setdefault(key, one)
                lines.setdefault(key, source.key_lines[key])
        return Marked(values, line, lines)


def resolved(text: str) -> Any:
    """The value a plain (unquoted) scalar stands for."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and text == written(float(text)):
        return float(text)
    return text


def written(number: float) -> str:
    """A float as YAML 1.1 and 1.2 both read it: always with a point."""
    text = repr(number)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0{e}{exponent}" if e and "." not in mantissa else text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _extent(node: Marked) -> tuple[int, int]:
    """How many values there are in ``node``, and how deep they go."""
    parts = node.value.values() if isinstance(node.value, dict) else node.items()
    extents = [_extent(part) for part in parts]
    return 1 + sum(size for size, _ in extents), 1 + max((height for _, height in extents), default=0)


def _too_deep(line: int) -> Finding:
    return Finding("error", line, f"Nested more than {MAX_DEPTH} deep: this is not a codebook.", "")


def _syntax(error: yaml.YAMLError, text: str) -> Finding:
    """The parser's complaint, without the snippet of the file it likes to show."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    if mark is not None:
        line = min(mark.line + 1, text.count("\n") + 1)
    fix = "Check the indentation and the quotes on this line and the one above."
    if "\t" in (text.split("\n")[line - 1 : line] or [""])[0]:
        fix = "Indent with spaces: this line holds a tab."
    elif "mapping values are not allowed" in problem:
        fix = "Text that holds ': ' goes in quotes."
    return Finding("error", line, f"Not valid YAML: {problem}.", fix)
