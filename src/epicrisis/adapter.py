"""An adapter: LoRA weights in a folder of their own, with the card that says what they are.

A folder holds ``card.json``, ``adapter.gguf`` (for llama.cpp), ``adapter_model.safetensors`` with
``adapter_config.json`` (for everything that reads peft), and ``README.md`` for people. ``epicrisis tune``
writes it; engines, extraction and evaluation read it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ModelError

CARD = "card.json"
GGUF = "adapter.gguf"
WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"

#: Answers of a stronger model that it was trained on, beside those of people.
SILVER = "train_silver"
#: The parts of the data that it was trained or chosen on: they cannot test it.
SEEN = ("train", "validation", SILVER)

#: Of the card's form. A card of a later one is refused.
FORMAT = 1

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's folder and its card.

    ``name`` is what a server knows it by. ``digest`` (``sha256:...``) is of the weights, ``base`` of the
    model they were trained on: on any other they mean nothing.
    """

    folder: Path
    card: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.card["name"])

    @property
    def digest(self) -> str:
        return str(self.card["digest"])

    @property
    def base(self) -> str | None:
        """The digest of the base's file; ``None`` where it was no single file: an engine's model cannot be
        told to be the same then."""
        if self.card["base"].get("kind") == "folder":
            return None
        found = self.card["base"].get("digest")
        return None if found is None else str(found)

    @property
    def base_name(self) -> str:
        return str(self.card["base"].get("name") or "an unnamed model")

    @property
    def gguf(self) -> Path:
        """The file for llama.cpp. Raises ``ModelError`` if it is not there."""
        path = self.folder / GGUF
        if not path.is_file():
            raise ModelError(
                "The adapter has no file for llama.cpp.",
                hint=f"It should be {GGUF}; epicrisis tune writes it where the base's form is known.",
                path=self.folder,
            )
        return path

    @property
    def asking(self) -> Mapping[str, Any]:
        """The options of extraction it was trained with: to be asked otherwise it has not learned."""
        found: Mapping[str, Any] = self.card.get("asking") or {}
        return found

    @property
    def codebook_digest(self) -> str | None:
        found = (self.card.get("codebook") or {}).get("digest")
        return None if found is None else str(found)

    @property
    def codebook_name(self) -> str:
        """The codebook that it was trained for, as messages name it."""
        codebook = self.card.get("codebook") or {}
        version = codebook.get("version")
        return f"{codebook.get('name') or 'unnamed'}{f' (version {version})' if version else ''}"

    def record(self) -> dict[str, Any]:
        """What a run keeps of it: enough to know it again, and the reports that cannot test it."""
        return {
            "name": self.name,
            "digest": self.digest,
            "folder": str(self.folder.absolute()),
            "ids": sorted(self.reports_in(*SEEN)),
            "texts": sorted(self.texts_in(*SEEN)),
            "patients": sorted(self.patients_in(*SEEN)),
        }

    def reports_in(self, *parts: str) -> frozenset[str]:
        """The ids of the reports in these parts of its data: ``train``, ``validation``, ``test``, and
        ``SILVER``."""
        return self._data("reports", parts)

    def texts_in(self, *parts: str) -> frozenset[str]:
        """Digests of these reports' texts (``examples.example.same_text``)."""
        return self._data("texts", parts)

    def patients_in(self, *parts: str) -> frozenset[str]:
        """Digests of these reports' patients, where they are known (``examples.example.same_patient``)."""
        return self._data("patient_digests", parts)

    def _data(self, what: str, parts: Sequence[str]) -> frozenset[str]:
        data = self.card.get("data") or {}
        return frozenset(str(one) for part in parts for one in (data.get(part) or {}).get(what, ()))

    def check_base(self, digest: str | None, name: str) -> None:
        """Raise ``ModelError`` if the model with this digest is not the one it was trained on. A model
        whose digest nobody knows (on a server) is let through."""
        if digest is not None and self.base is not None and digest != self.base:
            raise ModelError(
                f"The adapter {self.name!r} was trained on {self.base_name} ({_short(self.base)}), "
                f"and the model is {name} ({_short(digest)}).",
                hint=f"Use it with its own base: --engine {self.base_name}",
                path=self.folder,
            )

    def check_files(self) -> None:
        """Raise ``ModelError`` if a file is not the one that the card describes."""
        for name, digest in (self.card.get("files") or {}).items():
            path = self.folder / name
            if not path.is_file() or file_digest(path) != digest:
                raise ModelError(
                    f"{name} is not the file that the adapter's card describes.",
                    hint="It was changed or cut short: copy the whole folder again, or tune again.",
                    path=self.folder,
                )


def open_adapter(folder: str | os.PathLike[str]) -> Adapter:
    """The adapter in ``folder``. Raises ``ModelError`` if there is none, or none that can be read."""
    folder = Path(folder)
    path = folder / CARD
    try:
        card = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(
            "This is no adapter: there is no card.json.",
            hint="Name the folder that epicrisis tune wrote (--out).",
            path=folder,
        ) from None
    except (OSError, ValueError, RecursionError):
        raise ModelError("The adapter's card cannot be read.", path=path, hint="Tune again.") from None
    if not isinstance(card, dict) or not isinstance(card.get("format"), int):
        raise ModelError("The adapter's card has another form.", path=path, hint="Tune again.")
    if card["format"] > FORMAT:
        raise ModelError(
            f"The adapter's card has form {card['format']}; this epicrisis knows {FORMAT}.",
            hint="Update epicrisis.",
            path=path,
        )
    if not all(isinstance(card.get(key), kind) for key, kind in _NEEDED.items()):
        raise ModelError("The adapter's card is not whole.", path=path, hint="Tune again.")
    return Adapter(folder, card)


_NEEDED = {"name": str, "digest": str, "base": dict}


def file_digest(path: Path) -> str:
    """``sha256:`` and the hexadecimal digest of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return f"sha256:{found.hexdigest()}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
