"""Every error the package raises: a code, what happened, what to do, whether trying again can help.

No message ever holds report text: errors name files, lines, columns, ids, variables and sizes.
"""

from __future__ import annotations

from pathlib import Path


class EpicrisisError(Exception):
    """Base of all errors meant to be read by a person.

    ``code`` is stable and greppable; ``message`` says what happened and where; ``hint`` says what
    to do about it; ``retryable`` tells a caller whether the same call may succeed later.
    """

    code = "error"
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        path: str | Path | None = None,
        line: int | None = None,
    ) -> None:
        self.message = message
        self.hint = hint
        self.path = None if path is None else str(path)
        self.line = line
        super().__init__(str(self))

    @property
    def location(self) -> str | None:
        """``file`` or ``file:line``, where the error has one."""
        if self.path is None:
            return None
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        what_to_do = f"\n{self.hint}" if self.hint else ""
        return f"{where}{self.message}{what_to_do}"

    def __reduce__(self) -> tuple[object, ...]:
        # Exception's own pickling drops keyword arguments; errors cross thread and process borders.
        return (_rebuild, (type(self), self.message, self.hint, self.path, self.line))


def _rebuild(
    kind: type[EpicrisisError], message: str, hint: str | None, path: str | None, line: int | None
) -> EpicrisisError:
    return kind(message, hint=hint, path=path, line=line)


class CodebookError(EpicrisisError):
    """A codebook that cannot be used; ``lint`` lists every finding."""

    code = "codebook"


class ReadingError(EpicrisisError):
    """A file of reports that cannot be read."""

    code = "reading"


class OutputError(EpicrisisError):
    """A place that cannot be written to."""

    code = "output"


class OptionError(EpicrisisError):
    """An option or argument that makes no sense."""

    code = "option"


class MissingExtraError(EpicrisisError):
    """An optional dependency that is not installed."""

    code = "missing-extra"

    @classmethod
    def for_extra(cls, extra: str, needed_for: str) -> MissingExtraError:
        """The error for a missing extra, with the command that installs it."""
        return cls(f"{needed_for} needs the extra '{extra}'.", hint=f"Run: pip install 'epicrisis[{extra}]'")


class StoreError(EpicrisisError):
    """The run store cannot be opened, is newer than this program, or holds no such run."""

    code = "store"


class RunStoppedError(EpicrisisError):
    """A run that was stopped because the engine failed too often in a row; it can be resumed."""

    code = "run-stopped"
    retryable = True


class ModelError(EpicrisisError):
    """A model that is unknown, missing, cut short, or not the one its digest names."""

    code = "model"


class EngineError(EpicrisisError):
    """The engine could not answer."""

    code = "engine"


class EngineUnreachableError(EngineError):
    """The server is down, refused the connection, or broke it off."""

    code = "engine-unreachable"
    retryable = True


class EngineBusyError(EngineError):
    """The server answered 429 or 5xx. ``retry_after`` is its header of that name, if it sent one."""

    code = "engine-busy"
    retryable = True
    retry_after: str | None = None


class EngineTimeoutError(EngineError):
    """No answer within the time allowed."""

    code = "engine-timeout"
    retryable = True


class EngineCancelledError(EngineError):
    """The caller took the request back."""

    code = "engine-cancelled"
    retryable = True


class EngineProtocolError(EngineError):
    """The server answered something that is not the protocol (HTML, broken JSON, a missing field)."""

    code = "engine-protocol"


class SchemaNotEnforcedError(EngineError):
    """The server takes a JSON Schema and does not hold the model to it."""

    code = "schema-not-enforced"


class ContextOverflowError(EngineError):
    """The request does not fit the model's context. Raised before the call; names both sizes (tokens)."""

    code = "too-long"

    def __init__(
        self,
        message: str = "",
        *,
        needed: int = 0,
        available: int = 0,
        hint: str | None = None,
        path: str | Path | None = None,
        line: int | None = None,
    ) -> None:
        self.needed = needed
        self.available = available
        super().__init__(
            message or f"The request needs {needed} tokens and the context holds {available}.",
            hint=hint,
            path=path,
            line=line,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_overflow, (self.message, self.needed, self.available, self.hint))


def _rebuild_overflow(message: str, needed: int, available: int, hint: str | None) -> ContextOverflowError:
    return ContextOverflowError(message, needed=needed, available=available, hint=hint)
