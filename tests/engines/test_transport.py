"""Many requests at once to one server: connections of their own, kept; each can be taken back alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from epicrisis.engines.transport import Transport
from epicrisis.errors import EngineCancelledError, EngineTimeoutError

AT_ONCE = 8


class Meeting:
    """Answers ``/meet`` once ``AT_ONCE`` requests are there, ``/never`` never, all others at once."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(AT_ONCE, timeout=30)
        self.connections: set[int] = set()
        self.asked = threading.Semaphore(0)
        self.ending = threading.Event()
        meeting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                """Keep the test output quiet."""

            def do_POST(self) -> None:
                meeting.connections.add(self.client_address[1])
                self.rfile.read(int(self.headers["Content-Length"]))
                meeting.asked.release()
                if self.path == "/meet":
                    meeting.barrier.wait()
                elif self.path == "/never":
                    meeting.ending.wait()
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    found = Meeting()
    yield found
    found.close()


@pytest.fixture
def transport(meeting: Meeting) -> Iterator[Transport]:
    with Transport(meeting.url, {}) as found:
        yield found


def test_one_after_the_other_needs_one_connection(transport: Transport, meeting: Meeting) -> None:
    for _ in range(3):
        assert transport.call("POST", "now", {}).ok
    assert len(meeting.connections) == 1


def test_as_many_connections_as_requests_at_once(transport: Transport, meeting: Meeting) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in range(3):
            calls = [threads.submit(transport.call, "POST", "meet", {}, timeout=30) for _ in range(AT_ONCE)]
            assert all(call.result().ok for call in calls)
    assert len(meeting.connections) == AT_ONCE


def test_one_of_several_is_taken_back(transport: Transport, meeting: Meeting) -> None:
    cancel, other = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as threads:
        taken_back = threads.submit(transport.call, "POST", "never", {}, cancel=cancel)
        kept = threads.submit(transport.call, "POST", "never", {}, timeout=0.5, cancel=other)
        for _ in range(2):
            assert meeting.asked.acquire(timeout=30)
        cancel.set()
        with pytest.raises(EngineCancelledError):
            taken_back.result(timeout=30)
        with pytest.raises(EngineTimeoutError):
            kept.result(timeout=30)
    # Their connections are gone, and new ones take their place.
    assert transport.call("POST", "now", {}).ok


def test_what_is_cancelled_already_is_not_sent(transport: Transport, meeting: Meeting) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(EngineCancelledError):
        transport.call("POST", "now", {}, cancel=cancel)
    assert not meeting.connections
