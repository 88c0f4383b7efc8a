"""Codebooks of entity tasks: which variable holds which tag, and from tags to answers and back.

A codebook says it with codes on its variables and sub-variables:

- ``{system: DRAGON tag, code: NOTE}``: it holds quotes with this tag, each wherever it stands. A text holds
  several with ``;`` between them;
- ``{system: DRAGON first tag, code: NOTE}``: a text that is one quote, at its first place only;
- ``{system: DRAGON number, code: from 0}``, in a group: the document's own number of the part; its tags
  count the parts from 0, or from 1;
- ``{system: DRAGON type, code: type}``, in a group: its value is the tag of the item's quotes.

``spans`` with options need no code: the type of a mention is its tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..codebook.codebook import Codebook
from ..codebook.variable import BaseVariable, GroupVariable, SpansVariable, TextVariable
from ..extraction.answer import Answer
from ..prompting.worked import Cell
from .alignment import Mention
from .document import Document, Stretch
from .labels import OUTSIDE
from .numbering import roman, sections

_TAG, _FIRST, _NUMBER, _TYPE = "DRAGON tag", "DRAGON first tag", "DRAGON number", "DRAGON type"
_BETWEEN = ";"
#: A longer entity is given by its first and last words.
_LONG, _ENDS = 14, 6


class Entity(NamedTuple):
    """An entity of a labelled case: its tag, its tokens, and the numbers (from 1) it belongs to."""

    tag: str
    stretch: Stretch
    numbers: tuple[int, ...] = ()


def holds_entities(codebook: Codebook) -> bool:
    """Whether any variable of the codebook holds tags."""
    return any(
        _code(one, _TAG)
        or _code(one, _FIRST)
        or _code(one, _TYPE)
        or (isinstance(one, SpansVariable) and one.options)
        for _, one in codebook.walk()
    )


def mentions(codebook: Codebook, answers: Mapping[str, Answer]) -> list[Mention]:
    """What the answers for one report quote, with its tags."""
    found: list[Mention] = []
    for variable in codebook.variables:
        answer = answers.get(variable.name)
        if answer is None or not answer.status.has_value:
            continue
        if isinstance(variable, GroupVariable):
            for item in answer.value:
                found += _of_item(variable, {name: part.value for name, part in item.items()})
        elif isinstance(variable, SpansVariable):
            tag = _code(variable, _TAG)
            found += [
                Mention(one["text"], str(one["type"] or tag))
                for one in answer.value
                if one.get("type") is not None or (tag and not variable.options)
            ]
        elif isinstance(variable, TextVariable):
            found += _of_text(variable, answer.value, None, None)
    return found


def _of_item(group: GroupVariable, item: Mapping[str, Any]) -> Iterator[Mention]:
    number = next((item.get(one.name) for one in group.variables if _code(one, _NUMBER)), None)
    kind = next((item.get(one.name) for one in group.variables if _code(one, _TYPE)), None)
    for part in group.variables:
        value = item.get(part.name)
        if isinstance(part, TextVariable) and value is not None and not _code(part, _NUMBER):
            yield from _of_text(part, value, None if number is None else str(number), kind)


def _of_text(variable: TextVariable, value: str, number: str | None, kind: Any) -> Iterator[Mention]:
    first = _code(variable, _FIRST)
    tag = first or _code(variable, _TAG) or (None if kind is None else str(kind))
    if tag is None:
        return
    if first or kind is not None:
        yield Mention(value, tag, every=not first, number=number)
        return
    for piece in value.split(_BETWEEN):
        yield Mention(piece.strip(), tag, number=number)


def first_index(codebook: Codebook) -> int:
    """The index that the task's tags give to the part with number I or 1."""
    codes = (_code(one, _NUMBER) for _, one in codebook.walk())
    return 1 if "from 1" in codes else 0


def entities(tags: Sequence[Any], first: int = 0) -> list[Entity]:
    """The entities of a labelled case, in order. ``tags``: one per token, or a list of them; ``first``: the
    index of the part with number 1."""
    from ..evaluation.measures.bio import chunks  # brings numpy, which predicting can do without

    if not tags or isinstance(tags[0], str):
        return [Entity(one.type, Stretch(one.start, one.end)) for one in chunks(list(tags))]
    kinds = sorted({tag[2:] for several in tags for tag in several if tag != OUTSIDE})
    owners: dict[tuple[Stretch, str], list[int]] = {}
    for kind in kinds:
        layer = [next((tag for tag in several if tag[2:] == kind), OUTSIDE) for several in tags]
        index, _, tag = kind.partition("-")
        for one in chunks(layer):
            owners.setdefault((Stretch(one.start, one.end), tag), []).append(int(index) + 1 - first)
    return sorted(
        (Entity(tag, stretch, tuple(sorted(found))) for (stretch, tag), found in owners.items()),
        key=lambda one: (one.stretch, one.tag),
    )


def cells(codebook: Codebook, tokens: Sequence[str], tags: Sequence[Any]) -> dict[str, Cell]:
    """A labelled case as a perfect model would answer it, each quote once: for worked examples."""
    document = Document(tokens)
    left = entities(tags, first_index(codebook))
    found: dict[str, Cell] = {}
    # What means one place is chosen first: the rest may be listed together.
    for variable in sorted(codebook.variables, key=lambda one: not _code(one, _FIRST)):
        value: Any = None
        if isinstance(variable, GroupVariable):
            value = _items(variable, document, left)
        elif isinstance(variable, SpansVariable):
            value = _spans(variable, document, left)
        elif first := _code(variable, _FIRST):
            one = next((entity for entity in left if entity.tag == first), None)
            if one is not None:
                left.remove(one)
                value = _quote(document, one.stretch)
        elif tag := _code(variable, _TAG):
            words = [_quote(document, entity.stretch) for entity in left if entity.tag == tag]
            value = f"{_BETWEEN} ".join(dict.fromkeys(words)) or None
        if value:
            found[variable.name] = Cell(value, None)
    return found


def _spans(variable: SpansVariable, document: Document, left: Sequence[Entity]) -> list[dict[str, Any]]:
    tag = _code(variable, _TAG)
    types = {str(value): value for value in variable.values}
    listed: list[dict[str, Any]] = [
        {"text": document.words(one.stretch)} | ({"type": types[one.tag]} if types else {})
        for one in left
        if one.tag in types or (not types and one.tag == tag)
    ]
    return [one for place, one in enumerate(listed) if one not in listed[:place]]


def _items(group: GroupVariable, document: Document, left: Sequence[Entity]) -> list[dict[str, Any]]:
    """An item per number, with one quote for each sub-variable; more items where it has more."""
    parts = sections(document)
    items: list[dict[str, Any]] = []
    for one in left:
        holder = _holder(group, one.tag)
        if holder is None:
            continue
        said: dict[str, Any] = {}
        for part in group.variables:
            if _code(part, _NUMBER):
                said[part.name] = _heading(one, parts)
            elif _code(part, _TYPE):
                said[part.name] = one.tag
        quote = _quote(document, one.stretch)
        # Room in an item of the same number and type: the sub-variable is not used yet.
        same = next(
            (item for item in items if said.items() <= item.items() and item.get(holder) in (None, quote)),
            None,
        )
        if same is None:
            same = dict.fromkeys((part.name for part in group.variables), None) | said
            items.append(same)
        same[holder] = quote
    return items


def _holder(group: GroupVariable, tag: str) -> str | None:
    """The name of the sub-variable that quotes with this tag go into."""
    typed = any(_code(one, _TYPE) for one in group.variables)
    for part in group.variables:
        if isinstance(part, TextVariable) and not _code(part, _NUMBER):
            own = _code(part, _TAG) or _code(part, _FIRST)
            if own == tag or (own is None and typed):
                return part.name
    return None


def _heading(one: Entity, parts: Sequence[Any]) -> str:
    for part in parts:
        if part.numbers == one.numbers and part.tokens.start <= one.stretch.start < part.tokens.end:
            return str(part.heading)
    return "+".join(roman(number) for number in one.numbers)


def _quote(document: Document, stretch: Stretch) -> str:
    if stretch.end - stretch.start <= _LONG:
        return document.words(stretch)
    head = document.words(Stretch(stretch.start, stretch.start + _ENDS))
    if stretch.end == len(document.tokens):
        return f"{head} ..."
    return f"{head} ... {document.words(Stretch(stretch.end - _ENDS, stretch.end))}"


def _code(variable: BaseVariable, system: str) -> str | None:
    return next((one.code for one in variable.codes if one.system == system), None)
