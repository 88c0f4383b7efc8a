"""Where and how a YAML text changes when its content does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from .source import MAX_DEPTH, resolved
from .yaml_blocks import Block, aligned, blocks, joined, line_end, line_start
from .yaml_fragments import after_key, in_flow, item, part, rank, styled

if TYPE_CHECKING:
    import yaml

#: Keys of the whole codebook that stand apart from what is above them.
_APART = ("variables", "derive", "rules")
_WIDE = 110
#: Beyond these JavaScript counts in steps of two and more: such numbers come back as they left, as text.
_SAFE = 2**53


class CannotEdit(Exception):  # noqa: N818 - a way out: the text is written anew then
    """This text cannot be changed in place."""


class Edit(NamedTuple):
    """Characters ``start`` to ``end`` are to become ``text``."""

    start: int
    end: int
    text: str


def edited(text: str, document: dict[str, Any]) -> str:
    """``text`` with the changes that make it read as ``document``; nobody has checked yet that it does.

    Raises CannotEdit for a text that is no plain block of keys, and where aliases would change along.
    """
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        _check_plain(yaml.parse(text, Loader=loader))
        root = yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, RecursionError, UnicodeEncodeError):
        raise CannotEdit from None
    if not isinstance(root, yaml.MappingNode) or root.flow_style or not document:
        raise CannotEdit
    editor = _Editor(text)
    return spliced(text, 0, len(text), editor.mapping(root, document, root=True))


def _check_plain(events: Iterable[yaml.Event]) -> None:
    """No aliases, and no deeper than a codebook is: composing goes down in C, where too deep ends the
    program."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            raise CannotEdit


def spliced(text: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """The characters ``start`` to ``end`` of ``text`` with the edits made."""
    parts, at = [], start
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start < at:
            raise CannotEdit
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:end]])


def same(old: Any, new: Any) -> bool:
    """Whether two values are one content: 1 and 1.0 are, true and 1 are not, keys have no order."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(same(*pair) for pair in zip(old, new, strict=True))
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, int) and isinstance(new, str) and abs(old) > _SAFE:
        return str(old) == new
    return old == new and (type(old) is type(new) or _are_numbers(old, new))


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(one, (int, float)) for one in values)


class _Editor:
    """Finds the edits of one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def plain(self, node: yaml.Node) -> Any:
        """What a node stands for, as ``source.read`` has it."""
        import yaml

        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else resolved(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(one) for one in node.value]
        content: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or (key.value == "<<" and not key.style):
                raise CannotEdit
            content.setdefault(key.value, self.plain(value))
        return content

    def end(self, node: yaml.Node, after: int) -> int:
        """Where a node ends, without blank lines and comments; ``after``: where its key or dash ends."""
        import yaml

        if isinstance(node, yaml.ScalarNode):
            end = int(node.end_mark.index)
            if node.style in ("|", ">"):
                content = self.text[node.start_mark.index : end]
                if "+" in content.split("\n", 1)[0]:
                    return end - content.endswith("\n")
                return int(node.start_mark.index) + len(content.rstrip())
            return end if node.style or node.value else after
        assert isinstance(node, yaml.CollectionNode)
        if node.flow_style:
            return int(node.end_mark.index)
        last = node.value[-1]
        if isinstance(node, yaml.MappingNode):
            return self.end(last[1], self.colon(last[0]))
        return self.end(last, self.dash(last) + 1)

    def colon(self, key: yaml.Node) -> int:
        """Where the value of a key may begin."""
        return self.text.index(":", key.end_mark.index) + 1

    def dash(self, item: yaml.Node) -> int:
        return self.text.rindex("-", 0, item.start_mark.index)

    def value(self, node: yaml.Node, new: Any, after: int, indent: int) -> list[Edit]:
        """Edits of a value in a block; ``indent``: the column of its key or dash."""
        import yaml

        old = self.plain(node)
        if same(old, new):
            return []
        start, end = int(node.start_mark.index), self.end(node, after)
        if isinstance(node, yaml.ScalarNode) and not isinstance(new, (dict, list)):
            # An empty text is in quotes because it must be, not because somebody likes them.
            if isinstance(new, str) and isinstance(old, str) and old and node.style:
                return [Edit(start, end, styled(new, node.style, indent))]
            fragment = after_key(new, indent)
            return [Edit(after, end, fragment)] if end == after else [Edit(start, end, fragment.lstrip(" "))]
        if new and isinstance(node, yaml.MappingNode) and isinstance(new, dict) and not node.flow_style:
            return self.mapping(node, new)
        if new and isinstance(node, yaml.SequenceNode) and isinstance(new, list) and not node.flow_style:
            return self.sequence(node, new)
        if isinstance(node, yaml.CollectionNode) and old and node.flow_style and isinstance(new, type(old)):
            line = self.flow(node, new)
            if start - line_start(self.text, start) + len(line) <= _WIDE:
                return [Edit(start, end, line)]
        return [Edit(after, end, after_key(new, indent))]

    def mapping(self, node: yaml.MappingNode, new: dict[str, Any], *, root: bool = False) -> list[Edit]:
        self.plain(node)  # nothing merged in
        entries = node.value
        names = [key.value for key, _ in entries]
        column = node.start_mark.column
        edits: list[Edit] = []
        kept = [number for number, name in enumerate(names) if name in new and name not in names[:number]]
        if not kept:
            raise CannotEdit
        for number, (key, value) in enumerate(entries):
            if number in kept and root and self.begins_list(key, value, new[key.value]):
                start, end = key.start_mark.index, self.end(value, self.colon(key))
                edits.append(Edit(start, end, part(key.value, new[key.value])))
            elif number in kept:
                edits += self.value(value, new[key.value], self.colon(key), column)
            elif number > kept[0]:
                begin = line_start(self.text, key.start_mark.index)
                edits.append(Edit(begin, self.next_line(value, self.colon(key)), ""))
        if kept[0] > 0:  # the first key may stand behind a dash
            edits.append(Edit(entries[0][0].start_mark.index, entries[kept[0]][0].start_mark.index, ""))
        for name in new:
            if name not in names:
                edits.append(self.added(entries, kept, name, new[name], column, root=root))
        return edits

    def begins_list(self, key: yaml.Node, node: yaml.Node, new: Any) -> bool:
        """Whether one of the codebook's own lists is written as such for the first time."""
        import yaml

        there = isinstance(node, yaml.SequenceNode) and (node.flow_style is False or node.value)
        return key.value in _APART and isinstance(new, list) and bool(new) and not there

    def added(
        self,
        entries: Sequence[tuple[yaml.Node, yaml.Node]],
        kept: list[int],
        name: str,
        value: Any,
        column: int,
        *,
        root: bool,
    ) -> Edit:
        place = rank(name)
        before = [one for one in kept if rank(entries[one][0].value) <= place]
        is_list = root and name in _APART and isinstance(value, list) and value
        line = part(name, value) if is_list else f"{in_flow(name)}:{after_key(value, column)}"
        if not before:
            start = entries[kept[0]][0].start_mark.index
            return Edit(start, start, f"{line}\n{' ' * column}")
        key, last = entries[before[-1]]
        at = line_end(self.text, self.end(last, self.colon(key)))
        apart = "\n" if root and name in _APART else ""
        return Edit(at, at, f"\n{apart}{' ' * column}{line}")

    def next_line(self, node: yaml.Node, after: int) -> int:
        return min(len(self.text), line_end(self.text, self.end(node, after)) + 1)

    def sequence(self, node: yaml.SequenceNode, new: list[Any]) -> list[Edit]:
        items = node.value
        old = [self.plain(item) for item in items]
        places = aligned(old, new, same)
        column = node.start_mark.column
        changes = [
            [] if place is None else self.value(items[place], value, self.dash(items[place]) + 1, column)
            for place, value in zip(places, new, strict=True)
        ]
        if places == list(range(len(old))):
            return [edit for change in changes for edit in change]
        dashes = [self.dash(item) for item in items]
        ends = [self.end(item, dash + 1) for item, dash in zip(items, dashes, strict=True)]
        if any(self.text[line_start(self.text, dash) : dash].strip(" ") for dash in dashes):
            raise CannotEdit
        found = blocks(self.text, dashes, ends)
        chosen: list[Block | str] = []
        for place, change, value in zip(places, changes, new, strict=True):
            if place is None:
                chosen.append(" " * column + item(value, column))
            else:
                block = found[place]
                body = spliced(self.text, block.start, block.end, change)
                chosen.append(block._replace(text=block.head + body + block.tail))
        apart = all(isinstance(one, dict) and "kind" in one for one in new)
        return [Edit(found[0].begin, found[-1].end, joined(found, chosen, apart=apart))]

    def flow(self, node: yaml.Node, new: Any) -> str:
        """A collection within [ ] or { } on one line, what did not change as it was written."""
        import yaml

        old = self.plain(node)
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict):
            values = {key.value: (key, value) for key, value in reversed(node.value)}
            names = [name for name in old if name in new]
            for name in new:
                if name not in old:
                    place = rank(name)
                    at = [n for n, one in enumerate(names, 1) if rank(one) <= place]
                    names.insert(at[-1] if at else 0, name)
            pairs = []
            for name in names:
                key = values[name][0] if name in values else None
                written = self.written(key) if key is not None else in_flow(name)
                pairs.append(f"{written}: {self.flow_item(values.get(name, (None, None))[1], new[name])}")
            return "{" + ", ".join(pairs) + "}"
        parts: list[str] = []
        matcher = SequenceMatcher(None, [in_flow(one) for one in old], [in_flow(one) for one in new], False)
        for tag, first, last, begin, stop in matcher.get_opcodes():
            for offset in range(stop - begin):
                kept = (
                    first + offset if tag == "equal" or (tag == "replace" and first + offset < last) else None
                )
                item = None if kept is None else node.value[kept]
                parts.append(self.flow_item(item, new[begin + offset]))
        return "[" + ", ".join(parts) + "]"

    def flow_item(self, node: yaml.Node | None, new: Any) -> str:
        import yaml

        if node is None:
            return in_flow(new)
        old = self.plain(node)
        if same(old, new):
            return self.written(node)
        if isinstance(node, yaml.ScalarNode) or not isinstance(new, type(old)):
            return in_flow(new)
        return self.flow(node, new)

    def written(self, node: yaml.Node) -> str:
        return self.text[node.start_mark.index : node.end_mark.index]
