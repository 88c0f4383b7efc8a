"""Links lead somewhere; commands, options and make targets that are named exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from epicrisis.cli.reference import commands, parameters

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)
#: Options of other programs that the pages name.
_FOREIGN = {"--max-model-len", "--skip-chat-parsing", "--help", "--version"}


def _without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def _anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = _HEADING.findall(_without_blocks(path.read_text(encoding="utf-8")))
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def test_links_lead_somewhere(page: Any) -> None:
    for target in _LINK.findall(_without_blocks(page.text)):
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        assert path.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in _anchors(path), f"{page}: {target}"


def test_every_page_of_the_docs_can_be_reached_from_the_readme(root: Path) -> None:
    reached: set[Path] = set()
    waiting = [root / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md" or not path.exists():
            continue
        reached.add(path)
        targets = (link.partition("#")[0] for link in _LINK.findall(path.read_text(encoding="utf-8")))
        waiting += [(path.parent / target).resolve() for target in targets if target and ":" not in target]
    assert sorted(set((root / "docs").glob("**/*.md")) - reached) == []


def test_options_that_are_named_exist(page: Any) -> None:
    known = {name for _, command in commands() for one in parameters(command) for name in one.names}
    for code in re.findall(r"`([^`\n]+)`", _without_blocks(page.text)):
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code):
            assert option in known | _FOREIGN, f"{page}: {code}"


def test_make_targets_that_are_named_exist(page: Any, root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M))
    named = re.findall(r"(?:^|`)make ([a-z]+)\b", page.text, re.M)
    assert set(named) <= targets


def test_every_command_is_explained_on_some_page(root: Path) -> None:
    pages = [root / "README.md", *(root / "docs").glob("**/*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.name != "cli.md")
    missing = [name for name, _ in commands() if not re.search(rf"{re.escape(name)}\b", text)]
    assert missing == []
