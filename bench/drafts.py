"""Guessing ahead: whether it pays to evaluate what an answer probably goes on with before it is chosen.

    python bench/drafts.py [--reports 2] [--kinds none,ngram_simple,native,native-schema]

``none`` and the ``ngram_…`` kinds are llama.cpp's own (prompt lookup) in the prebuilt engine; ``native`` and
``native-schema`` are the engine compiled for this machine without and with the guesses from the schema.
Every kind is given the same reports of the shipped codebook ``brain-mri`` in the same run, after one that
warms it up. Prints a table, ratios against the first kind of each engine, and writes
``bench/results/drafts.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from epicrisis import library
from epicrisis.codebook import load
from epicrisis.engines.address import open_engine
from epicrisis.engines.catalogue import DEFAULT_MODEL
from epicrisis.engines.engine import Engine, Reply, Request
from epicrisis.prompting import Form, Prompt
from epicrisis.reading import read

HERE = Path(__file__).parent


@contextmanager
def opened(kind: str, model: str, threads: int | None) -> Iterator[Engine]:
    """An engine that guesses in this way."""
    if kind.startswith("native"):
        from epicrisis.engines.native_draft import Skeleton

        plain = mock.patch.object(Skeleton, "after", return_value="")
        with plain if kind == "native" else nullcontext():
            engine = open_engine(f"native:{model}", threads=threads)
            yield engine
            engine.close()
        return
    import xllamacpp

    real = xllamacpp.Server

    def server(params: Any) -> Any:
        name = f"COMMON_SPECULATIVE_TYPE_{kind.upper()}"
        params.speculative.types = [getattr(xllamacpp.common_speculative_type, name)]
        return real(params)

    with mock.patch.object(xllamacpp, "Server", server):
        engine = open_engine(f"llamacpp:{model}", threads=threads)
        yield engine
        engine.close()


def replies(engine: Engine, reports: int) -> list[Reply]:
    folder = library.path("brain-mri")
    codebook = load(folder)
    prompt = Prompt(codebook, Form.QUOTE_VALUE)
    texts = [report.text for report in read(folder / library.REPORTS_FILE)][: reports + 1]
    asked = [
        Request(prompt.messages(text), schema=prompt.schema, max_tokens=prompt.budget(), top_logprobs=20)
        for text in texts
    ]
    return [engine.complete(request) for request in asked][1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--reports", type=int, default=2)
    parser.add_argument("--kinds", default="none,ngram_simple,native,native-schema")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "drafts.json")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    first: dict[bool, tuple[float, list[str]]] = {}
    print("kind, tokens written, seconds per report, times as fast, the same answers, log-probabilities")
    for kind in options.kinds.split(","):
        with opened(kind, options.model, options.threads) as engine:
            found = replies(engine, options.reports)
        seconds = sum(reply.seconds for reply in found) / len(found)
        texts = [reply.text for reply in found]
        base, answers = first.setdefault(kind.startswith("native"), (seconds, texts))
        rows.append(
            {
                "kind": kind,
                "written": sum(reply.completion_tokens for reply in found) / len(found),
                "seconds": seconds,
                "ratio": base / seconds,
                "same": sum(one == other for one, other in zip(texts, answers, strict=True)),
                "reports": len(found),
                "logprobs": all(
                    sum(len(token.top) > 1 for token in reply.logprobs or ()) > reply.completion_tokens / 2
                    for reply in found
                ),
            }
        )
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(rows, indent=1))
        row = rows[-1]
        print(
            f"{kind:16} {row['written']:6.0f} {row['seconds']:7.1f} {row['ratio']:6.2f}  "
            f"{row['same']}/{row['reports']}  {'yes' if row['logprobs'] else 'no'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
