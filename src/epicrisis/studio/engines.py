"""The engines that people of a project may choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..errors import OptionError
from .database import Database
from .people.activity import note, now

if TYPE_CHECKING:
    from ..engines.catalogue import CatalogueModel
    from ..engines.store import ModelStore


class EngineChoice(BaseModel):
    """An engine to choose. ``address`` is what ``epicrisis extract --engine`` takes; ``ready``: whether it
    can be asked without fetching a model first; ``allowed``: whether an admin added it."""

    address: str
    label: str
    ready: bool
    allowed: bool = False
    size: int | None = None


class Engines:
    """Models of the catalogue, and what an admin allowed besides.

    Nobody else can make the studio open a file or call a server: addresses that are not here are refused.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def choices(self) -> list[EngineChoice]:
        """Those that are ready first, in the order of the catalogue, then those that were added."""
        from ..engines.catalogue import CATALOGUE
        from ..engines.store import ModelStore

        store = ModelStore()
        stored = {model.sha256: model.name for model in store.installed()}
        models = [
            EngineChoice(
                address=entry.name,
                label=entry.name,
                ready=entry.sha256 in stored or in_folders(entry, store),
                size=entry.size,
            )
            for entry in CATALOGUE
        ]
        with self._database.reading() as db:
            rows = db.execute("SELECT address, label FROM engines ORDER BY label").fetchall()
        added = [
            EngineChoice(
                address=row["address"],
                label=row["label"],
                # A file on the Hub is fetched first; servers and files are there or not when they are asked.
                ready=not row["address"].lower().startswith("hf:") or row["address"] in stored.values(),
                allowed=True,
            )
            for row in rows
        ]
        return sorted([*added, *models], key=lambda one: not one.ready)

    def checked(self, address: str) -> str:
        """The address, if it may be used. Raises OptionError."""
        if not any(one.address == address for one in self.choices()):
            raise OptionError(
                "This engine is not among those of the project.",
                hint="Choose one of the list; an admin can add others on the page Models.",
            )
        return address

    def allow(self, address: str, label: str, *, by: str) -> None:
        """Allow what an admin typed or chose: a server, a file on the Hub, a model of the catalogue in one of
        the embedded engines, or a file in the folders of models. Raises OptionError for anything else: no
        path that somebody types is opened."""
        from ..engines.address import parse

        named = address.lower().startswith(("http://", "https://", "hf:"))
        path = any(mark in address for mark in "/\\~") or address.lower().endswith(".gguf")
        known = named or address in model_files()
        # Not even whether there is such a file is told.
        if not known and (path or parse(address).kind != "catalogue"):
            raise OptionError(
                "Files are not named here.",
                hint="Put the model into a folder that EPICRISIS_MODELS names, and choose it there.",
            )
        self.add(address, label, by=by)

    def add(self, address: str, label: str, *, by: str) -> None:
        """Allow an engine. Raises OptionError for an address that means nothing."""
        from ..engines.address import parse

        parse(address)
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO engines VALUES (?, ?, ?, ?) ON CONFLICT (address)"
                " DO UPDATE SET label = excluded.label",
                (address, label or address, by, now()),
            )
            note(db, by, "engine.add", address)

    def remove(self, address: str, *, by: str) -> None:
        """No longer allow an engine. Raises OptionError if it was not added."""
        with self._database.writing() as db:
            if not db.execute("DELETE FROM engines WHERE address = ?", (address,)).rowcount:
                raise OptionError("This engine was not added.", hint="Reload the page.")
            note(db, by, "engine.remove", address)


def in_folders(entry: CatalogueModel, store: ModelStore) -> bool:
    """Whether a folder that the environment names holds a model: it is then used from there."""
    return any(
        (folder / entry.file).is_file() and (folder / entry.file).stat().st_size == entry.size
        for folder in store.folders
    )


def model_files() -> list[str]:
    """The model files in the folders that ``EPICRISIS_MODELS`` names, as addresses of engines."""
    from ..engines.store import local_folders

    return [
        str(path) for folder in local_folders() if folder.is_dir() for path in sorted(folder.glob("*.gguf"))
    ]
