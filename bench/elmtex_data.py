"""Annotated summaries into reports and gold: the shipped ones, and those to train on.

    python bench/elmtex_data.py

Writes ``reports.csv`` and ``gold.csv`` of ``src/epicrisis/library/elmtex`` from ``bench/elmtex/shipped``, and
of ``bench/elmtex/train`` from the building blocks beside it (see ``elmtex_train.py``). A mention is marked
where it stands, ``[sx|barking cough]``; offsets are counted, never typed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from epicrisis.extraction.grounding import Grounds

HERE = Path(__file__).parent
TEXTS = HERE / "elmtex"
LIBRARY = HERE.parent / "src" / "epicrisis" / "library" / "elmtex"
#: Marks of lists, in the order of the codebook.
LISTS = {
    "ls": "life_style",
    "fh": "family_history",
    "sh": "social_history",
    "hx": "medical_surgical_history",
    "co": "comorbidities",
    "sx": "signs_symptoms",
    "dx": "diagnostic_techniques_procedures",
    "lab": "laboratory_values",
    "path": "pathology",
    "dg": "diagnosis",
    "rx": "pharmacological_therapy",
    "iv": "interventional_therapy",
    "out": "patient_outcome_assessment",
}
CATEGORIES = ("age", "gender", *LISTS.values())
_GENDERS = {"f": "female", "m": "male"}
_UNITS = {"": "year", "m": "month", "w": "week", "d": "day"}
#: ``age?`` hedges, ``age=14m`` gives the number where the words do not, or its unit.
_MARK = re.compile(
    rf"\[(?P<code>age|f|m|{'|'.join(LISTS)})(?P<hedge>\?)?(?:=(?P<value>\d*[mwd]?))?\|(?P<text>[^\[\]]+)\]"
)
_HEAD = re.compile(r"^=== (?P<head>.+)$", re.M)


class Mention(NamedTuple):
    """What is marked: ``value`` and ``unit`` of an age, the option of a gender, else the words."""

    category: str
    start: int
    end: int
    value: str
    unit: str = ""
    hedged: bool = False


class Summary(NamedTuple):
    """A clinical summary with its gold."""

    id: str
    patient: str
    language: str
    specialty: str
    style: str
    text: str
    mentions: tuple[Mention, ...]


def parse(marked: str) -> tuple[str, tuple[Mention, ...]]:
    """The text without its marks, and what they mark. Raises ``ValueError`` for a mark that is none."""
    parts: list[str] = []
    found: list[Mention] = []
    length = end = 0
    for match in _MARK.finditer(marked):
        before = marked[end : match.start()]
        parts += [before, match["text"]]
        start = length + len(before)
        length = start + len(match["text"])
        end = match.end()
        found.append(_mention(match, start, length))
    text = "".join([*parts, marked[end:]])
    stray = re.search(r"[\[\]|]", text)
    if stray:
        raise ValueError(f"a mark is broken near {text[max(0, stray.start() - 30) : stray.end() + 10]!r}")
    return text, tuple(found)


def _mention(match: re.Match[str], start: int, end: int) -> Mention:
    code, words = match["code"], match["text"]
    hedged = match["hedge"] is not None
    if code == "age":
        given = re.fullmatch(r"(\d*)([mwd]?)", match["value"] or "")
        number = re.search(r"\d+", words)
        assert given is not None
        if not given[1] and number is None:
            raise ValueError(f"the age {words!r} has no number")
        return Mention("age", start, end, given[1] or number[0], _UNITS[given[2]], hedged)  # type: ignore[index]
    if code in _GENDERS:
        return Mention("gender", start, end, _GENDERS[code], hedged=hedged)
    return Mention(LISTS[code], start, end, words, hedged=hedged)


def shipped() -> Iterator[Summary]:
    """The hand-written summaries that ship, in the order of their ids."""
    for language in ("en", "nl", "de"):
        pieces = _HEAD.split((TEXTS / "shipped" / f"{language}.txt").read_text(encoding="utf-8"))
        for head, body in zip(pieces[1::2], pieces[2::2], strict=True):
            name, patient, specialty, style = (part.strip() for part in head.split("|"))
            yield Summary(name, patient, language, specialty, style, *parse(body.strip()))


def problems(summary: Summary) -> Iterator[str]:
    """What is wrong with the gold of a summary: offsets, overlaps, repeats, words that stand earlier too."""
    grounds = Grounds(summary.text)
    last = -1
    seen: set[tuple[str, str]] = set()
    for one in summary.mentions:
        words = summary.text[one.start : one.end]
        if one.category in LISTS.values() and words != one.value:
            yield f"{summary.id}: {one.value!r} is not at {one.start}"
        if one.start < last:
            yield f"{summary.id}: {words!r} overlaps the mention before it"
        if not words.strip() or words != words.strip() or len(words) > 120:
            yield f"{summary.id}: {words!r} is empty, too long, or has white space around it"
        if one.category in ("age", "gender") and (one.category, "") in seen:
            yield f"{summary.id}: a second {one.category}"
        if one.category not in ("age", "gender"):
            if (one.category, words.casefold()) in seen:
                yield f"{summary.id}: {words!r} twice in {one.category}"
            if grounds.occurrences(words)[0] != (one.start, one.end):
                yield f"{summary.id}: {words!r} stands in the text before {one.start}"
        seen.add((one.category, "" if one.category in ("age", "gender") else words.casefold()))
        last = one.end


def write(summaries: Sequence[Summary], folder: Path) -> None:
    """``reports.csv`` and ``gold.csv`` (the long form, silence in so many words) in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "reports.csv",
        ("id", "patient", "language", "specialty", "style", "text"),
        ((one.id, one.patient, one.language, one.specialty, one.style, one.text) for one in summaries),
    )
    _write(
        folder / "gold.csv",
        ("id", "variable", "item", "value", "unit", "status", "quote", "start", "end"),
        (row for one in summaries for row in _gold(one)),
    )


def _gold(summary: Summary) -> Iterator[tuple[str | int, ...]]:
    for category in CATEGORIES:
        own = [one for one in summary.mentions if one.category == category]
        if not own:
            yield summary.id, category, "", "", "", "not_mentioned", "", "", ""
        for number, one in enumerate(own, 1):
            status = "uncertain" if one.hedged else "stated"
            quote = summary.text[one.start : one.end]
            if category in ("age", "gender"):
                yield summary.id, category, "", one.value, one.unit, status, quote, "", ""
            else:
                yield summary.id, category, number, one.value, "", status, quote, one.start, one.end


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    from elmtex_train import generated

    for name, summaries, folder in (
        ("shipped", list(shipped()), LIBRARY),
        ("to train on", list(generated()), TEXTS / "train"),
    ):
        wrong = [problem for one in summaries for problem in problems(one)]
        if wrong:
            raise SystemExit("\n".join(wrong))
        write(summaries, folder)
        mentions = sum(len(one.mentions) for one in summaries)
        print(f"{len(summaries)} summaries {name}, {mentions} mentions: {folder}")


if __name__ == "__main__":
    main()
