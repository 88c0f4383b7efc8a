"""Which column plays which part: named by the user, or proposed from the column's name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from ..errors import ReadingError

Role = Literal["text", "id", "patient", "date", "language"]
ROLES: tuple[Role, ...] = get_args(Role)

#: Names a column is recognised by, most telling first; compared without case, spaces and punctuation.
NAMES: Mapping[Role, tuple[str, ...]] = {
    "text": (
        *(
            "reporttext",
            "verslagtekst",
            "rapporttekst",
            "befundtext",
            "berichtstext",
            "notetext",
            "documenttext",
        ),
        *(
            "text",
            "tekst",
            "report",
            "verslag",
            "rapport",
            "befund",
            "bericht",
            "freetext",
            "vrijetekst",
            "freitext",
        ),
        *("verslaginhoud", "narrative", "note", "body", "content", "inhoud", "inhalt"),
        *("findings", "bevindingen", "conclusie", "conclusion", "impression", "beurteilung"),
    ),
    "id": (
        *("reportid", "reportnumber", "reportnr", "verslagid", "verslagnummer", "verslagnr"),
        *("rapportid", "rapportnummer", "rapportnr", "befundid", "befundnummer", "befundnr", "berichtid"),
        *(
            "accessionnumber",
            "accessionnr",
            "accessionid",
            "accession",
            "documentid",
            "docid",
            "noteid",
            "textid",
        ),
        *("onderzoeksnummer", "onderzoeknummer", "onderzoekid", "untersuchungsnummer", "id", "uid"),
    ),
    "patient": (
        *("patientid", "patientnumber", "patientnummer", "patientnr", "patientennummer", "patientenid"),
        *("patid", "patnr", "pid", "mrn", "patient", "subjectid", "subject", "personid", "participantid"),
    ),
    "date": (
        *("reportdate", "verslagdatum", "rapportdatum", "befunddatum", "berichtsdatum"),
        *("studydate", "examdate", "scandate", "notedate", "onderzoeksdatum", "onderzoekdatum"),
        *("untersuchungsdatum", "date", "datum", "datetime", "datumtijd"),
    ),
    "language": ("language", "lang", "taal", "sprache"),
}

#: At most 40 characters, none of them a quote, a line end or the end of a sentence; one a letter.
_NAME = re.compile(r"(?=.*[^\W\d_])(?!.*[.,;:!?] )[^\"\r\n]{1,40}")

#: What a user writes to leave a role without a column, even where a name would fit.
NOBODY = ("", "none")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns as the user names them. ``None``: proposed by name. ``"none"``: no column for it."""

    text: str | None = None
    id: str | None = None
    patient: str | None = None
    date: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedColumns:
    """The columns as they will be read: the name in the file, or ``None``.

    Without an ``id`` column, reports are numbered from 1. ``carried`` columns have no role; they go
    through to the output under their own name. ``proposed`` are the roles the user did not name.
    """

    text: str | None
    id: str | None = None
    patient: str | None = None
    date: str | None = None
    language: str | None = None
    carried: tuple[str, ...] = ()
    proposed: frozenset[str] = field(default=frozenset())

    @property
    def identity(self) -> dict[str, str]:
        """Role -> column name of what tells reports apart in an output table (not the text).

        Numbered reports get a column ``id``, or ``row_number`` where the file has an ``id`` of its own.
        """
        number = "row_number" if "id" in self.carried else "id"
        names = {
            "id": self.id or number,
            "patient": self.patient,
            "date": self.date,
            "language": self.language,
        }
        return {role: name for role, name in names.items() if name is not None}


def resolve(
    wanted: Columns,
    names: Sequence[str],
    *,
    path: Path | None = None,
    not_text: Mapping[str, str] | None = None,
) -> ResolvedColumns:
    """The part every column plays.

    ``names`` are the columns of the file; ``not_text`` those that cannot hold a report's text, with
    what they hold instead. Raises ``ReadingError`` for a column that is not there, a text column that
    does not hold text, and where no text column can be told.
    """
    not_text = not_text or {}
    found: dict[Role, str | None] = {}
    for role in ROLES:
        name = getattr(wanted, role)
        if name is not None:
            found[role] = _named(role, name, names, path)
    taken = {name for name in found.values() if name is not None}
    proposed = frozenset(role for role in ROLES if role not in found)
    for role in ROLES:
        if role in proposed:
            free = [name for name in names if name not in taken]
            if role == "text":
                free = [name for name in free if name not in not_text]
            found[role] = _proposed(role, free)
            name = found[role]
            if name is not None:
                taken.add(name)
    text = found["text"]
    if text is None and "text" in proposed:
        text = _only_column(names, not_text)
    if text is None:
        raise _no_text(names, not_text, path)
    if text in not_text:
        raise ReadingError(
            f"The text column {text!r} holds {not_text[text]}, not text.",
            path=path,
            hint=f"Name the column with the reports with --text. {columns_sentence(names)}",
        )
    clash = next((role for role in ROLES if role != "text" and found[role] == text), None)
    if clash is not None:
        raise ReadingError(f"The text column {text!r} is also named as the {clash} column.", path=path)
    return ResolvedColumns(
        text=text,
        id=found["id"],
        patient=found["patient"],
        date=found["date"],
        language=found["language"],
        carried=tuple(name for name in names if name not in taken and name != text),
        proposed=proposed,
    )


def propose(role: Role, names: Iterable[str]) -> str | None:
    """The column whose name fits ``role`` best, or ``None``."""
    return _proposed(role, list(names))


def columns_sentence(names: Sequence[str]) -> str:
    """The columns in words, for a message; not repeated where they look like data, not names."""
    if not names:
        return "There are no columns."
    if not look_like_names(names):
        return (
            f"There are {len(names)} columns, and the first row does not look like column names: "
            "the first row of the file must name them."
        )
    shown = ", ".join(repr(name) for name in names[:30])
    more = f" and {len(names) - 30} more" if len(names) > 30 else ""
    return f"The columns are {shown}{more}."


def look_like_names(names: Sequence[str]) -> bool:
    """Whether these can be column names: a few words each.

    In a file without a header the first row is a report, which no message may quote; so one cell that is
    a number or a sentence is enough to repeat none of them.
    """
    return all(_looks_like_name(name) for name in names if name.strip())


def _looks_like_name(name: str) -> bool:
    # Prose that was split at its commas gives cells that begin with a space.
    words = 4 if name == name.strip() else 2
    return _NAME.fullmatch(name) is not None and len(name.split()) <= words


def nearest(name: str, names: Iterable[str]) -> str:
    """``" Did you mean 'x'?"``, or nothing."""
    by_key = {_key(other): other for other in names}
    close = difflib.get_close_matches(_key(name), by_key, n=1, cutoff=0.6)
    return f" Did you mean {by_key[close[0]]!r}?" if close else ""


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _named(role: str, name: str, names: Sequence[str], path: Path | None) -> str | None:
    if name in names and name:
        return name
    if name.lower() in NOBODY and role != "text":
        return None
    alike = [other for other in names if _key(other) == _key(name)]
    if len(alike) == 1:
        return alike[0]
    guess = nearest(name, names) if look_like_names(names) else ""
    raise ReadingError(
        f"There is no column {name!r} for the {role}.{guess}", path=path, hint=columns_sentence(names)
    )


def _proposed(role: Role, names: Sequence[str]) -> str | None:
    keys: dict[str, str] = {}
    for name in names:
        keys.setdefault(_key(name), name)
    return next((keys[known] for known in NAMES[role] if known in keys), None)


def _only_column(names: Sequence[str], not_text: Mapping[str, str]) -> str | None:
    """The one column of a file that has no other, whatever it is called."""
    return names[0] if len(names) == 1 and names[0] not in not_text and look_like_names(names) else None


def _no_text(names: Sequence[str], not_text: Mapping[str, str], path: Path | None) -> ReadingError:
    hint = f"Name the column with the reports with --text. {columns_sentence(names)}"
    if names and all(name in not_text for name in names):
        return ReadingError("No column holds text.", path=path, hint=columns_sentence(names))
    return ReadingError("No column is recognisable as the text of the reports.", path=path, hint=hint)
