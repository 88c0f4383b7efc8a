"""The codebooks of a project, and those that ship."""

from __future__ import annotations

from pathlib import Path

from .. import codebook as codebook_package
from .. import library
from ..codebook.codebook import Codebook
from .project import SHIPPED, Project, is_name
from .web.refusals import not_found

ENDING = ".yaml"


def names(project: Project) -> list[str]:
    """The codebooks of the project by name, without their ending."""
    return sorted(
        path.stem
        for path in project.shelf("codebooks").glob(f"*{ENDING}")
        if path.is_file() and not path.is_symlink() and is_name(path.name)
    )


def shipped() -> list[str]:
    """Those that come with reports and gold, as ``library:NAME``."""
    return [f"{SHIPPED}{name}" for name in library.studies()]


def path_of(project: Project, name: str) -> Path:
    """The file of a codebook, shipped or of the project. Raises Refused (404) where there is none."""
    if name.startswith(SHIPPED):
        if name.removeprefix(SHIPPED) not in library.names():
            raise not_found("codebook")
        from ..codebook.load import source_of

        return source_of(library.path(name.removeprefix(SHIPPED)))
    path = project.file("codebooks", f"{name}{ENDING}")
    if not path.is_file():
        raise not_found("codebook")
    return path


def load(project: Project, name: str) -> Codebook:
    """The codebook. Raises Refused (404), or CodebookError where it holds errors."""
    return codebook_package.load(path_of(project, name))
