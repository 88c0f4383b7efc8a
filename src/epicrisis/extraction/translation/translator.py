"""Reports into another language, through the engine that answers about them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace

from epicrisis.engines.engine import Engine, EngineInfo, Request
from epicrisis.errors import ContextOverflowError
from epicrisis.report import Report

from ..answer import Usage
from ..long.sentences import sentences
from . import wording
from .aligned import Aligned, align
from .language import language_name, primary
from .memory import Memory

#: Changes whenever the wording does: translations asked with another wording are not reused.
TRANSLATION_VERSION = "1"

#: Sentences that are asked together, and their characters: a bad reply then costs little.
_TOGETHER = 10
_CHARACTERS = 1500


@dataclass(frozen=True, slots=True)
class Translated:
    """A report in another language.

    ``aligned`` leads back to the original's words. Of ``sentences``, ``kept`` could not be translated and are
    in it as they were.
    """

    report: Report
    aligned: Aligned
    language: str
    sentences: int
    kept: int
    usage: Usage


@dataclass(slots=True)
class _Job:
    """What translating one report has cost so far."""

    report_id: str
    cancel: threading.Event | None
    usage: Usage = field(default_factory=Usage)


class Translator:
    """Translates reports, sentence by sentence. Safe to use from several threads.

    ``target`` is a language tag; ``OptionError`` if not. A sentence that was translated before is not asked
    again: ``cache`` maps a digest of sentence, language and engine to the translation, and must be safe to
    use from several threads; the default one ends with this object. ``timeout`` is in seconds per request.
    """

    def __init__(
        self,
        engine: Engine,
        target: str,
        *,
        cache: MutableMapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        self._engine = engine
        self._target = target
        self._timeout = timeout
        self._cache: MutableMapping[str, str] = Memory() if cache is None else cache
        self.language = language_name(target)

    def translate(self, report: Report, cancel: threading.Event | None = None) -> Translated | None:
        """``report`` in the other language; ``None`` if it is said to be in that language already.

        Sentences without letters stay, and so do line breaks and all that is between sentences. Sentences
        whose reply could not be used are asked one by one, and stay as they are if that fails too. Raises
        ``EngineError`` for trouble with the engine.
        """
        if report.language is not None and primary(report.language) == primary(self._target):
            return None
        job = _Job(report.id, cancel)
        places = sentences(report.text)
        texts = [report.text[place.start : place.end] for place in places]
        found = self._known(texts)
        missing = [one for one in dict.fromkeys(texts) if one not in found and _has_words(one)]
        for batch in _batches(missing):
            found |= self._asked(batch, job)
        for one in missing:
            if one in found:
                self._cache[self._key(one)] = found[one]
        aligned = align(report.text, places, [found.get(one, one) for one in texts])
        kept = sum(1 for one in texts if one not in found and _has_words(one))
        other = replace(report, text=aligned.text, language=self._target, offsets=None)
        return Translated(other, aligned, self.language, len(texts), kept, job.usage)

    def _known(self, texts: Sequence[str]) -> dict[str, str]:
        found = {}
        for one in dict.fromkeys(texts):
            words = self._cache.get(self._key(one)) if _has_words(one) else None
            if words is not None:
                found[one] = words
        return found

    def _asked(self, batch: list[str], job: _Job) -> dict[str, str]:
        """The translations of some sentences; of those that could not be had there is none."""
        translations = self._reply(batch, job)
        if translations is not None:
            return dict(zip(batch, translations, strict=True))
        if len(batch) == 1:
            return {}
        found: dict[str, str] = {}
        for one in batch:
            found |= self._asked([one], job)
        return found

    def _reply(self, batch: list[str], job: _Job) -> list[str] | None:
        try:
            reply = self._engine.complete(
                Request(
                    messages=wording.messages(batch, self.language),
                    schema=wording.schema(batch),
                    max_tokens=wording.budget(batch),
                    timeout=self._timeout,
                    report_id=job.report_id,
                ),
                job.cancel,
            )
        except ContextOverflowError:
            return None
        job.usage += Usage(
            1, reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens, reply.seconds
        )
        return wording.read(reply.text, batch) if reply.finish == "stop" else None

    def _key(self, sentence: str) -> str:
        info = self._engine.info
        parts = [TRANSLATION_VERSION, self._target.casefold(), *_identity(info), sentence]
        return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def _identity(info: EngineInfo) -> list[str]:
    """Weights with a digest are the same under any name; a model without one is its server's."""
    if info.digest is not None:
        return [info.kind, info.digest]
    return [info.kind, info.model, str(info.settings.get("url", ""))]


def _has_words(sentence: str) -> bool:
    return any(character.isalpha() for character in sentence)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for one in texts:
        if batch and (len(batch) == _TOGETHER or size + len(one) > _CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one)
    if batch:
        yield batch
