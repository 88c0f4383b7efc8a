"""Why a request is refused, as people and programs read it."""

from __future__ import annotations

from pydantic import BaseModel

from ...errors import EpicrisisError
from ..project import Project


class Refusal(BaseModel):
    """The body of every answer that is not a success."""

    code: str
    message: str
    hint: str = ""
    where: str = ""


class Refused(Exception):  # noqa: N818 - what a request is, not what went wrong here
    """Ends a request with a status code and a Refusal."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        self.status = status
        self.refusal = Refusal(code=code, message=message, hint=hint)
        super().__init__(message)


def not_found(what: str, hint: str = "It may have been renamed or removed. Go back and reload.") -> Refused:
    """There is no such thing (404)."""
    return Refused(404, "not-found", f"There is no such {what}.", hint)


def conflict(message: str, hint: str) -> Refused:
    """Somebody else was faster (409)."""
    return Refused(409, "conflict", message, hint)


#: Status codes of the package's errors; the others are the asker's to mend (422).
STATUSES = {
    "missing-extra": 501,
    "store": 409,
    "engine": 502,
    "engine-unreachable": 502,
    "engine-busy": 503,
    "engine-timeout": 504,
    "engine-cancelled": 409,
    "engine-protocol": 502,
    "run-stopped": 502,
}


def refusal_of(error: EpicrisisError, project: Project) -> Refusal:
    """The error as people of the project read it: places without where the project lies."""
    where = ""
    if error.path is not None:
        line = "" if error.line is None else f":{error.line}"
        where = f"{project.shown(error.path)}{line}"
    return Refusal(code=error.code, message=error.message, hint=error.hint or "", where=where)


def place_of(error: BaseException) -> str:
    """Type and place of an error: its message may quote a report."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def status_of(error: EpicrisisError) -> int:
    return STATUSES.get(error.code, 422)
