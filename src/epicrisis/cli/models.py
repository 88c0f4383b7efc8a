"""``epicrisis models``: the models known by name, and those on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from ..engines.store import ModelStore, Report, StoredModel

models_app = App(name="models", help="List, fetch, check and delete models.")


@models_app.command(name="list")
def list_models(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """List the models known by name and those on this machine.

    Parameters
    ----------
    json
        Print JSON instead of a table.
    """
    from rich.console import Console

    from ..engines.catalogue import CATALOGUE
    from ..engines.store import ModelStore

    store = ModelStore()
    installed = {model.sha256: model for model in store.installed()}
    rows: list[dict[str, Any]] = []
    for entry in CATALOGUE:
        path = store.path(entry.sha256)
        rows.append(
            {
                "name": entry.name,
                "size": entry.size,
                "parameters": entry.parameters,
                "quantization": entry.quantization,
                "licence": entry.licence,
                "languages": entry.languages,
                "context_length": entry.context_length,
                "sha256": entry.sha256,
                "note": entry.note,
                "path": str(path) if installed.pop(entry.sha256, None) else None,
            }
        )
    rows += [
        {
            "name": model.name or model.sha256[:12],
            "size": model.size,
            "sha256": model.sha256,
            "path": str(model.path),
        }
        for model in installed.values()
    ]
    console = Console()
    if json:
        console.print_json(data=rows)
        return
    _print_table(console, rows)
    console.print(f"[dim]Models lie in {store.root}[/dim]", soft_wrap=True)


@models_app.command
def pull(name: str, *, again: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Fetch a model and verify it. One that is there already is not fetched twice.

    Parameters
    ----------
    name
        A name from the list, or hf:owner/repo/file.gguf.
    again
        Fetch it even if it is there, for instance because it is damaged.
    """
    from rich.console import Console

    from ..engines import address, fetch
    from ..errors import OptionError

    where = address.parse(name)
    with fetch_progress() as report:
        if where.entry is not None:
            model = fetch.ensure(where.entry, again=again, report=report)
        elif where.hub is not None:
            model = fetch.ensure_hub(where.hub, again=again, report=report)
        else:
            raise OptionError(
                f"{name!r} needs no fetching.", hint="Pull takes a name or hf:owner/repo/file.gguf."
            )
    console = Console()
    console.print(f"{model.name}: verified, {model.digest}", soft_wrap=True)
    console.print(str(model.path), soft_wrap=True)


@models_app.command
def verify(name: str | None = None) -> int:
    """Compute the digests of the models on this machine again and compare. Exit code 1 if one is wrong.

    Parameters
    ----------
    name
        Only this one (a name, or the beginning of a digest).
    """
    from rich.console import Console

    from ..engines.store import ModelStore
    from ..errors import ModelError

    store = ModelStore()
    console = Console()
    chosen = [_stored(store, name)] if name else store.installed()
    if not chosen:
        console.print("There are no models on this machine. Fetch one with: epicrisis models pull NAME")
    wrong = 0
    for model in chosen:
        try:
            store.verify(model.path, model.sha256, size=_size(model), name=model.name, again=True)
        except ModelError as error:
            wrong += 1
            console.print(f"[red]damaged[/red]  {error}", soft_wrap=True)
        else:
            console.print(f"[green]verified[/green] {model.name or model.path.name}", soft_wrap=True)
    return 1 if wrong else 0


@models_app.command
def rm(name: str) -> None:
    """Delete a model from this machine.

    Parameters
    ----------
    name
        A name, or the beginning of a digest.
    """
    from rich.console import Console

    from ..engines.store import ModelStore

    store = ModelStore()
    model = _stored(store, name)
    store.remove(model.sha256)
    Console().print(f"Deleted {model.name or model.sha256[:12]} ({model.size / 1e6:,.0f} MB).")


@contextmanager
def fetch_progress() -> Iterator[Report]:
    """A progress bar with an ETA on stderr, for the ``report`` of a fetch; it appears with its first news."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from ..engines.store import Progress as News

    bar = Progress(
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task: Any = None

    def report(news: News) -> None:
        nonlocal task
        if task is None:
            bar.start()
            # What an earlier, broken-off fetch left counts as done, not as speed.
            task = bar.add_task("", total=news.total, completed=news.done)
            bar.console.print(f"Fetching {news.name} from {news.source}", soft_wrap=True, highlight=False)
        bar.update(task, completed=news.done, total=news.total)

    try:
        yield report
    finally:
        bar.stop()


def _print_table(console: Any, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Size", "Here", "About"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "Size")
    for row in rows:
        known = (row.get(key) for key in ("note", "parameters", "quantization", "licence", "languages"))
        table.add_row(
            row["name"],
            f"{row['size'] / 1e6:,.0f} MB",
            "[green]yes[/green]" if row["path"] else "no",
            ", ".join(part for part in known if part),
        )
    console.print(table)


def _stored(store: ModelStore, name: str) -> StoredModel:
    from ..engines.catalogue import find
    from ..errors import ModelError

    entry = find(name)
    wanted = entry.sha256 if entry is not None else name.removeprefix("sha256:").lower()
    for model in store.installed():
        if model.name == name or (len(wanted) >= 6 and model.sha256.startswith(wanted)):
            return model
    raise ModelError(
        f"There is no model {name!r} on this machine.", hint="epicrisis models list shows what there is."
    )


def _size(model: StoredModel) -> int | None:
    from ..engines.catalogue import find

    entry = find(model.name) if model.name else None
    return entry.size if entry is not None else None
