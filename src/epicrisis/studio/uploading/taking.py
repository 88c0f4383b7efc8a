"""Uploaded files become sets of reports, or gold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from ...reading.folder import DOCUMENTS
from ...reading.formats import ENDINGS
from ..golds import ENDINGS as GOLD_ENDINGS
from ..shelves import Existing, Shelved, exists, used
from ..studio import Studio
from ..web.refusals import Refused
from . import archive
from .checks import check, check_text
from .multipart import Received
from .names import free_name, safe_name, stem_of

#: How much larger than an upload its content may be.
UNPACKED = 5
_READABLE = "CSV, TSV, JSON, JSON lines, Excel (.xlsx), Parquet"
_CONVERT = {
    ".pdf": "Convert it to text first: one .txt file for each report.",
    ".docx": "Save it as plain text (.txt) first, one file for each report.",
    ".doc": "Save it as plain text (.txt) first, one file for each report.",
    ".xls": "Open it in Excel and save it as .xlsx.",
    ".zip": "This is not a zip file, or it is damaged: make it anew.",
}


class Taken(BaseModel):
    """What is on the shelf now, and what a person should know of how it came there."""

    name: str
    notes: list[str] = []


class Uploaded(BaseModel):
    """What an upload became: one or several sets of reports, or gold files."""

    taken: list[Taken]


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    name: str
    notes: tuple[str, ...] = ()


def take(
    studio: Studio,
    shelved: Shelved,
    received: list[Received],
    folder: Path,
    *,
    existing: Existing,
    name: str | None,
    by: str,
    in_use: Callable[[str], bool],
) -> Uploaded:
    """Check what came, unpack zips, and put all of it on the shelf, or none.

    Several texts together become one set, called ``name``. ``folder`` is where to unpack. Raises Refused: 422
    for what cannot be read, 409 where something of that name exists and ``existing`` does not say what to do,
    or where it is to be replaced and is in use.
    """
    most = UNPACKED * studio.settings.upload
    candidates = _candidates(shelved, received, folder, most, name)
    for one in candidates:
        if not one.path.is_dir():
            check(one.path, shelved.shelf, unpacked=most)
    with studio.database.writing() as db:
        there = set(shelved.names())
        wanted: list[tuple[_Candidate, str]] = []
        for one in candidates:
            called = free_name(one.name, {name for _, name in wanted})
            wanted.append((one, free_name(called, there) if existing is Existing.KEEP_BOTH else called))
        known = [called for _, called in wanted if called in there]
        if known and existing is Existing.REFUSE:
            raise exists(known)
        for called in known:
            if in_use(called):
                raise used(called)
        for one, called in wanted:
            shelved.put(db, one.path, called, by=by, replace=called in known)
    shelved.sweep()
    return Uploaded(taken=[Taken(name=called, notes=list(one.notes)) for one, called in wanted])


def _candidates(
    shelved: Shelved, received: list[Received], folder: Path, most: int, name: str | None
) -> list[_Candidate]:
    texts = [one for one in received if one.path.suffix.lower() in DOCUMENTS]
    found: list[_Candidate] = []
    if shelved.shelf == "reports" and len(texts) > 1:
        found.append(_folder_of(texts, folder / "texts", safe_name(name or "texts")))
        received = [one for one in received if one not in texts]
    for number, one in enumerate(received):
        if archive.is_zip(one.path) and one.path.suffix.lower() == ".zip":
            found += _unpacked(shelved, one, folder / f"zip{number}", most)
        elif one.path.suffix.lower() in _endings(shelved):
            found.append(_Candidate(one.path, one.name))
        else:
            raise _unreadable(one)
    return found


def _endings(shelved: Shelved) -> tuple[str, ...]:
    return GOLD_ENDINGS if shelved.shelf == "gold" else (*ENDINGS, *DOCUMENTS, ".gz")


def _folder_of(texts: list[Received], place: Path, name: str) -> _Candidate:
    place.mkdir()
    names: set[str] = set()
    for one in texts:
        called = free_name(one.name, names)
        names.add(called)
        check_text(one.path)
        one.path.rename(place / called)
    return _Candidate(place, name, (f"{len(texts)} texts became one set of reports.",))


def _unpacked(shelved: Shelved, zipped: Received, place: Path, most: int) -> list[_Candidate]:
    inside = archive.contents(zipped.path, unpacked=most)
    wanted = inside.tables or ([] if shelved.shelf == "gold" else inside.texts)
    left_out = [*inside.others, *(inside.texts if wanted is not inside.texts else [])]
    if not wanted:
        endings = Counter(one.ending or "(no ending)" for one in left_out)
        listed = ", ".join(f"{count} {ending}" for ending, count in endings.most_common(6)) or "nothing"
        raise Refused(
            422, "zip-without", f"The zip holds no file that can be read, but {listed}.", f"{_hint(shelved)}"
        )
    notes = _left_out(left_out)
    archive.free_space(shelved.project.folder, sum(one.info.file_size for one in wanted))
    if wanted is inside.texts:
        name = safe_name(stem_of(zipped.name))
        paths = archive.without_common_folder(wanted)
        if len(paths) == 1:
            paths = [(paths[0][0], paths[0][1][-1:])]
        places = [(member, place.joinpath(*parts)) for member, parts in paths]
        archive.unpack(zipped.path, places, unpacked=most)
        for _, text in places:
            check_text(text)
        return [_Candidate(place, name, notes)]
    found: list[_Candidate] = []
    for number, member in enumerate(wanted):
        name = safe_name(member.parts[-1])
        found.append(_Candidate(place / str(number) / name, name, notes if number == 0 else ()))
    places = [(member, one.path) for member, one in zip(wanted, found, strict=True)]
    archive.unpack(zipped.path, places, unpacked=most)
    return found


def _left_out(members: list[archive.Member]) -> tuple[str, ...]:
    if not members:
        return ()
    endings = Counter(one.ending or "(no ending)" for one in members)
    listed = ", ".join(f"{count} {ending}" for ending, count in endings.most_common(6))
    return (f"Left out of the zip: {listed}.",)


def _unreadable(one: Received) -> Refused:
    ending = one.path.suffix.lower()
    words = _CONVERT.get(ending)
    what = f"A file that ends in {ending}" if ending else "A file whose name has no ending"
    refused = Refused(
        422, "format", f"{what} cannot be read.", words or f"Files that can: {_READABLE}, text (.txt), zip."
    )
    refused.refusal.where = one.name
    return refused


def _hint(shelved: Shelved) -> str:
    texts = "" if shelved.shelf == "gold" else ", or .txt files, one for each report"
    return f"Put a table in it ({_READABLE}){texts}."
