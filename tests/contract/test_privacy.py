"""A report's text is in the answer, and nowhere else: whatever goes wrong, and however the program ends."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import logging, sys
# A busy machine is told of as slow callbacks; errors still are.
logging.getLogger("asyncio").setLevel(logging.ERROR)
from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Message, Request
from epicrisis.errors import EpicrisisError
engine = open_engine(sys.argv[1], context=8192, threads=1)
schema = {"type": "object", "properties": {"a": {"enum": ["x"]}}, "required": ["a"]}
def ask(text, **options):
    try:
        engine.complete(Request([Message("user", text)], **options))
    except EpicrisisError as error:
        sys.stderr.write(f"{type(error).__name__}\\n")
        if "CANARY" in f"{error}{error.hint}{error.__cause__}{error.__context__}":
            sys.stderr.write("CANARY\\n")
ask("CANARY report", schema=schema, max_tokens=20)
ask("CANARY report", max_tokens=20)
ask("CANARY report " * 8000, max_tokens=20)
ask("CANARY report", schema={"enum": []}, max_tokens=20)
ask("CANARY report", max_tokens=400, timeout=1e-6)
"""


@pytest.mark.parametrize("kind", ["llamacpp", "native", "openai"])
def test_nothing_of_a_prompt_is_written_anywhere(
    kind: str, tiny_gguf: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "native" and importlib.util.find_spec("llama_cpp") is None:
        pytest.skip("llama-cpp-python is not installed")
    address = request.getfixturevalue("server_url") if kind == "openai" else f"{kind}:{tiny_gguf}"
    # llama-cpp-python itself leaves a file open, which would be told.
    strictly = [] if kind == "native" else ["-X", "dev"]
    # The engine is left open: ending the program must be clean all the same.
    done = subprocess.run(
        [sys.executable, *strictly, "-c", _SCRIPT, address],
        capture_output=True, text=True, timeout=300, cwd=tmp_path,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.split() == ["ContextOverflowError", "EngineError", "EngineTimeoutError"]
    assert list(tmp_path.iterdir()) == []
