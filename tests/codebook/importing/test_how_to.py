from __future__ import annotations

import re
from pathlib import Path

import pytest

from epicrisis.codebook import lint

PAGE = Path(__file__).parents[3] / "docs/how-to/import-a-codebook.md"


def test_the_python_on_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    exec(compile(block, str(PAGE), "exec", dont_inherit=True), {"__name__": "page"})
    assert lint(capsys.readouterr().out)[0].level == "warning"
