"""A model file from the Hugging Face Hub."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .catalogue import HubFile

#: How long the Hub has to show that it is there, in seconds. Many hospital networks swallow the attempt.
REACH = 4.0
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def offline() -> bool:
    """Whether the user forbids the Hub (``HF_HUB_OFFLINE``)."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def endpoint() -> str:
    """The Hub's address, or that of the mirror in ``HF_ENDPOINT``."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def reachable(timeout: float = REACH) -> bool:
    """Whether the Hub (or the mirror in ``HF_ENDPOINT``) answers within ``timeout`` seconds."""
    answered = threading.Event()

    def ask() -> None:
        import httpx2

        try:
            httpx2.head(endpoint(), timeout=timeout)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return
        answered.set()

    # A name server that never answers is not covered by any timeout: leave it to itself.
    thread = threading.Thread(target=ask, name="epicrisis-hub", daemon=True)
    thread.start()
    deadline = time.monotonic() + timeout
    while thread.is_alive() and time.monotonic() < deadline and not answered.wait(0.05):
        pass
    return answered.is_set()


def published(reference: HubFile) -> tuple[str | None, int | None]:
    """SHA-256 and size (bytes) the Hub states for a file, where it does.

    Raises ``ModelError`` if there is no such file or the Hub cannot be asked.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    with _explained(reference):
        found = get_hf_file_metadata(
            hf_hub_url(reference.repo, reference.file, revision=reference.revision, endpoint=endpoint()),
            timeout=REACH * 2,
        )
    etag = (found.etag or "").lower()
    return (etag if _SHA256.match(etag) else None), found.size


def download(reference: HubFile, folder: Path, report: Callable[[int], None]) -> Path:
    """Fetch a file into ``folder`` and give its path; a broken-off download goes on where it stopped.

    ``report`` gets the bytes so far. Raises ``ModelError``.
    """
    from huggingface_hub import hf_hub_download

    with _explained(reference):
        return Path(
            hf_hub_download(
                reference.repo,
                reference.file,
                revision=reference.revision,
                local_dir=folder,
                endpoint=endpoint(),
                tqdm_class=_counter(report),
            )
        )


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _counter(report: Callable[[int], None]) -> Any:
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined,unused-ignore]

    class Counter(tqdm):  # type: ignore[misc,type-arg,unused-ignore]
        """A progress bar that draws nothing and tells ``report``."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})  # type: ignore[no-untyped-call,unused-ignore]
            self._bytes = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> bool | None:
            self._bytes += int(n or 0)
            report(self._bytes)
            return None

    return Counter


@contextmanager
def _explained(reference: HubFile) -> Iterator[None]:
    """Turns the Hub client's errors into ours."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError:
        raise ModelError(
            f"{reference} asks you to accept its terms first.",
            hint="Accept them on its page on the Hub, then run: hf auth login",
        ) from None
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError):
        raise ModelError(
            f"{reference} is not on the Hub, or is private.",
            hint="Write it as hf:owner/repo/file.gguf; for a private one run first: hf auth login",
        ) from None
    except errors.LocalEntryNotFoundError:
        raise ModelError(f"{reference} could not be fetched: the Hub was lost on the way.") from None
    except errors.EntryNotFoundError:
        raise ModelError(
            f"{reference}: the repository has no such file.", hint="Write it as hf:owner/repo/file.gguf"
        ) from None
    except Exception as error:  # the client passes on whatever its transports raise
        raise ModelError(
            f"{reference} could not be fetched ({type(error).__name__}).",
            hint="Try again, or fetch the file elsewhere and name its path instead.",
        ) from None
