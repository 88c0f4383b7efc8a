"""Values of a codebook as they are written into the YAML of another."""

from __future__ import annotations

from typing import Any

from .dump import as_yaml

#: The order that people write keys in; one that is added goes after those before it here.
_ORDER = (
    "rule", "name", "version", "title", "languages", "instructions", "kind", "value", "section", "label",
    "definition", "include", "exclude", "synonyms", "options", "unit", "units", "range", "min", "max",
    "reduce", "tolerance", "epsilon", "max_length", "max_items", "keys", "when", "statuses", "merge", "codes",
    "system", "code", "display", "message", "variables", "formula", "cases", "table", "columns", "rows",
    "derive", "rules",
)  # fmt: skip
_RANK = {key: rank for rank, key in enumerate(_ORDER)}


def rank(key: str) -> int:
    """Where a key stands in the order that people write them in; unknown ones last."""
    return _RANK.get(key, len(_RANK))


def after_key(value: Any, indent: int) -> str:
    """What follows ``key:`` in a line that begins at column ``indent``, further lines included."""
    first, *rest = as_yaml({"k": ordered(value)}).rstrip("\n").removeprefix("k:").split("\n")
    return "\n".join([first, *(" " * indent + line if line else line for line in rest)])


def item(value: Any, indent: int) -> str:
    """An item of a block list from its dash on."""
    if not isinstance(value, dict) or not value:
        return "-" + after_key(value, indent)
    first, *rest = as_yaml([ordered(value)]).rstrip("\n").split("\n")
    return "\n".join([first, *(" " * indent + line if line else line for line in rest)])


def part(key: str, items: list[Any]) -> str:
    """A list of the codebook itself: variables stand apart from each other."""
    between = "\n" if key == "rules" else "\n\n"
    return f"{key}:\n" + between.join("  " + item(one, 2) for one in items)


def ordered(value: Any) -> Any:
    """With keys in the order that people write them in."""
    if isinstance(value, dict):
        names = sorted(value, key=rank)
        return {name: ordered(value[name]) for name in names}
    return [ordered(one) for one in value] if isinstance(value, list) else value


def in_flow(value: Any) -> str:
    return as_yaml([value], flow=True).strip()[1:-1]


def styled(text: str, style: str, indent: int) -> str:
    """A text in the style it was written in: in quotes, or as a block."""
    import yaml

    tag = "tag:yaml.org,2002:str"
    pair = (yaml.ScalarNode(tag, "k"), yaml.ScalarNode(tag, text, style=style))
    node = yaml.MappingNode("tag:yaml.org,2002:map", [pair], flow_style=False)
    written: str = yaml.serialize(
        node, Dumper=yaml.SafeDumper, allow_unicode=True, width=max(60, 108 - indent)
    )
    first, *rest = written.rstrip("\n").removeprefix("k: ").split("\n")
    return "\n".join([first, *(" " * indent + line if line else line for line in rest)])
