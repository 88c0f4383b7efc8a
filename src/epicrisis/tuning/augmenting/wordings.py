"""What a codebook's variables and options are called, by language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import BaseVariable, ClosedVariable, Option, TextVariable

#: A variable's name, that of a part of it (of a group), and the value of an option as text.
Owner = tuple[str, str | None, str | None]
#: Words as they stand in a sentence: no question, no unit in brackets, five words at most.
_WORDS = re.compile(r"[^\W_]+(?:[ '’-][^\W_]+){0,4}")
#: Shorter ones are in everything, unless they are an abbreviation.
_SHORTEST = 4


class _Wording(NamedTuple):
    words: str
    language: str
    owner: Owner
    label: bool


class Wordings:
    """The labels and synonyms of a codebook. Words are known by their key: without case."""

    def __init__(self, codebook: Codebook) -> None:
        self._all = list(dict.fromkeys(_wordings(codebook)))
        self._by_key: dict[str, list[_Wording]] = defaultdict(list)
        for one in self._all:
            self._by_key[self.key(one.words)].append(one)
        longest = sorted({one.words for one in self._all}, key=lambda words: (-len(words), words))
        either = "|".join(re.escape(words).replace(r"\ ", r"\s") for words in longest)
        self.pattern = re.compile(rf"(?<![\w-])(?:{either or '(?!)'})(?![\w-])", re.I)

    @staticmethod
    def key(words: str) -> str:
        return " ".join(words.casefold().split())

    def owners(self, key: str) -> frozenset[Owner]:
        """What the words mean: every variable and option that has them."""
        return frozenset(one.owner for one in self._by_key.get(key, ()))

    def spellings(self, key: str) -> frozenset[str]:
        return frozenset(one.words for one in self._by_key[key])

    def is_abbreviation(self, key: str) -> bool:
        return all(words.isupper() for words in self.spellings(key))

    def is_sure(self, key: str) -> bool:
        """Whether they mean the same wherever they stand: synonyms of variables, which are listed for being
        in reports."""
        if len(key) < _SHORTEST and not self.is_abbreviation(key):
            return False
        listed = {one.owner for one in self._by_key[key] if not one.label}
        return listed == self.owners(key) and all(option is None for *_, option in listed)

    def language(self, keys: Collection[str]) -> str | None:
        """The language that most of these words are of, counting those that are of one alone."""
        count: dict[str, int] = defaultdict(int)
        for key in sorted(keys):
            languages = self._languages(key)
            if len(languages) == 1:
                count[next(iter(languages))] += 1
        ranked = sorted(count.items(), key=lambda one: -one[1])
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]

    def others(self, key: str, language: str | None) -> tuple[str, ...]:
        """Other words with the very same meaning: in ``language`` if these words are of it, else in all
        languages that they are of. None that only adds words to these, or leaves some out."""
        languages = self._languages(key)
        wanted = {language} if language in languages else languages
        meaning = self.owners(key)
        found: dict[str, str] = {}
        for one in self._all:
            other = self.key(one.words)
            if other == key or self.owners(other) != meaning or not wanted <= self._languages(other):
                continue
            if not _within(key, other) and not _within(other, key):
                found.setdefault(other, _in_a_sentence(one))
        return tuple(found[other] for other in sorted(found))

    def _languages(self, key: str) -> frozenset[str]:
        return frozenset(one.language for one in self._by_key.get(key, ()))


def _wordings(codebook: Codebook) -> Iterator[_Wording]:
    for path, variable in codebook.walk():
        if isinstance(variable, TextVariable):
            continue  # named after parts of reports, whose headings are not for us to change
        name, part = path[0], path[1] if len(path) > 1 else None
        yield from _of(variable, (name, part, None), codebook.languages)
        if isinstance(variable, ClosedVariable):
            for option in variable.options:
                yield from _of(option, (name, part, str(option.value)), codebook.languages)


def _of(named: BaseVariable | Option, owner: Owner, languages: list[str]) -> Iterator[_Wording]:
    label = named.label or {}
    if isinstance(label, str):
        # Which language it is in is known where there is only one.
        label = {languages[0]: label} if len(languages) == 1 else {}
    for language, words in label.items():
        if _WORDS.fullmatch(words):
            yield _Wording(words, language, owner, True)
    for language, several in named.synonyms.items():
        for words in several:
            if _WORDS.fullmatch(words):
                yield _Wording(words, language, owner, False)
    if isinstance(named, Option) and isinstance(named.value, str) and len(languages) == 1:
        words = named.value.replace("_", " ")
        if _WORDS.fullmatch(words):
            yield _Wording(words, languages[0], owner, True)


def _within(words: str, other: str) -> bool:
    return set(re.findall(r"\w+", words)) <= set(re.findall(r"\w+", other))


def _in_a_sentence(one: _Wording) -> str:
    """Labels begin with a capital because they are labels; German nouns, and names with more capitals, do so
    everywhere."""
    if not one.label or one.language.startswith("de") or any(map(str.isupper, one.words[1:])):
        return one.words
    return one.words[:1].lower() + one.words[1:]
