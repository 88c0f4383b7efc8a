"""An evaluation as Markdown: the tables and sentences of the HTML report, without charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..result import Evaluation
from .contents import contents, facts, title
from .document import Block, Cell, Figure, Looks, Section, Table, Verbatim

#: Characters that would be markup. Names such as `infarct_count` stay readable: `_` within a word is none.
_MARKUP = re.compile(r"([\\`*<>\[\]|])|(?<!\w)_|_(?!\w)")


def to_markdown(evaluation: Evaluation) -> str:
    """The evaluation as GitHub-flavoured Markdown. Quotes are in it; ``without_text`` leaves them out."""
    lines = [f"# {_text(title(evaluation))}", ""]
    lines += [f"- {name}: {_text(value)}" for name, value in facts(evaluation)]
    for section in contents(evaluation):
        lines += ["", *_section(section, 2)]
    return "\n".join(lines) + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_text(section.title)}"
    for paragraph in section.paragraphs:
        yield from ("", _text(paragraph))
    for block in section.blocks:
        yield ""
        yield from _block(block)
    for part in section.parts:
        yield ""
        yield from _section(part, level + 1)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Figure():
            yield from _table(block.table)
        case Table():
            yield from _table(block)
        case Verbatim():
            yield from (f"{block.caption}:", "", "```json", block.text, "```")
        case Looks():
            yield from _looks(block)


def _table(table: Table) -> Iterator[str]:
    yield from (f"**{_text(table.caption)}**", "")
    yield f"| {' | '.join(map(_text, table.columns))} |"
    numeric = [any(row[place].numeric for row in table.rows) for place in range(len(table.columns))]
    yield f"|{'|'.join('--:' if right else '---' for right in numeric)}|"
    for row in table.rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    if table.note:
        yield from ("", _text(table.note))


def _cell(cell: Cell) -> str:
    text = _text(str(cell))
    return f"**{text}**" if cell.strong and text else text


def _looks(looks: Looks) -> Iterator[str]:
    yield "| cell | outcome | about it |"
    yield "|---|---|---|"
    for look in looks.items:
        about = "; ".join(f"{name}: {value}" for name, value in look.facts if value)
        yield f"| {_text(look.title)} | {_text(look.outcome)} | {_text(about)} |"
    if looks.note:
        yield from ("", _text(looks.note))


def _text(text: str) -> str:
    """Text on one line, with nothing in it that reads as markup or HTML."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
