"""Checks on what a codebook says: names, definitions, options, synonyms, languages, groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .finding import Finding
from .source import Marked
from .structure import Entry
from .variable import IDENTIFIER
from .words import RESERVED, clipped, did_you_mean, identifier, listed

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TAGS = {
    "arabic": "ar",
    "chinese": "zh",
    "danish": "da",
    "deutsch": "de",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "flemish": "nl",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "japanese": "ja",
    "nederlands": "nl",
    "norwegian": "no",
    "polish": "pl",
    "portuguese": "pt",
    "spanish": "es",
    "swedish": "sv",
    "turkish": "tr",
}


def check(root: Marked, entries: list[Entry], derived: Sequence[Entry] = ()) -> Iterator[Finding]:
    """All findings of this module, in no particular order."""
    languages = [str(one.value) for one in _items(root, "languages")]
    yield from _codebook_name(root)
    yield from _codebook_languages(root)
    yield from _names([*entries, *derived], "variable")
    for entry in derived:
        yield from _languages_of(entry.node, "label", languages)
        yield from _repeated(entry, _items(entry.node, "options"))
    for entry in entries:
        yield from _variable(entry, languages)
        yield from _names(entry.parts, "sub-variable")
        yield from _keys(entry)
        for part in entry.parts:
            yield from _variable(part, languages)


def _codebook_name(root: Marked) -> Iterator[Finding]:
    name = root.get("name")
    if name is not None and isinstance(name.value, str) and not re.fullmatch(r"\w[\w .-]*", name.value):
        fix = f"For example: {identifier(name.value).replace('_', '-')}"
        message = "The codebook's name is used for files: letters, digits, spaces, dots and hyphens only."
        yield Finding("error", root.line_of(("name",)), message, fix)


def _codebook_languages(root: Marked) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in _items(root, "languages"):
        if isinstance(node.value, str):
            yield from _language_tag(node.value, node.line)
            if node.value.casefold() in seen:
                yield Finding("warning", node.line, f"The language '{clipped(node.value)}' is listed twice.")
            seen.add(node.value.casefold())


def _language_tag(tag: str, line: int) -> Iterator[Finding]:
    if not _LANGUAGE.fullmatch(tag):
        guess = _TAGS.get(tag.casefold())
        fix = f"Write '{guess}'." if guess else "Use a tag such as 'nl', 'en' or 'pt-BR'."
        yield Finding("error", line, f"'{clipped(tag)}' is not a language tag.", fix)


def _names(entries: list[Entry], noun: str) -> Iterator[Finding]:
    first: dict[str, Entry] = {}
    for entry in entries:
        name = entry.name
        if name is None:
            continue
        line = entry.line("name")
        earlier = first.setdefault(name.casefold(), entry)
        if earlier is not entry:
            where = f" on line {earlier.line('name')}" if earlier.line("name") else ""
            if earlier.name == name:
                message = f"There already is a {noun} '{clipped(name)}'{where}."
            else:
                other = clipped(earlier.name)
                message = f"'{clipped(name)}' and '{other}'{where} differ only in upper and lower case."
            yield Finding("error", line, message, "Give one of them another name.")
        yield from _name(name, line)


def _name(name: str, line: int) -> Iterator[Finding]:
    fix = f"For example: {identifier(name)}"
    if name.casefold() in RESERVED:
        yield Finding("error", line, f"'{name}' is a column the table needs for itself.", fix)
    elif not IDENTIFIER.match(name):
        message = f"'{clipped(name)}' cannot be a name: letters a-z, digits and underscores, no digit first."
        yield Finding("error", line, message, fix)
    elif "__" in name:
        message = f"'{clipped(name)}' holds two underscores: names like x__status are the table's own."
        yield Finding("error", line, message, fix)


def _variable(entry: Entry, languages: list[str]) -> Iterator[Finding]:
    if not entry.node.is_mapping:
        return
    definition = entry.node.get("definition")
    if entry.name is None:
        return  # reported with the structure
    if definition is None or definition.value == "" or str(definition.value).isspace():
        message = (
            f"{entry.label[:1].upper()}{entry.label[1:]} has no definition: the model sees only its name."
        )
        fix = "Add 'definition:', as you would tell an annotator."
        yield Finding("warning", entry.line("definition" if definition else "name"), message, fix)
    yield from _languages_of(entry.node, "label", languages)
    yield from _synonyms(entry.node, languages)
    options = _items(entry.node, "options")
    for option in options:
        yield from _languages_of(option, "label", languages)
        yield from _synonyms(option, languages)
    yield from _options(entry, options)


def _languages_of(node: Marked, key: str, languages: list[str]) -> Iterator[Finding]:
    """The keys of a text or list per language."""
    per_language = node.get(key) if node.is_mapping else None
    if per_language is None or not per_language.is_mapping:
        return
    if not per_language.value:
        yield Finding("warning", node.line_of((key,)), f"'{key}' is empty.", "Fill it in or remove it.")
    for tag, line in per_language.key_lines.items():
        wrong = list(_language_tag(tag, line))
        yield from wrong
        if not wrong and languages and not _spoken(tag, languages):
            message = f"'{clipped(tag)}' is not one of this codebook's languages, {listed(languages)}."
            yield Finding("warning", line, message, "Correct it, or add it to 'languages'.")


def _spoken(tag: str, languages: list[str]) -> bool:
    primary = tag.partition("-")[0].casefold()
    return any(language.partition("-")[0].casefold() == primary for language in languages)


def _synonyms(node: Marked, languages: list[str]) -> Iterator[Finding]:
    yield from _languages_of(node, "synonyms", languages)
    synonyms = node.get("synonyms") if node.is_mapping else None
    if synonyms is None or not synonyms.is_mapping:
        return
    for tag, words in synonyms.value.items():
        line = synonyms.key_lines[tag]
        blank = [one for one in words.items() if one.value is None or not str(one.value).strip()]
        if words.value is None or words.value == [] or blank:
            line = blank[0].line if blank else line
            yield Finding(
                "warning", line, f"The synonyms in '{clipped(tag)}' are empty.", "Fill in or remove."
            )


def _options(entry: Entry, options: list[Marked]) -> Iterator[Finding]:
    yield from _repeated(entry, options)
    yield from _alike(entry, options)
    yield from _undefined(entry, options)
    yield from _numbers_as_text(entry, options)
    yield from _shared_synonyms(options)


def _repeated(entry: Entry, options: list[Marked]) -> Iterator[Finding]:
    values: dict[str, Marked] = {}
    for option in options:
        value = _part(option, "value")
        if value is None or isinstance(value, (dict, list)):
            continue
        earlier = values.setdefault(str(value).casefold(), option)
        if earlier is option:
            continue
        if str(_part(earlier, "value")) == str(value):
            message = f"The option '{clipped(value)}' of {entry.label} is there twice."
            yield Finding("error", option.line, message, "Remove one, or give it another value.")
        else:
            other = clipped(_part(earlier, "value"))
            message = f"The options '{other}' and '{clipped(value)}' of {entry.label} differ only in case."
            yield Finding("warning", option.line, message, "Give them values a reader can tell apart.")


def _alike(entry: Entry, options: list[Marked]) -> Iterator[Finding]:
    """Options that nobody can tell apart: the same definition, or the same label and no definition."""
    first: dict[tuple[str, str], Marked] = {}
    for option in options:
        definition, label = _folded(_part(option, "definition")), _folded(_part(option, "label"))
        if not definition and not label:
            continue
        key = ("definition", definition) if definition else ("label", label)
        earlier = first.setdefault(key, option)
        one, other = _part(earlier, "value"), _part(option, "value")
        if earlier is not option and str(one) != str(other):
            message = (
                f"Nobody can tell '{clipped(one)}' and '{clipped(other)}' of {entry.label} apart: "
                f"they have the same {key[0]}."
            )
            yield Finding("warning", option.line_of((key[0],)), message, "Say in each what the other is not.")


def _undefined(entry: Entry, options: list[Marked]) -> Iterator[Finding]:
    options = [one for one in options if _part(one, "value") is not None]
    without = [_part(one, "value") for one in options if not _folded(_part(one, "definition"))]
    if not without or entry.kind not in ("category", "ordinal"):
        return
    if len(without) == len(options):
        message = f"No option of {entry.label} has a definition."
    else:
        message = f"Options of {entry.label} without a definition: {listed(without)}."
    yield Finding("warning", entry.line("options"), message, "Write {value: ..., definition: ...}.")


def _numbers_as_text(entry: Entry, options: list[Marked]) -> Iterator[Finding]:
    """``[0, 1, 1.50]``: the last is text, since as a number it would lose its zero."""
    values = [(_part(option, "value"), option.line) for option in options]
    if not any(isinstance(value, (int, float)) for value, _ in values):
        return
    for value, line in values:
        if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9._]*[0-9]([eE][-+]?[0-9]+)?", value):
            message = f"The option {clipped(value)} of {entry.label} is text, the others are numbers."
            yield Finding("warning", line, message, "Write it as the others are written, or quote them all.")


def _shared_synonyms(options: list[Marked]) -> Iterator[Finding]:
    owner: dict[str, Any] = {}
    for option in options:
        synonyms = option.get("synonyms")
        if synonyms is None or not synonyms.is_mapping:
            continue
        value = _part(option, "value")
        for node in (one for words in synonyms.value.values() for one in words.items()):
            earlier = owner.setdefault(_folded(node.value), value)
            if str(earlier) != str(value):
                both = f"'{clipped(earlier)}' and '{clipped(value)}'"
                message = f"'{clipped(node.value)}' is a synonym of both {both}."
                yield Finding("warning", node.line, message, "Keep it with the one it means.")


def _keys(entry: Entry) -> Iterator[Finding]:
    if entry.kind != "group":
        return
    names = [part.name for part in entry.parts if part.name is not None]
    for key in _items(entry.node, "keys"):
        if isinstance(key.value, (dict, list)) or str(key.value) in names:
            continue
        message = f"'keys' of {entry.label} names '{clipped(key.value)}', which is not one of its variables."
        fix = did_you_mean(str(key.value), names) or f"Its variables are {listed(names)}."
        yield Finding("error", key.line, message, fix)


def _items(node: Marked, key: str) -> list[Marked]:
    found = node.get(key)
    return found.items() if found is not None else []


def _part(option: Marked, key: str) -> Any:
    """A key of an option; a bare option is its own value."""
    if option.is_mapping:
        found = option.get(key)
        return None if found is None else found.plain()
    return option.value if key == "value" else None


def _folded(value: Any) -> str:
    return "" if value is None else " ".join(str(value).casefold().split())
