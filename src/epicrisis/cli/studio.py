"""``epicrisis studio``: the web application, and who may use it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Group, Parameter

from .exits import DONE
from .messages import out, out_json, say
from .parameters import Json, flag

if TYPE_CHECKING:
    from ..studio.people.accounts import Accounts

studio_app = App(name="studio", help="The whole loop in a browser.")
user_app = App(name="user", help="Who may use the studio of a project.")
studio_app.command(user_app)

_NETWORK = Group("Network", sort_key=2)
ProjectFolder = Annotated[Path, Parameter(help="The folder of the project; made if it is not there.")]
UserName = Annotated[str, Parameter(help="The name to log in with.")]
RoleName = Annotated[str, Parameter(help="viewer, reviewer, editor or admin.")]


@studio_app.default
def studio(
    *,
    project: ProjectFolder = Path(),
    run: Annotated[
        str | None, Parameter(help="Open the browser on this run: its id, the beginning of it, or 'latest'.")
    ] = None,
    host: Annotated[
        str,
        Parameter(group=_NETWORK, help="The address to listen on. Others than this machine need accounts."),
    ] = "127.0.0.1",
    port: Annotated[int, Parameter(group=_NETWORK, help="The port to listen on; 0 for any free one.")] = 8100,
    name: Annotated[
        tuple[str, ...],
        Parameter(group=_NETWORK, help="A name that browsers may call this machine by; can be given again."),
    ] = (),
    certificate: Annotated[
        Path | None, Parameter(group=_NETWORK, help="TLS certificate (PEM), to serve HTTPS.")
    ] = None,
    key: Annotated[
        Path | None, Parameter(group=_NETWORK, help="The certificate's private key (PEM).")
    ] = None,
    behind_proxy: Annotated[
        bool, flag("A proxy before the studio serves HTTPS and says who asks.", group=_NETWORK)
    ] = False,
    no_browser: Annotated[bool, flag("Do not open a browser.")] = False,
) -> int:
    """Serve a project in the browser: codebooks, reports, runs, review, evaluation.

    On this machine alone it needs no login. For others, first add accounts: epicrisis studio user add NAME.
    """
    from ..errors import MissingExtraError

    try:
        from ..studio.serve import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("epicrisis"):
            raise
        raise MissingExtraError.for_extra("studio", "The studio") from None
    serve(
        project,
        run=run,
        host=host,
        port=port,
        names=name,
        certificate=certificate,
        key=key,
        behind_proxy=behind_proxy,
        open_browser=not no_browser,
        tell=say,
    )
    return DONE


@user_app.command(name="add")
def add_user(
    name: UserName,
    /,
    *,
    role: RoleName = "reviewer",
    project: ProjectFolder = Path(),
) -> None:
    """Add an account; the password is asked for, or read from standard input."""
    account = _accounts(project).add(name, role, _password(), by=_me())
    out(f"{account.name} may now log in as {account.role.word}.")


@user_app.command(name="list")
def list_users(*, project: ProjectFolder = Path(), json: Json = False) -> None:
    """List the accounts."""
    accounts = _accounts(project).all()
    if json:
        out_json([{"name": one.name, "role": one.role.word, "created": one.created} for one in accounts])
        return
    for one in accounts:
        out(f"{one.name:24} {one.role.word:10} {one.created[:10]}")
    if not accounts:
        say("There are no accounts. Begin with: epicrisis studio user add NAME --role admin")


@user_app.command(name="role")
def change_role(name: UserName, role: RoleName, /, *, project: ProjectFolder = Path()) -> None:
    """Give an account another role: viewer, reviewer, editor or admin."""
    _accounts(project).change_role(name, role, by=_me())
    out(f"{name} is now {role}.")


@user_app.command(name="password")
def change_password(name: UserName, /, *, project: ProjectFolder = Path()) -> None:
    """Give an account another password, and end its sessions."""
    _accounts(project).change_password(name, _password(), by=_me())
    out(f"{name} has a new password.")


@user_app.command(name="remove")
def remove_user(name: UserName, /, *, project: ProjectFolder = Path()) -> None:
    """Remove an account; what the person did stays on record."""
    _accounts(project).remove(name, by=_me())
    out(f"{name} may no longer log in.")


def _accounts(folder: Path) -> Accounts:
    from ..errors import MissingExtraError

    try:
        import argon2  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtraError.for_extra("studio", "Accounts") from None
    from ..studio.database import Database
    from ..studio.people.accounts import Accounts
    from ..studio.project import Project

    return Accounts(Database(Project.at(folder).database))


def _password() -> str:
    """Asked for twice on a terminal; else the first line of standard input."""
    import getpass
    import sys

    from ..errors import OptionError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise OptionError("The two passwords differ.", hint="Give the same command again.")
    return first


def _me() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"
