"""HTTP to a model server: one call, with a time limit and a way to take it back.

Requests run on an event loop in a thread of their own. A caller that gives up cancels its request
there, which closes the connection; a server that watches its connections then stops generating.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import queue
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import (
    EngineCancelledError,
    EngineError,
    EngineProtocolError,
    EngineTimeoutError,
    EngineUnreachableError,
)

if TYPE_CHECKING:
    import httpx2

#: How often it is looked whether a request has been cancelled, in seconds.
POLL = 0.05
#: How often a waiting caller wakes, in seconds: signals are handled then where waiting cannot be broken off.
_WAKE = 0.5
#: How long a connection may take to open, in seconds.
CONNECT = 10.0
#: The content type of an answer in pieces.
EVENTS = "text/event-stream"
_T = TypeVar("_T")
#: Takes one event of an answer in pieces.
Take = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Response:
    """A server's answer: HTTP status, content type, ``Retry-After`` and the body if it is a JSON object, or
    its ``items`` if it is a JSON array."""

    status: int
    content_type: str
    retry_after: str | None
    payload: dict[str, Any] | None
    items: list[Any] | None = None

    @property
    def ok(self) -> bool:
        return self.status == 200 and self.payload is not None


class Transport:
    """Connections to one server. ``trust_env`` decides whether proxy variables count."""

    def __init__(self, base_url: str, headers: Mapping[str, str], *, trust_env: bool = False) -> None:
        import httpx2

        self.base_url = base_url.rstrip("/")
        self._httpx2 = httpx2
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="epicrisis-http", daemon=True)
        self._thread.start()
        self._clients = _Clients(headers, trust_env)
        self._finalizer = weakref.finalize(self, _shut_down, self._clients, self._loop, self._thread)

    def call(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Response:
        """Send one request and wait for its answer.

        ``url`` is absolute, or relative to the base URL. ``timeout`` is in seconds for the whole call.

        Raises ``EngineTimeoutError``, ``EngineCancelledError`` and ``EngineUnreachableError``.
        """
        return self._wait(self._begin(method, url, body, timeout, cancel), cancel)

    def stream(
        self,
        url: str,
        body: Mapping[str, Any],
        on_event: Take,
        *,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Response:
        """Send one request and hand each event of its answer to ``on_event``, in the caller's thread.

        The response has no payload then; an answer that is no stream of events has, as with ``call``. Raises
        what ``call`` and ``on_event`` raise.
        """
        events: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        future = self._begin("POST", url, body, timeout, cancel, events.put)
        future.add_done_callback(lambda _: events.put(None))
        try:
            while (event := _next(events)) is not None:
                on_event(event)
        except BaseException:
            # Nobody waits for the rest: the connection is closed, so that the server stops.
            future.cancel()
            raise
        return self._wait(future, cancel)

    def _begin(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None,
        timeout: float | None,
        cancel: threading.Event | None,
        take: Take | None = None,
    ) -> concurrent.futures.Future[Response]:
        if not self._finalizer.alive:
            raise EngineError("The engine has been closed.")
        if cancel is not None and cancel.is_set():
            raise EngineCancelledError("The request was cancelled.")
        target = url if "://" in url else f"{self.base_url}/{url.lstrip('/')}"
        work = self._send(method, target, body, timeout, cancel, take)
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, future: concurrent.futures.Future[_T], cancel: threading.Event | None) -> _T:
        try:
            while not future.done():
                concurrent.futures.wait([future], timeout=_WAKE)
            return future.result()
        except concurrent.futures.CancelledError:
            if cancel is not None and cancel.is_set():
                raise EngineCancelledError("The request was cancelled.") from None
            raise EngineError("The engine was closed during the request.") from None
        except KeyboardInterrupt:
            future.cancel()
            raise

    async def _send(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None,
        timeout: float | None,
        cancel: threading.Event | None,
        take: Take | None,
    ) -> Response:
        httpx2 = self._httpx2
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            with _broken_off_by(cancel):
                async with asyncio.timeout(timeout), self._clients.one() as client:
                    if take is not None:
                        request = client.build_request(method, url, content=content, headers=headers)
                        return await _streamed(client, request, take)
                    answer = await client.request(method, url, content=content, headers=headers)
        except (TimeoutError, httpx2.TimeoutException) as error:
            if isinstance(error, httpx2.ConnectTimeout):
                raise self._unreachable("does not answer") from None
            raise EngineTimeoutError(
                f"No answer from {self.base_url} within {timeout:g} seconds."
                if timeout is not None
                else f"No answer from {self.base_url}.",
                hint="Allow more time, send fewer requests at once, or use a smaller model.",
            ) from None
        except (httpx2.ConnectError, httpx2.ProxyError):
            raise self._unreachable("cannot be reached") from None
        except httpx2.DecodingError:
            raise EngineProtocolError(f"{self.base_url} sent an answer that cannot be decoded.") from None
        except httpx2.TransportError:
            raise self._unreachable("broke off the connection") from None
        return _read(answer)

    def _unreachable(self, what: str) -> EngineUnreachableError:
        return EngineUnreachableError(
            f"The server {self.base_url} {what}.",
            hint=f"Check that it is running and that the address is right: epicrisis doctor --engine "
            f"{self.base_url}",
        )

    def close(self) -> None:
        """Close every connection; requests under way end with an error."""
        self._finalizer()

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Clients:
    """HTTP clients with one connection each. Belongs to the event loop's thread.

    A client with many connections looks at each of them, idle or not, for every request: at 32 requests at
    once that was a third of what a request cost.
    """

    def __init__(self, headers: Mapping[str, str], trust_env: bool) -> None:
        import httpx2

        self._headers = dict(headers)
        self._trust_env = trust_env
        # Reading the certificates takes longer than all the rest: once for all clients.
        self._certificates = httpx2.create_ssl_context(trust_env=trust_env)
        self._idle: list[httpx2.AsyncClient] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A client that nobody else uses meanwhile: the one used last, whose connection is the freshest."""
        client = self._idle.pop() if self._idle else self._made()
        try:
            yield client
        finally:
            self._idle.append(client)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().aclose()

    def _made(self) -> httpx2.AsyncClient:
        import httpx2

        return httpx2.AsyncClient(
            headers=self._headers,
            verify=self._certificates,
            timeout=httpx2.Timeout(None, connect=CONNECT),
            trust_env=self._trust_env,
            follow_redirects=False,
        )


@contextmanager
def _broken_off_by(cancel: threading.Event | None) -> Iterator[None]:
    """The running task is cancelled once ``cancel`` is set.

    The loop looks, for all tasks at the same moments: if the callers woke to look instead, many of them would
    keep each other from the interpreter.
    """
    task = asyncio.current_task()
    if cancel is None or task is None:
        yield
        return
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def look() -> None:
        nonlocal timer
        if cancel.is_set():
            task.cancel()
        else:
            timer = loop.call_at(_next_look(loop.time()), look)

    look()
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()


def _next_look(now: float) -> float:
    return (now // POLL + 1) * POLL


def _read(answer: httpx2.Response) -> Response:
    found = _json(answer.content)
    return Response(
        answer.status_code,
        _type(answer),
        answer.headers.get("retry-after"),
        found if isinstance(found, dict) else None,
        found if isinstance(found, list) else None,
    )


def _type(answer: httpx2.Response) -> str:
    return str(answer.headers.get("content-type", "")).split(";")[0].strip()


async def _streamed(client: httpx2.AsyncClient, request: httpx2.Request, take: Take) -> Response:
    answer = await client.send(request, stream=True)
    try:
        if answer.status_code == 200 and _type(answer) == EVENTS:
            await _take_events(answer, take)
            return Response(200, EVENTS, None, None)
        await answer.aread()
        return _read(answer)
    finally:
        await answer.aclose()


async def _take_events(answer: httpx2.Response, take: Take) -> None:
    """Hand on the JSON objects of a stream of server-sent events until it ends or says ``[DONE]``.

    Lines end at line feeds only: reports hold other characters that count as line ends elsewhere.
    """
    left = b""
    async for chunk in answer.aiter_bytes():
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            name, _, content = line.rstrip(b"\r").partition(b":")
            # A server may send what went wrong in the middle as a field of its own.
            if name not in (b"data", b"error"):
                continue
            if content.strip() == b"[DONE]":
                return
            event = _json(content)
            if isinstance(event, dict):
                take(event if name == b"data" or "error" in event else {"error": event})


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):  # broken JSON, or not JSON at all
        return None


def _next(events: queue.SimpleQueue[_T]) -> _T:
    """The next event; wakes to handle signals where waiting cannot be broken off."""
    while True:
        try:
            return events.get(timeout=_WAKE)
        except queue.Empty:
            continue


def _shut_down(clients: _Clients, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    async def finish() -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await clients.close()

    def run(work: Coroutine[Any, Any, None]) -> None:
        try:
            asyncio.run_coroutine_threadsafe(work, loop).result(timeout=5)
        except (RuntimeError, TimeoutError, concurrent.futures.CancelledError):
            work.close()

    if thread.is_alive():
        run(finish())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
    if not loop.is_running():
        loop.close()
