"""What makes two questions the same, so that neither is asked twice."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from ..engines.engine import Engine
from ..report import Report

#: Settings of an engine that change how fast it answers, or are recorded only.
_SAME_ANSWERS = frozenset({"threads", "xllamacpp", "llama-cpp-python", "timeout"})
_SCRIPTS: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """What tells engines apart whose answers may differ, known before a model is loaded.

    ``digest`` identifies the weights where they are known; ``settings`` are those that change answers.
    """

    kind: str
    model: str
    digest: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: Engine) -> EngineIdentity:
        """The identity of an engine that is already open."""
        info = engine.info
        settings = {name: value for name, value in info.settings.items() if name not in _SAME_ANSWERS}
        # What does not fit the context fails for good: with another context it must be asked again.
        settings["context"] = info.context_length
        if info.kind == "scripted" and info.model == "scripted" and info.digest is None:
            # Nothing tells what its script says: each such engine is only the same as itself.
            settings["script"] = _SCRIPTS.setdefault(engine, secrets.token_hex(8))
        return cls(info.kind, info.model, info.digest, settings)

    def sameness(self) -> list[Any]:
        """What two engines must share for their answers to count as the same.

        Weights with a digest are the same under any name and in any place.
        """
        return [self.kind, self.digest or self.model, dict(self.settings)]

    @property
    def label(self) -> str:
        """How lists name it."""
        return self.model

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "model": self.model,
            "digest": self.digest,
            "settings": dict(self.settings),
        }


class Keys:
    """The keys of results: SHA-256 over codebook, prompt version, engine, options and the report's text.

    Of an adapter its weights count, not where they are or what they are called.
    """

    def __init__(
        self, codebook_digest: str, prompt_version: str, engine: EngineIdentity, options: Mapping[str, Any]
    ) -> None:
        same = [codebook_digest, prompt_version, engine.sameness(), _same(options)]
        self._prefix = hashlib.sha256(_canonical(same)).digest()

    def key(self, text_digest: bytes) -> bytes:
        """Under which the store keeps the result for a text with this SHA-256."""
        return hashlib.sha256(self._prefix + text_digest).digest()

    def signature(self, reports_digest: bytes) -> bytes:
        """What makes the same command continue the same run."""
        return hashlib.sha256(self._prefix + b"run" + reports_digest).digest()


class ReportsDigest:
    """A running SHA-256 over reports: ids, texts and everything carried with them, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, report: Report) -> None:
        self.count += 1
        about = [
            report.id,
            report.digest,
            report.patient,
            report.date,
            report.language,
            dict(report.metadata),
        ]
        self._hash.update(_canonical(about))
        self._hash.update(b"\n")

    def digest(self) -> bytes:
        return self._hash.digest()


def _same(options: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(options)
    if isinstance(adapter := found.get("adapter"), Mapping):
        found["adapter"] = adapter.get("digest")
    return found


def _canonical(value: Any) -> bytes:
    # ASCII: ids and columns of broken files can hold what UTF-8 cannot.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode("ascii")
