"""Which column of a gold file is what."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..codebook.codebook import Codebook
from ..reading.columns import ROLES, columns_sentence, look_like_names, propose
from .gold_problems import Problems
from .gold_values import BESIDE

#: The columns of the long form, as ``export --long`` writes it.
LONG = (
    "variable",
    "item",
    "part",
    "type",
    "value",
    "unit",
    "status",
    "quote",
    "start",
    "end",
    "grade",
    "confidence",
    "votes",
    "notes",
)
#: How alike a name and a variable's must be for the one to be the other misspelt.
_ALIKE = 0.8
_NAMED = 5


@dataclass(frozen=True, slots=True)
class GoldColumns:
    """The id column, the variables of the wide form that have a column, and what is to be said of the
    rest."""

    id: str
    variables: tuple[str, ...]
    notes: tuple[str, ...]


def is_long(columns: Collection[str], codebook: Codebook) -> bool:
    """Whether this is the long form: columns ``variable`` and ``value`` that are not variables."""
    return all(name in columns and name not in codebook for name in ("variable", "value"))


def id_column(columns: Sequence[str], wanted: str | None, taken: Collection[str]) -> str | None:
    """The column of report ids: the wanted one, else the one whose name fits best."""
    free = [name for name in columns if name not in taken]
    return wanted if wanted in free else propose("id", free)


def wide_columns(
    columns: Sequence[str], codebook: Codebook, wanted_id: str | None, problems: Problems
) -> GoldColumns:
    """The columns of the wide form. Raises ``ReadingError`` where there is no id column or no variable;
    a misspelt variable is added to the problems."""
    beside = {f"{name}__{word}" for name in codebook.names for word in BESIDE}
    own = tuple(name for name in codebook.names if name in columns)
    found_id = id_column(columns, wanted_id, {*codebook.names, *beside})
    rest = [name for name in columns if name not in codebook and name not in beside and name != found_id]
    misspelt = {
        name: meant for name in rest if (meant := misspelt_of(name.removesuffix("__status"), codebook, own))
    }
    for name, meant in misspelt.items():
        problems.add(
            f"The column {name!r} is no variable of the codebook. Did you mean {meant!r}?",
            hint="Rename the column. Columns that resemble no variable are passed over.",
        )
    if found_id is None:
        problems.add(
            "No column is recognisable as the ids of the reports.",
            hint=f"Name it 'id', or as the file of reports names it. {columns_sentence(columns)}",
        )
    if not own and not misspelt:
        problems.add(
            f"No column is a variable of the codebook '{codebook.name}'.",
            hint=f"Its variables are {_some(codebook.names)}. Name a column after each, as "
            "'epicrisis export' does.",
        )
    if found_id is None or not own:
        problems.check()
    carried = [name for name in rest if name not in misspelt]
    return GoldColumns(found_id or "", own, notes_of(carried, own, codebook))


def notes_of(
    carried: Sequence[str], own: Sequence[str], codebook: Codebook, noun: str = "column"
) -> tuple[str, ...]:
    """What was passed over (``noun``s), and what is missing."""
    notes = []
    if carried:
        named = f": {_some(carried)}" if look_like_names(carried) else ""
        notes.append(f"{_count(len(carried), noun)} passed over{named}.")
    missing = [name for name in codebook.names if name not in own]
    if missing:
        notes.append(f"{_count(len(missing), 'variable')} without gold: {_some(missing)}.")
    return tuple(notes)


def misspelt_of(name: str, codebook: Codebook, own: Collection[str]) -> str | None:
    """The variable that ``name`` misspells, if it does; never one that has a column already."""
    if any(propose(role, [name]) for role in ROLES):
        return None  # a date or a patient, as most tables have them
    free = {_plain(one): one for one in codebook.names if one not in own}
    close = difflib.get_close_matches(_plain(name), free, n=1, cutoff=_ALIKE)
    return free[close[0]] if close else one_slip_of(name, free.values())


def one_slip_of(name: str, variables: Iterable[str]) -> str | None:
    """The variable from which one letter is wrong, missing, too many, or swapped with its neighbour; digits
    tell variables apart."""
    from rapidfuzz.distance import OSA

    for variable in variables:
        one, other = _plain(name), _plain(variable)
        same_digits = re.sub(r"[^0-9]", "", one) == re.sub(r"[^0-9]", "", other)
        if len(other) > 3 and same_digits and OSA.distance(one, other, score_cutoff=1) <= 1:
            return variable
    return None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return f"{', '.join(map(repr, listed[:_NAMED]))}{more}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
