"""The pages of the documentation, taken apart into the steps a reader would take, and a desk to take them at.

What a block needs is said in comments right before it, which a reader does not see:

- ``not run: WHY``: the block is not run (its epicrisis commands are still checked for unknown options);
- ``exit: N``: the commands of the block end with this code, not 0;
- ``file: NAME``: the block is the content of a file, which is written;
- ``variable of: NAME``: the block replaces the variable of the same name in a codebook;
- ``shows: NAME``: the block is what the file holds; over a Markdown table: rows of that CSV file.

Comments of their own set things up: ``test-file: NAME`` with the content below it, and ``test-answers`` with
YAML below it: report id -> variable -> [value, quote], what the model says; ``test-run`` runs commands. No
model is ever loaded.
"""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_STEP = re.compile(
    r"^<!--[ ]*(?P<comment>.*?)[ ]*-->[ ]*$"
    r"|^```(?P<language>\w*)\n(?P<block>.*?)^```[ ]*$"
    r"|(?P<table>(?:^\|[^\n]*\n)+)",
    re.M | re.S,
)
#: What differs from one run of a command to the next.
_VARYING = (
    (re.compile(r"\b([a-z][a-z0-9-]*)-\d{8}-[0-9a-f]{4}\b"), r"\1-RUN"),
    (re.compile(r"[\d.e-]+ s and [\d,]+ tokens per report"), "PACE"),
    (re.compile(r"[\d,]+ tokens \([^)]*\)"), "TOKENS"),
    (re.compile(r"at most [\d,]+ more"), "at most N more"),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"), "TIME"),
)


@dataclass
class Step:
    """A block, a table, or a comment that sets something up."""

    kind: str
    text: str
    line: int
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[tuple[str, str]]:
        """Command lines that begin with ``$`` (or all, where none does), each with what is shown below it."""
        lines = re.sub(r"\\\n\s*", "", self.text).splitlines()
        if not any(line.startswith("$ ") for line in lines):
            return [(line, "") for line in lines if line.strip()]
        found: list[tuple[str, list[str]]] = []
        for line in lines:
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
        return [(command, "\n".join(shown)) for command, shown in found]

    @staticmethod
    def words(command: str) -> list[str]:
        """The words of a command, without the remark behind it and without where its output goes."""
        return shlex.split(re.sub(r"\s[#>|]\s.*", "", command))


@dataclass
class Page:
    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def steps(self) -> Iterator[Step]:
        text, marks, end = self.text, {}, 0
        for match in _STEP.finditer(text):
            if text[end : match.start()].strip():
                marks = {}
            end = match.end()
            line = text.count("\n", 0, match.start()) + 1
            if match["comment"] is not None:
                head, _, body = match["comment"].partition("\n")
                name, _, value = head.partition(":")
                if name.startswith("test-"):
                    yield Step(name, body, line, {name: value.strip()})
                else:
                    marks[name.strip()] = value.strip()
                continue
            kind = "table" if match["table"] else match["language"] or "text"
            yield Step(kind, match["table"] or match["block"], line, marks)
            marks = {}


@dataclass
class Desk:
    """A folder in which the steps of one page are taken."""

    folder: Path
    answers: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})

    def take(self, step: Step) -> None:
        if "not run" in step.marks:
            return
        if step.kind == "test-answers":
            self.answers.update(yaml.safe_load(step.text))
            self.script.write_text(step.text, encoding="utf-8")
        elif step.kind == "test-file" or "file" in step.marks:
            name = step.marks.get("file") or step.marks["test-file"]
            (self.folder / name).write_text(step.text, encoding="utf-8")
        elif "variable of" in step.marks:
            self._replace_variable(self.folder / step.marks["variable of"], step.text)
        elif "shows" in step.marks:
            self._compare(self.folder / step.marks["shows"], step)
        elif step.kind == "python":
            exec(compile(step.text, f"line {step.line}", "exec", dont_inherit=True), self.names)
        elif step.kind in ("console", "bash", "sh", "test-run"):
            for command, shown in step.commands:
                self._run(command, shown, int(step.marks.get("exit", 0)), step)

    @property
    def script(self) -> Path:
        return self.folder.parent / "answers.yaml"

    def _run(self, command: str, shown: str, wanted: int, step: Step) -> None:
        from epicrisis.cli import run

        program, *arguments = step.words(command)
        assert program == "epicrisis", f"line {step.line}: {program} cannot be run here"
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with redirect_stdout(stream), redirect_stderr(stream):
            code = run(arguments)
        printed = stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
        assert code == wanted, f"{command}\n{printed}"
        if shown.strip():
            assert_shown(shown, printed, command)

    def _compare(self, path: Path, step: Step) -> None:
        written = path.read_text(encoding="utf-8-sig")
        if step.kind != "table":
            assert_shown(step.text, written, path.name)
            return
        header, _, *rows = (
            [cell.strip() for cell in line.split("|")[1:-1]] for line in step.text.splitlines()
        )
        there = [[row[name] for name in header] for row in csv.DictReader(io.StringIO(written))]
        for row in rows:
            assert row in there, f"{row} is not in {path.name}"

    def _replace_variable(self, path: Path, text: str) -> None:
        first = text.splitlines()[0]
        before = path.read_text(encoding="utf-8")
        pattern = rf"^{re.escape(first)}\n(?:^    .*\n|^\n(?=    ))*"
        after, times = re.subn(pattern, lambda _: text, before, flags=re.M)
        assert times == 1, f"{first!r} is {times} times in {path.name}"
        path.write_text(after, encoding="utf-8")

    def reply(self, request: Any) -> dict[str, Any]:
        """What the page's model says, in whatever form it is asked."""
        given = self.answers.get(request.report_id, {})
        return {
            name: _written(member, *given.get(name, (None, None)))
            for name, member in request.schema["properties"].items()
        }


def _written(member: dict[str, Any], value: Any, quote: str | None) -> Any:
    if member.get("anyOf", [{}])[-1] == {"type": "null"}:
        return quote  # the second turn of a form that asks for quotes by themselves
    shapes = [member, *member.get("anyOf", ())]
    pair = next((shape["properties"] for shape in shapes if "properties" in shape), None)
    if pair is None or (value is None and "properties" not in member):
        return value
    both = {"value": value, "quote": quote}
    return {key: both[key] for key in pair}


def assert_shown(shown: str, printed: str, what: str) -> None:
    """``shown`` is what was printed; a line of three dots stands for any number of lines."""
    for pattern, name in _VARYING:
        shown, printed = pattern.sub(name, shown), pattern.sub(name, printed)
    lines = [line.rstrip() for line in shown.strip().splitlines()]
    pattern_of = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"[ ]*\n" for line in lines)
    assert re.fullmatch(pattern_of, printed.strip("\n") + "\n"), f"{what} prints:\n{printed}\nnot:\n{shown}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", [Page(path) for path in PAGES], ids=str)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder, and the default model replaced by the answers of the page."""
    from epicrisis.api import DEFAULT_ENGINE
    from epicrisis.engines import address
    from epicrisis.engines.scripted import ScriptedEngine
    from epicrisis.errors import ModelError
    from epicrisis.runs.progress import NoProgress

    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("EPICRISIS_STORE", "EPICRISIS_DEBUG", "EPICRISIS_MODELS", "EPICRISIS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "110")
    desk = Desk(folder)
    desk.script.write_text("", encoding="utf-8")
    parse = address.parse

    def parse_here(text: str) -> address.EngineAddress:
        if text == DEFAULT_ENGINE:
            return address.EngineAddress(text, "scripted", path=desk.script)
        return parse(text)

    def open_here(where: Any, **_: Any) -> ScriptedEngine:
        if getattr(where, "path", None) != desk.script:
            raise ModelError("The pages are tried without a model.")
        return ScriptedEngine(desk.reply, model="page")

    class Unseen(NoProgress):
        """A terminal's bar leaves nothing behind."""

        def fetching(self, _: Any) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(address, "parse", parse_here)
    monkeypatch.setattr(address, "open_engine", open_here)
    monkeypatch.setattr("epicrisis.runs.display.display", Unseen)
    return desk
