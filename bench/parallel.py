"""Reports asked at once (``--parallel N``): how throughput rises with N, through engine, executor and store.

    python bench/parallel.py [--parallel 1,2,4,8,16,32] [--latency 0.2] [--logprobs 0]
    python bench/parallel.py --server MODEL.gguf --slots 1,2,4

The first asks a scripted server that answers every request after ``--latency`` seconds: what is missing to N
times the throughput of N = 1 is what the program itself takes. The second starts llama.cpp's HTTP server with
N slots, for each N; there the model is what saturates. Both are processes of their own on the loopback.

Prints one table and a curve for each, and writes ``bench/results/parallel.json``, where what the other
command measured stays.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from epicrisis import api
from epicrisis.codebook import Codebook, loads
from epicrisis.engines.openai import OpenAIEngine
from epicrisis.extraction import ExtractionOptions
from servers import running
from throughput import CODEBOOK, HERE, WORDS

#: Every report takes one request: what is asked again would be another share of every row.
OPTIONS = ExtractionOptions(repair=False, second_look=False)
COUNTS = (1, 2, 4, 8, 16, 32)
_WIDTH = 40
#: A server for so many requests at once; what it yields is its base URL.
Start = Callable[[int], AbstractContextManager[str]]


def reports(number: int, first: int = 0) -> list[tuple[str, str]]:
    """As many reports, each with a text of its own, as ``throughput.py`` has them."""
    found = []
    for n in range(first, first + number):
        start = n % len(WORDS)
        found.append((str(n), " ".join([str(n), *(WORDS[start:] + WORDS[:start]) * 3])))
    return found


def measured(url: str, parallel: int, book: Codebook, each: int, warm: int) -> dict[str, Any]:
    """A run of ``each`` reports for every place, after ``warm`` reports for every place that do not count."""
    with tempfile.TemporaryDirectory() as folder, OpenAIEngine(url, parallel=parallel) as engine:
        if warm:
            api.extract(
                reports(warm * parallel), book, engine, options=OPTIONS, store=Path(folder) / "warm.sqlite"
            )
        asked = reports(each * parallel, first=warm * parallel)
        started, busy = time.perf_counter(), time.process_time()
        run = api.extract(asked, book, engine, options=OPTIONS, store=Path(folder) / "store.sqlite")
        seconds, busy = time.perf_counter() - started, time.process_time() - busy
        assert run.counts.done == len(asked)
        assert run.counts.failed == 0
        waited = sum(one.usage.seconds for one in run)
        requests = sum(one.usage.requests for one in run)
        generated = sum(one.usage.completion_tokens for one in run)
    return {
        "parallel": parallel,
        "reports": len(asked),
        "seconds": seconds,
        "reports_per_second": len(asked) / seconds,
        "requests_per_second": requests / seconds,
        "seconds_per_request": waited / requests,
        "generated_per_second": generated / seconds,
        "processor_ms_per_report": 1000 * busy / len(asked),
    }


def curve(
    start: Start, counts: tuple[int, ...], book: Codebook, *, each: int, warm: int = 1, rounds: int = 1
) -> Iterator[dict[str, Any]]:
    """A row for every N, the best of so many ``rounds``, with its throughput against the first row's."""
    first: float | None = None
    for count in counts:
        with start(count) as url:
            tries = [measured(url, count, book, each, warm) for _ in range(rounds)]
        row = max(tries, key=lambda one: float(one["reports_per_second"]))
        first = first or row["reports_per_second"] / count
        row["ratio"] = row["reports_per_second"] / first
        yield row


def table(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    print(f"{'N':>3} {'reports':>7} {'reports/s':>9} {'ratio':>6} {'of N':>5} {'s/request':>9} {'own ms':>6}")
    kept = []
    for row in rows:
        kept.append(row)
        print(
            f"{row['parallel']:3} {row['reports']:7} {row['reports_per_second']:9.2f} {row['ratio']:6.2f} "
            f"{row['ratio'] / row['parallel']:5.0%} {row['seconds_per_request']:9.3f} "
            f"{row['processor_ms_per_report']:6.2f}",
            flush=True,
        )
    return kept


def drawn(rows: list[dict[str, Any]]) -> str:
    """The curve: throughput as bars, and where N times the first would end (``|``)."""
    most = max(max(row["ratio"] for row in rows), rows[-1]["parallel"])
    lines = []
    for row in rows:
        bar = "#" * round(_WIDTH * row["ratio"] / most)
        ideal = round(_WIDTH * row["parallel"] / most)
        padded = bar.ljust(_WIDTH + 1)
        mark = max(ideal, 1)
        lines.append(f"{row['parallel']:3} {padded[:mark]}|{padded[mark:]}".rstrip())
    return "\n".join(lines)


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in text.split(","))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parallel", type=numbers, default=COUNTS)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--logprobs", type=int, default=0)
    parser.add_argument("--server", type=Path, metavar="MODEL")
    parser.add_argument("--slots", type=numbers, default=(1, 2, 4))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--context", type=int, default=4096, help="tokens a slot")
    parser.add_argument("--each", type=int, help="reports for every N, times N (default: 20; a model's: 4)")
    parser.add_argument(
        "--rounds", type=int, help="runs for every N; the best counts (default: 3; a model's: 1)"
    )
    parser.add_argument("--out", type=Path, default=HERE / "results" / "parallel.json")
    options = parser.parse_args()
    book = loads(CODEBOOK)
    found: dict[str, Any] = json.loads(options.out.read_text()) if options.out.exists() else {}
    found |= {"cores": os.cpu_count(), "python": sys.version.split()[0]}
    if options.server is not None:
        name, counts = "llama.cpp", options.slots
        each, rounds = options.each or 4, options.rounds or 1
        found[name] = {"model": options.server.name, "threads": options.threads}

        def start(count: int) -> AbstractContextManager[str]:
            more = ["--slots", count, "--context", options.context, "--threads", options.threads]
            return running("llama", str(options.server), *map(str, more))

    else:
        name = f"scripted, {1000 * options.latency:.0f} ms"
        if options.logprobs:
            name += f", {options.logprobs} alternatives a token"
        counts, each, rounds = options.parallel, options.each or 20, options.rounds or 3
        found[name] = {"latency": options.latency, "logprobs": options.logprobs}

        def start(_: int) -> AbstractContextManager[str]:
            return running("scripted", "--latency", str(options.latency), "--logprobs", str(options.logprobs))

    print(name, flush=True)
    rows = table(curve(start, counts, book, each=each, rounds=rounds))
    print(f"\n{drawn(rows)}")
    found[name]["rows"] = rows
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
