"""The engines that people of a project may choose from."""

from __future__ import annotations

from pydantic import BaseModel

from ..errors import OptionError
from .database import Database
from .people.activity import note, now


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

        stored = {model.sha256 for model in ModelStore().installed()}
        models = [
            EngineChoice(address=entry.name, label=entry.name, ready=entry.sha256 in stored, size=entry.size)
            for entry in CATALOGUE
        ]
        with self._database.reading() as db:
            rows = db.execute("SELECT address, label FROM engines ORDER BY label").fetchall()
        added = [
            EngineChoice(address=row["address"], label=row["label"], ready=True, allowed=True) for row in rows
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
