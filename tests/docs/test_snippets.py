"""What the pages tell a reader to do works, and prints what they say it prints."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from cyclopts.exceptions import CycloptsError

from epicrisis.cli import app
from epicrisis.codebook import lint

SHELL = ("console", "bash", "sh")


def test_the_steps_of_the_page_work(page: Any, desk: Any) -> None:
    for step in page.steps:
        try:
            desk.take(step)
        except AssertionError as error:
            raise AssertionError(f"{page}:{step.line}: {error}") from None


def test_the_fences_are_paired_and_begin_the_line(page: Any) -> None:
    fences = re.findall(r"^([ \t]*)```(.*)$", page.text, re.M)
    assert all(not indent for indent, _ in fences)
    assert [bool(language) for _, language in fences] == [True, False] * (len(fences) // 2)


def test_what_is_not_run_names_real_commands_and_options(page: Any) -> None:
    for step in page.steps:
        if step.kind not in SHELL or "not run" not in step.marks:
            continue
        assert step.marks["not run"], f"{page}:{step.line}: say why it is not run"
        for command, _ in step.commands:
            words = step.words(command)
            if words[:1] != ["epicrisis"]:
                continue
            try:
                app.parse_args(words[1:], exit_on_error=False, print_error=False)
            except CycloptsError as error:
                pytest.fail(f"{page}:{step.line}: {command}: {error}")


def test_yaml_and_json_are_what_they_seem(page: Any) -> None:
    for step in page.steps:
        where = f"{page}:{step.line}"
        if step.kind == "json":
            json.loads(step.text)
        elif step.kind == "yaml":
            found = yaml.safe_load(step.text)
            codebook = _as_codebook(found, step.text)
            if codebook is not None:
                assert [str(one) for one in lint(codebook)] == [], where


def _as_codebook(found: Any, text: str) -> str | None:
    """The YAML as a codebook to lint: a whole one, or a variable with one around it; else ``None``."""
    if isinstance(found, dict) and "variables" in found and "kind" not in found:
        return text
    if isinstance(found, dict) and "kind" in found:
        text = "- " + text.replace("\n", "\n  ").rstrip()
        found = [found]
    if isinstance(found, list) and all(isinstance(one, dict) and "kind" in one for one in found):
        variables = [one for one in found if "when" not in one]
        return None if len(variables) < len(found) else f"name: page\nvariables:\n{text}\n"
    return None
