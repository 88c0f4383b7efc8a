"""Everything needed to repeat a run, and what it came to."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .._version import __version__
from ..codebook.codebook import Codebook
from ..engines.engine import EngineInfo
from ..extraction.answer import Usage

#: Packages whose version can change what a run yields.
_PACKAGES = (
    "epicrisis",
    "xllamacpp",
    "llama-cpp-python",
    "httpx2",
    "pydantic",
    "rapidfuzz",
    "polars",
    "openpyxl",
)
_GIT_SECONDS = 5


class _Document(BaseModel):
    # Manifests outlive the program that wrote them: what a later one added is passed over.
    model_config = ConfigDict(extra="ignore")


class CodebookRecord(_Document):
    """The codebook as it was: its file, that file's text, its digest, and its content."""

    name: str
    version: str
    digest: str
    path: str | None = None
    text: str | None = None
    content: dict[str, Any]


class EngineRecord(_Document):
    """The engine: the address it was asked for by, what identifies it, and what it said of itself."""

    address: str | None = None
    identity: dict[str, Any]
    info: dict[str, Any] | None = None


class ColumnsRecord(_Document):
    """The part each column of the input played, and the names they have in the table.

    ``identity`` maps id, patient, date and language to columns of the table; ``carried`` columns go
    through under their own name.
    """

    text: str | None = None
    id: str | None = None
    patient: str | None = None
    date: str | None = None
    language: str | None = None
    identity: dict[str, str] = Field(default_factory=dict)
    carried: list[str] = Field(default_factory=list)


class SourceRecord(_Document):
    """Where the reports came from. ``digest`` is over ids, texts and carried columns, in order."""

    path: str | None = None
    format: str | None = None
    encoding: str | None = None
    columns: ColumnsRecord = ColumnsRecord()
    notes: list[str] = Field(default_factory=list)
    limit: int | None = None
    ids: int | None = Field(default=None, description="How many ids were asked for, where they were named.")
    digest: str = ""


class Counts(_Document):
    """Reports. ``asked`` over all calls of this run; the other results were known from earlier runs."""

    total: int = 0
    done: int = 0
    failed: int = 0
    failed_answers: int = 0


class UsageRecord(_Document):
    """Tokens, and seconds of engine time, that the run itself cost."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, usage: Usage) -> UsageRecord:
        return cls(
            requests=usage.requests,
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            completion_tokens=usage.completion_tokens,
            seconds=round(usage.seconds, 3),
        )


class SessionRecord(_Document):
    """One call that worked on the run."""

    started: str
    ended: str | None = None
    seconds: float | None = None
    asked: int = 0
    cached: int = 0
    status: str = "running"
    notes: list[str] = Field(default_factory=list)


class SystemRecord(_Document):
    """The program and the machine."""

    epicrisis: str
    python: str
    platform: str
    packages: dict[str, str]
    git_revision: str | None = None


class Manifest(_Document):
    """The document of a run. ``prompt_version`` identifies the wording of the prompts; ``calibration`` is
    applied to the confidences when the run is read."""

    run: str
    status: str
    created: str
    codebook: CodebookRecord
    engine: EngineRecord
    prompt_version: str
    options: dict[str, Any]
    source: SourceRecord
    calibration: dict[str, Any] | None = None
    fresh: bool = False
    keeps_text: bool = True
    counts: Counts = Counts()
    usage: UsageRecord = UsageRecord()
    sessions: list[SessionRecord] = Field(default_factory=list)
    system: SystemRecord

    def to_codebook(self) -> Codebook:
        return Codebook.model_validate(self.codebook.content)


def codebook_record(codebook: Codebook, path: Path | None) -> CodebookRecord:
    text = None
    if path is not None and path.is_file():
        text = path.read_text("utf-8", errors="replace")
    return CodebookRecord(
        name=codebook.name,
        version=codebook.version,
        digest=codebook.digest,
        path=None if path is None else str(path),
        text=text,
        content=codebook.model_dump(mode="json"),
    )


def engine_info(info: EngineInfo) -> dict[str, Any]:
    """What an open engine says of itself, as JSON-ready values."""
    return {
        "kind": info.kind,
        "model": info.model,
        "digest": info.digest,
        "context_length": info.context_length,
        "logprobs": info.logprobs,
        "parallel": info.parallel,
        "settings": {name: _plain(value) for name, value in info.settings.items()},
        **({"adapters": list(info.adapters)} if info.adapters else {}),
    }


def system_record(folder: Path) -> SystemRecord:
    """This program and machine; ``folder`` is where a git revision is looked for."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return SystemRecord(
        epicrisis=__version__,
        python=platform.python_version(),
        platform=platform.platform(),
        packages=versions,
        git_revision=git_revision(folder),
    )


def git_revision(folder: Path) -> str | None:
    """The commit checked out in ``folder``, with ``+changes`` if files differ from it; None without git."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}+changes" if changed else commit


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
