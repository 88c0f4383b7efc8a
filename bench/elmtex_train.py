"""Clinical summaries to train on, put together from hand-written blocks: the same seed, the same text.

A block is a sentence of ``elmtex/blocks/LANGUAGE.txt`` with its mentions marked. ``{a|b}`` is one of
several, ``{12..48}`` a number between two, ``<he~she>`` goes by the gender, and ``| f`` behind a line keeps
it for women.
``elmtex_data.py`` writes what comes out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from elmtex_data import TEXTS, Summary, parse, problems

#: Summaries of each specialty.
EACH = 5
#: How likely each part is to be there, and how many of its lines at most.
_PARTS = {
    "opening": (0.9, 1),
    "history": (0.55, 2),
    "comorbidities": (0.5, 1),
    "life_style": (0.5, 1),
    "family_history": (0.45, 1),
    "social_history": (0.5, 1),
    "exam": (0.85, 2),
    "labs": (0.75, 2),
    "tests": (0.85, 2),
    "path": (0.8, 2),
    "diagnosis": (0.9, 1),
    "drugs": (0.85, 2),
    "interventions": (0.65, 2),
    "outcome": (0.75, 1),
}
_BACKGROUND = ("history", "comorbidities", "life_style", "family_history", "social_history")
_STYLES = ("prose", "headings", "telegram", "letter")
#: What the parts are called over a line of their own, in the order of ``_PARTS``.
_HEADINGS = {
    "en": "Presentation, Past history, Other conditions, Habits, Family, Social, On examination, "
    "Blood tests, Investigations, Microscopy, Assessment, Drugs, Procedures, Course",
    "nl": "Anamnese, Eerder, Overige ziekten, Gewoonten, Familie, Sociaal, Onderzoek, Bloed, "
    "Aanvullend onderzoek, Microscopie, Beoordeling, Medicijnen, Ingreep, Beloop",
    "de": "Aufnahmegrund, Früher, Begleitend, Gewohnheiten, Familie, Soziales, Status, Blutwerte, "
    "Diagnostik, Mikroskopie, Einschätzung, Arzneimittel, Eingriff, Ausgang",
}
_LETTER = {
    "en": ("Dear doctor,", "Yours sincerely"),
    "nl": ("Beste collega,", "Met vriendelijke groet"),
    "de": ("Sehr geehrte Damen und Herren,", "Mit freundlichen Grüßen"),
}
_NUMBERS = re.compile(r"(\d+(?:\.\d)?)\.\.(\d+(?:\.\d)?)")
_CHOICE = re.compile(r"\{([^{}]+)\}")
_BY_GENDER = re.compile(r"<([^<>~]*)~([^<>~]*)>")
#: The end of a sentence, not of an abbreviation or an ordinal number.
_STOP = re.compile(r"(?<=[\]a-zäöüß])(?<!hr)(?<!evr)\. (?=[\[A-ZÄÖÜ])")
_LONG_WORD = re.compile(r"[^\W\d_]{7,}")

Blocks = dict[str, list[str]]


class Book(NamedTuple):
    """The blocks of one language: those for anybody, and those of each specialty."""

    general: Blocks
    specialties: dict[str, Blocks]


def blocks(language: str) -> Book:
    """The blocks of a language as they are written down."""
    found: dict[str, Blocks] = {}
    lines: list[str] = []
    for line in (TEXTS / "blocks" / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            parts = found.setdefault(line[3:].strip(), {})
        elif line.startswith("# "):
            lines = parts.setdefault(line[2:].strip(), [])
        elif line.strip():
            lines.append(line.strip())
    return Book(found.pop("general"), found)


def generated(seed: int = 0, each: int = EACH) -> Iterator[Summary]:
    """``each`` summaries of every specialty in every language."""
    number = 0
    for language in ("en", "nl", "de"):
        book = blocks(language)
        for specialty in book.specialties:
            for place in range(each):
                number += 1
                draw = random.Random(f"{seed}/{language}/{specialty}/{place}")
                yield _sound(draw, book, number, language, specialty)


def _sound(draw: random.Random, book: Book, number: int, language: str, specialty: str) -> Summary:
    """The first that comes out without a fault, such as words of a mention that stand before it too."""
    for _ in range(100):
        style = draw.choice(_STYLES)
        marked = _written(draw, book, language, specialty, style)
        text, mentions = parse(marked)
        made = Summary(f"ET-{number:03}", f"P-{6000 + number}", language, specialty, style, text, mentions)
        if not list(problems(made)):
            return made
    raise ValueError(f"no summary of {specialty} comes out right")


def _written(draw: random.Random, book: Book, language: str, specialty: str, style: str) -> str:
    own = {**book.general, **book.specialties[specialty]}
    opening = own["opening"]
    gender = "f" if all(line.endswith("| f") for line in opening) else draw.choice("mf")
    wordy = draw.random() < 0.5
    background = [*_BACKGROUND]
    draw.shuffle(background)
    order = ["opening", *background, *(name for name in _PARTS if name not in (*_BACKGROUND, "opening"))]
    parts: dict[str, str] = {}
    for name in order:
        likely, most = _PARTS[name]
        lines = [line for line in own.get(name, []) if not re.search(rf"\| [^{gender}]$", line)]
        if lines and draw.random() < ((1 + likely) / 2 if wordy else likely):
            chosen = draw.sample(lines, draw.randint(1, min(most, len(lines))))
            parts[name] = " ".join(_filled(draw, line, gender, language) for line in chosen)
    for line in draw.sample(own["noise"], draw.randint(0, 5 if wordy else 2)):
        name = draw.choice([*parts])
        parts[name] += " " + _filled(draw, line, gender, language)
    return _laid_out(draw, parts, language, style)


def _filled(draw: random.Random, line: str, gender: str, language: str) -> str:
    line = re.sub(r" \| [fm]$", "", line)
    line = _BY_GENDER.sub(lambda match: match[1] if gender == "m" else match[2], line)
    return _CHOICE.sub(lambda match: _one_of(draw, match[1], language), line)


def _one_of(draw: random.Random, choice: str, language: str) -> str:
    between = _NUMBERS.fullmatch(choice)
    if between is None:
        return draw.choice(choice.split("|"))
    if "." not in between[1]:
        return str(draw.randint(int(between[1]), int(between[2])))
    number = f"{draw.uniform(float(between[1]), float(between[2])):.1f}"
    return number if language == "en" else number.replace(".", ",")


def _laid_out(draw: random.Random, parts: dict[str, str], language: str, style: str) -> str:
    if style == "headings":
        capital = draw.random() < 0.5
        names = dict(zip(_PARTS, _HEADINGS[language].split(", "), strict=True))
        text = "\n".join(
            f"{names[name].upper() if capital else names[name]}: {said}" for name, said in parts.items()
        )
    else:
        late = ("exam", "labs", "diagnosis", "drugs", "outcome")
        breaks = {"\n\n" + said: said for name, said in parts.items() if name in late and draw.random() < 0.3}
        text = " ".join(
            next((new for new, old in breaks.items() if old is said), said) for said in parts.values()
        )
        text = text.replace(" \n\n", "\n\n")
    if style == "letter":
        first, last = _LETTER[language]
        text = f"{first}\n\n{text}\n\n{last}"
    if style == "telegram":
        text = _STOP.sub(" / " if draw.random() < 0.5 else "; ", text).replace("\n\n", "\n")
        text = text.lower() if draw.random() < 0.5 else text
    return _mistyped(draw, text) if draw.random() < 0.25 else text


def _mistyped(draw: random.Random, marked: str) -> str:
    """Two letters of some long words change places. Marks have no long words."""

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        if draw.random() > 0.12:
            return word
        place = draw.randint(1, len(word) - 3)
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return _LONG_WORD.sub(slip, marked)
