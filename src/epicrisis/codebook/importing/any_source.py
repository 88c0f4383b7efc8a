"""A codebook from whatever a source is: by its ending, or as the user says."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from ...errors import CodebookError, OptionError
from ..codebook import Codebook
from .json_schema import from_json_schema
from .pydantic_class import from_pydantic
from .redcap import from_redcap

Format = Literal["auto", "redcap", "json-schema", "pydantic"]


def import_codebook(
    source: str, source_format: Format = "auto", forms: Collection[str] | None = None
) -> tuple[Codebook, list[str]]:
    """A codebook from a file or a class, and notes on what was lost.

    ``auto`` takes ``.csv`` for a REDCap data dictionary and ``.json`` for a JSON Schema. A class,
    ``package.module:Class``, is imported only with ``pydantic``, for that runs its module. ``forms``
    are REDCap's. Raises ``CodebookError`` or ``OptionError``.
    """
    found = _format(source) if source_format == "auto" else source_format
    if forms and found != "redcap":
        raise OptionError("Only a REDCap data dictionary has forms.", hint="Leave out --form.")
    if found == "redcap":
        return from_redcap(source, forms=forms or None)
    if found == "json-schema":
        return from_json_schema(source)
    return from_pydantic(load_class(source))


def load_class(address: str) -> type[BaseModel]:
    """The class at ``package.module:Class``, looked for in the working directory too. Runs the module.

    Raises ``CodebookError`` if there is none, if its module fails, or if it is no Pydantic class.
    """
    module_name, _, class_name = address.partition(":")
    if not class_name or not all(part.isidentifier() for part in f"{module_name}.{class_name}".split(".")):
        raise OptionError(
            f"'{address}' does not name a class.", hint="Write it as package.module:Class, without '.py'."
        )
    sys.path.insert(0, str(Path.cwd()))
    try:
        found: object = importlib.import_module(module_name)
        for part in class_name.split("."):
            found = getattr(found, part)
    except ModuleNotFoundError as error:
        raise CodebookError(
            f"There is no module '{error.name}'.",
            path=address,
            hint="Run this in the folder that holds it, in the environment it is installed in.",
        ) from None
    except AttributeError:
        raise CodebookError(f"The module has no '{class_name}'.", path=address) from None
    except Exception as error:
        raise CodebookError(
            f"The module cannot be imported: {type(error).__name__}: {error}", path=address
        ) from error
    finally:
        sys.path.remove(str(Path.cwd()))
    if not isinstance(found, type) or not issubclass(found, BaseModel):
        raise CodebookError("This is not a Pydantic model class.", path=address)
    return found


def _format(source: str) -> Format:
    ending = Path(source).suffix.casefold()
    if ending == ".csv":
        return "redcap"
    if ending == ".json":
        return "json-schema"
    if ":" in source and not Path(source).exists():
        raise OptionError(
            f"'{source}' looks like a class, and importing it runs the code of its module.",
            hint=f"If you trust it: epicrisis codebook import {source} --from pydantic",
        )
    raise OptionError(
        f"It is not clear what '{source}' is.", hint="Say it: --from redcap, json-schema or pydantic."
    )
