"""Speed and size: what the engine's cache saves, what the program costs around it, memory, start-up.

    python bench/throughput.py [--model] [--install] [--many 100000]
    python bench/throughput.py --tokens [--store bench/results/accuracy/brain-mri.sqlite] [--run latest]

Prints one table and writes ``bench/results/throughput.json``. Speeds are ratios against something measured
in the same run where that is possible. ``--model`` adds the parts that need the default model (minutes),
``--install`` measures a core install in a fresh environment. ``--tokens`` measures nothing else: it counts
the tokens of a run's answers, as they were written and pretty-printed, by the tokenizer of the default model
or of ``--gguf``, and what was measured before stays in the file.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
SENTENCE = (
    "the report describes a lesion of 12 mm in the left upper lobe without pleural contact and no enlarged "
    "lymph nodes were seen compared with the previous scan the heart is not enlarged"
)
WORDS = SENTENCE.split()
CODEBOOK = """
name: ten
title: Ten variables
variables:
  - {name: lesion, kind: boolean, definition: A lesion is seen.}
  - {name: side, kind: category, definition: Side., options: [left, right]}
  - {name: lobe, kind: category, definition: Lobe., options: [upper, middle, lower]}
  - {name: size, kind: quantity, unit: mm, definition: Size.}
  - {name: nodes, kind: boolean, definition: Enlarged nodes.}
  - {name: node_count, kind: count, definition: How many., when: nodes == true}
  - {name: pleura, kind: boolean, definition: Pleural contact.}
  - {name: heart, kind: boolean, definition: Heart enlarged.}
  - {name: grade, kind: ordinal, definition: Grade., options: [1, 2, 3]}
  - {name: summary, kind: text, definition: Summary., max_length: 40}
"""


def child(code: str, *arguments: str) -> dict[str, Any]:
    """Run Python code in its own process; its last line of output is JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def wall(command: list[str], repeats: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return min(times)


def help_time() -> Iterator[tuple[str, Any]]:
    python = wall([sys.executable, "-c", "pass"])
    shown = wall([sys.executable, "-m", "epicrisis", "--help"])
    yield "--help, seconds", round(shown, 3)
    yield "--help / starting Python", round(shown / python, 1)


_SCRIPTED = """
import json, resource, sys, tempfile, time
from pathlib import Path
import epicrisis
from epicrisis.codebook import loads
from epicrisis.engines.scripted import ScriptedEngine
source, book = sys.argv[1], loads(Path(sys.argv[2]).read_text())
options = epicrisis.ExtractionOptions(second_look=sys.argv[3] == "again")
with tempfile.TemporaryDirectory() as folder:
    times = []
    for _ in range(2):
        started = time.perf_counter()
        engine = ScriptedEngine.from_schema(seed=1)
        run = epicrisis.extract(source, book, engine, options=options, store=Path(folder) / "s.sqlite")
        times.append(time.perf_counter() - started)
    done = run.counts.done
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"first": times[0], "again": times[1], "done": done, "peak_mb": peak / 1024}))
"""


def scripted(many: int) -> Iterator[tuple[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "ten.yaml"
        book.write_text(CODEBOOK)
        # Invented answers do not fit their reports: with a second look nearly every one is asked for twice.
        for number, look, called in (
            (1000, "once", ""),
            (many, "once", ""),
            (max(many // 10, 1), "again", ", second look"),
        ):
            reports = Path(folder) / f"{number}.csv"
            with reports.open("w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(["id", "text"])
                for n in range(number):
                    start = n % len(WORDS)
                    rows.writerow([n, " ".join([str(n), *(WORDS[start:] + WORDS[:start]) * 3])])
            found = child(_SCRIPTED, str(reports), str(book), look)
            assert found["done"] == number
            yield f"{number:,} reports{called}: reports/s", round(number / found["first"])
            if look == "once":
                yield f"{number:,} reports: reports/s, all answered before", round(number / found["again"])
                yield f"{number:,} reports: peak memory, MB", round(found["peak_mb"])


_MODEL = """
import json, resource, sys, tempfile, time
from pathlib import Path
import epicrisis
from epicrisis import library
from epicrisis.codebook import load
from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Message
book = load(library.path("brain-mri"))
engine = open_engine(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    started = time.perf_counter()
    run = epicrisis.extract(library.path("brain-mri") / "reports.csv", book, engine,
                            store=Path(folder) / "s.sqlite", limit=int(sys.argv[2]))
    wall = time.perf_counter() - started
    rows = [(e.usage, engine.count_tokens([Message("user", run.text(e.report_id))])) for e in run]
    empty = engine.count_tokens([Message("user", "")])
usages = [u for u, _ in rows]
later = rows[1:]
print(json.dumps({
    "wall": wall,
    "engine": sum(u.seconds for u in usages),
    "extra": [u.evaluated_tokens - (own - empty) for u, own in later],
    "requests": [u.requests for u in usages],
    "own": [own - empty for _, own in later],
    "evaluated": [u.evaluated_tokens for u, _ in later],
    "generated": sum(u.completion_tokens for u in usages) / len(usages),
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
engine.close()
"""


def model(engine: str, reports: int) -> Iterator[tuple[str, Any]]:
    from epicrisis.engines.catalogue import DEFAULT_MODEL, get

    found = child(_MODEL, engine, str(reports))
    yield (
        "evaluated beyond the report's own tokens, most (one request)",
        max(
            (extra for extra, n in zip(found["extra"], found["requests"][1:], strict=True) if n == 1),
            default=None,
        ),
    )
    yield (
        "the same, reports that were asked again",
        [extra for extra, n in zip(found["extra"], found["requests"][1:], strict=True) if n > 1],
    )
    yield "report's own tokens, mean", round(sum(found["own"]) / len(found["own"]))
    yield "tokens generated per report, mean", round(found["generated"])
    yield "seconds per report, engine", round(found["engine"] / reports, 1)
    yield "time outside the engine, % of the run", round(100 * (1 - found["engine"] / found["wall"]), 2)
    yield "peak memory beyond the model's size, MB", round(found["peak_mb"] - get(DEFAULT_MODEL).size / 2**20)


_EMBEDDED = """
import json, sys
from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Message, Request
words, rounds, written = sys.argv[2].split(), int(sys.argv[3]), 64
kinds = ("llamacpp", "native")
engines = {kind: open_engine(f"{kind}:{sys.argv[1]}", context=8192) for kind in kinds}
read = dict.fromkeys(kinds, 0.0)
wrote = dict.fromkeys(kinds, 0.0)
for turn in range(rounds + 1):
    for kind, engine in engines.items():
        # Another first word every time: nothing of the prompt has been evaluated before.
        messages = [Message("user", f"{turn} " + " ".join(words[turn % 20:] * 30))]
        one = engine.complete(Request(messages, max_tokens=1))
        more = engine.complete(Request(messages, max_tokens=written))
        if turn:  # the first is to warm up
            read[kind] = max(read[kind], (one.prompt_tokens - one.cached_tokens) / one.seconds)
            wrote[kind] = max(wrote[kind], more.completion_tokens / more.seconds)
print(json.dumps({"read": read, "wrote": wrote, "tokens": one.prompt_tokens}))
for engine in engines.values():
    engine.close()
"""


def embedded(engine: str, rounds: int = 3) -> Iterator[tuple[str, Any]]:
    """The engine compiled for this machine against the prebuilt one, taking turns; the best counts."""
    if importlib.util.find_spec("llama_cpp") is None:
        print("llama-cpp-python is not installed: the native engine is left out", flush=True)
        return
    found = child(_EMBEDDED, engine, SENTENCE, str(rounds))
    yield "tokens of the prompt read for the next rows", found["tokens"]
    for what, speeds in (("read", found["read"]), ("written", found["wrote"])):
        for kind, speed in speeds.items():
            yield f"{kind}: tokens {what} per second", round(speed, 1)
        yield f"native : llamacpp, tokens {what} per second", round(speeds["native"] / speeds["llamacpp"], 2)


def install() -> Iterator[tuple[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(site), str(ROOT)]
        subprocess.run(pip, check=True)
        size = sum(path.lstat().st_size for path in site.rglob("*") if path.is_file())
        yield "core install, MB", round(size / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--engine", default="qwen2.5-coder-1.5b-instruct")
    parser.add_argument("--reports", type=int, default=6)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--tokens", action="store_true")
    parser.add_argument("--store", type=Path, default=HERE / "results" / "accuracy" / "brain-mri.sqlite")
    parser.add_argument("--run", default="latest")
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "throughput.json")
    options = parser.parse_args()
    found: dict[str, Any] = {"cores": os.cpu_count(), "python": sys.version.split()[0]}
    parts: list[Callable[[], Iterator[tuple[str, Any]]]] = [help_time, lambda: scripted(options.many)]
    if options.model:
        parts.append(lambda: model(options.engine, options.reports))
        parts.append(lambda: embedded(options.engine))
    if options.install:
        parts.append(install)
    if options.tokens:
        from tokens import default_model, tokens

        found = json.loads(options.out.read_text()) if options.out.exists() else found
        parts = [lambda: tokens(options.gguf or default_model(), options.store, options.run)]
    for part in parts:
        for name, value in part():
            found[name] = value
            print(f"{name:62} {value}", flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
