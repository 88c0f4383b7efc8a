"""The shipped study, copied into a project to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

from .. import library
from .codebooks import ENDING
from .people.activity import note
from .project import Shelf
from .studio import Studio
from .uploading.incoming import incoming
from .web.refusals import conflict

STUDY = "brain-mri"


def copy_example(studio: Studio, *, by: str) -> dict[Shelf, str]:
    """Copy codebook, reports and gold; what is there under such a name stays. Gives what was added, by shelf.

    Raises Refused (409) where all of it is there already.
    """
    source = library.path(STUDY)
    project = studio.project
    wanted: dict[Shelf, tuple[Path, str]] = {
        "codebooks": (source / library.CODEBOOK_FILE, f"{STUDY}{ENDING}"),
        "reports": (source / library.REPORTS_FILE, f"{STUDY}.csv"),
        "gold": (source / library.GOLD_FILE, f"{STUDY}.csv"),
    }
    added: dict[Shelf, str] = {}
    with incoming(project) as folder, studio.database.writing() as db:
        for shelf, (file, name) in wanted.items():
            target = project.file(shelf, name)
            if target.exists():
                continue
            copied = folder / shelf
            shutil.copyfile(file, copied)
            copied.rename(target)
            added[shelf] = name
        if not added:
            raise conflict("The example is in this project already.", "Reload the page.")
        note(db, by, "project.example", STUDY, files=len(added))
    return added
