"""Model servers of their own process, for measuring what asks them.

    python bench/servers.py scripted [--latency 0.2] [--logprobs 20]
    python bench/servers.py llama MODEL.gguf [--slots 4] [--context 4096] [--threads 2]

Each listens on a free port of the loopback, prints its base URL and ends with its standard input. The
scripted one is OpenAI-compatible: it answers any JSON Schema with a valid instance, so long after the request
came in, however many others it is answering. ``--logprobs`` adds that many alternatives to every token, which
makes answers as large as they are from a real server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from epicrisis.engines.instances import instance

MODEL = "scripted"
_CHARACTERS_PER_TOKEN = 4
_VARIANTS = 16


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """The base URL of a server that runs until the block ends; ``arguments`` as on the command line."""
    command = [sys.executable, str(Path(__file__)), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise SystemExit(f"The server did not start: {' '.join(arguments)}")
            yield url
        finally:
            process.stdin.close()


class _Answers:
    """Bodies of answers, made once for each of a few variants of a schema."""

    def __init__(self, logprobs: int) -> None:
        self._logprobs = logprobs
        self._made: dict[tuple[str, int, int], bytes] = {}

    def to(self, body: bytes) -> bytes:
        asked = json.loads(body)
        schema = asked["response_format"]["json_schema"]["schema"]
        # Every report is answered differently, but not in more ways than can be made beforehand.
        variant = zlib.crc32(body) % _VARIANTS
        size = sum(len(message["content"].encode()) for message in asked["messages"])
        key = (json.dumps(schema), variant, size)
        if key not in self._made:
            self._made[key] = self._make(schema, variant, size)
        return self._made[key]

    def _make(self, schema: Any, variant: int, size: int) -> bytes:
        text = json.dumps(instance(schema, variant), ensure_ascii=False)
        step = _CHARACTERS_PER_TOKEN
        pieces = [text[at : at + step] for at in range(0, len(text), step)]
        choice: dict[str, Any] = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": text},
        }
        if self._logprobs:
            choice["logprobs"] = {"content": [self._token(piece) for piece in pieces]}
        usage = {"prompt_tokens": size // step, "completion_tokens": len(pieces)}
        return json.dumps({"model": MODEL, "choices": [choice], "usage": usage}).encode()

    def _token(self, piece: str) -> dict[str, Any]:
        others = [f"{piece[:-1]}{chr(0x61 + n)}" for n in range(self._logprobs - 1)]
        top = [
            {"token": one, "logprob": -0.1 - n, "bytes": list(one.encode())}
            for n, one in enumerate((piece, *others))
        ]
        return {**top[0], "top_logprobs": top}


class _Scripted(asyncio.Protocol):
    """One connection: requests one after the other, as HTTP/1.1 keeps it."""

    def __init__(self, answers: _Answers, latency: float) -> None:
        self._answers = answers
        self._latency = latency
        self._seen = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, found, rest = self._seen.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._seen = rest[length:]
        loop = asyncio.get_running_loop()
        if lines[0].startswith("POST"):
            # From here on, whatever making the answer takes.
            due = loop.time() + self._latency
            loop.call_at(due, self._send, self._answers.to(rest[:length]))
        elif lines[0].startswith("GET /v1/models "):
            self._send(json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode())
        else:
            self._send(b"{}", "404 Not Found")

    def _send(self, body: bytes, status: str = "200 OK") -> None:
        if self._transport is not None:
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            self._transport.write(head.encode() + body)


def scripted(latency: float, logprobs: int) -> None:
    answers = _Answers(logprobs)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Scripted(answers, latency), "127.0.0.1", 0, backlog=1024)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
        ended = asyncio.Event()
        thread = threading.Thread(
            target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True
        )
        thread.start()
        await ended.wait()

    asyncio.run(serve())


def llama(model: Path, slots: int, context: int, threads: int) -> None:
    """llama.cpp's own HTTP server, as ``llama-server --parallel`` starts it. ``context``: tokens a slot."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = context * slots
    params.n_parallel = slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.offline = True
    params.verbosity = -1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("scripted")
    one.add_argument("--latency", type=float, default=0.2)
    one.add_argument("--logprobs", type=int, default=0)
    other = kinds.add_parser("llama")
    other.add_argument("model", type=Path)
    other.add_argument("--slots", type=int, default=1)
    other.add_argument("--context", type=int, default=4096)
    other.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.kind == "scripted":
        scripted(options.latency, options.logprobs)
    else:
        llama(options.model, options.slots, options.context, options.threads)


if __name__ == "__main__":
    main()
