"""A Codebook as YAML that a person would have written: no defaults, short lists on one line."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from .codebook import Codebook
from .condition import Condition
from .rules import Rule
from .source import written
from .variable import Option, Range

_FLOW_WIDTH = 80
_ANY = 10**9
_LAST = ("variables", "formula", "cases", "table")
_PLAIN_LINES = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]*")


def dump(codebook: Codebook) -> str:
    """YAML that ``loads`` reads back into an equal codebook. What equals its default is left out."""
    return dump_document(_plain(codebook))


def dump_document(document: dict[str, Any]) -> str:
    """The content of a codebook as YAML, whether or not it is one: variables apart, the rest before them."""
    header = dict(document)
    lists = ("variables", "derive", "rules")
    parts = [(key, header.pop(key)) for key in lists if isinstance(header.get(key), list) and header[key]]
    return (as_yaml(header) if header else "") + "\n".join(_part(key, items) for key, items in parts)


def _part(key: str, items: list[Any]) -> str:
    blocks = as_yaml(items)
    if key != "rules":
        # Between variables only: a blank line anywhere else could be inside a text.
        blocks = re.sub(r"\n(?=- )", "\n\n", blocks)
    indented = "\n".join(f"  {line}" if line else line for line in blocks.split("\n"))
    return f"{key}:\n{indented}"


def _plain(value: Any) -> Any:
    if isinstance(value, Condition):
        return str(value)
    if isinstance(value, Range):
        return {end: _short_number(number) for end, number in value if number is not None}
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        kept = {
            name: _plain(getattr(value, name))
            for name, info in fields.items()
            if info.is_required() or getattr(value, name) != info.get_default(call_default_factory=True)
        }
        if isinstance(value, Option) and kept.keys() == {"value"}:
            return kept["value"]
        if isinstance(value, Rule) and kept.keys() == {"rule"}:
            return kept["rule"]
        # name and kind first, what is nested last: that is how people look for a variable
        order = sorted(kept, key=lambda key: (key not in ("name", "kind"), key in _LAST))
        return {key: kept[key] for key in order}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def as_yaml(value: Any, *, flow: bool = False) -> str:
    """Any value of a codebook as YAML; ``flow``: on one line, as it may stand within ``[ ]`` or ``{ }``."""
    import yaml

    class Dumper(yaml.SafeDumper):
        all_flow = flow

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
            super().increase_indent(flow, False)  # lists stand further in than their key

    Dumper.add_representer(str, _text)
    Dumper.add_representer(list, _list)
    Dumper.add_representer(dict, _mapping)
    Dumper.add_representer(float, _number)
    text: str = yaml.dump(
        value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_ANY if flow else 100
    )
    return text


def _text(dumper: Any, text: str) -> Any:
    style = None
    if not _PLAIN_LINES.fullmatch(text):
        style = '"'
    # A block that keeps blank lines at its end would end the document, and the variables come after it.
    elif "\n" in text and text.strip() and not re.search(r"(^|\n)[ \t]|[ \t](\n|$)|^\n|\n\n\Z", text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: Any, items: list[Any]) -> Any:
    return dumper.represent_sequence(
        "tag:yaml.org,2002:seq", items, flow_style=dumper.all_flow or _short(items)
    )


def _mapping(dumper: Any, mapping: dict[str, Any]) -> Any:
    values = list(mapping.values())
    small = mapping.keys() <= {"min", "max"} or mapping.keys() <= {"system", "code", "display"}
    flow = dumper.all_flow or (small and _short([*mapping, *values]))
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=flow)


def _number(dumper: Any, number: float) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:float", written(number))


def _short_number(number: float) -> int | float:
    whole = number.is_integer() and abs(number) < 1e15 and str(number) != "-0.0"
    return int(number) if whole else number


def _short(items: list[Any]) -> bool:
    """Whether the items fit on one line."""
    if any(isinstance(one, (dict, list)) or "\n" in str(one) for one in items):
        return False
    return sum(len(str(one)) + 2 for one in items) <= _FLOW_WIDTH
