"""Tuning in a real browser: asked for, watched as it learns, compared, and used."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from epicrisis.engines.catalogue import CATALOGUE
from epicrisis.studio.jobs import dispatcher
from epicrisis.studio.project import Project
from epicrisis.studio.tuning import extra
from epicrisis.tuning.settings import PRESETS, Preset

CODEBOOK = """\
name: kidney
variables:
  - {name: normal, kind: boolean, definition: Whether the kidney is called normal.}
  - {name: size, kind: quantity, unit: mm}
"""
BASE = CATALOGUE[1]
_PATIENCE = 60.0
#: What stands for the program that trains: it does what it is told through a socket.
_SCRIPT = Path(__file__).parents[2] / "studio" / "tuning" / "trainer.py"
LOOKS = [
    pytest.param(scheme, width, id=f"{scheme}-{width}")
    for scheme in ("light", "dark")
    for width in (1280, 380)
]


class Trainer:
    """The training at work, step by step. ``tell`` returns when the event is in the history."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(_PATIENCE)
        self.port = self._server.getsockname()[1]
        self._talk: Any = None

    def begin(self) -> list[str]:
        """Wait until one begins; gives its arguments."""
        line = self._server.accept()[0]
        self._talk = line.makefile("rw")
        line.close()
        return list(json.loads(self._talk.readline())["arguments"])

    def tell(self, event: str, **said: Any) -> None:
        self._order({"event": event, **said})

    def learn(self, first: int, last: int) -> None:
        """Steps of a loss that falls."""
        for step in range(first, last + 1):
            self.tell(
                "step", step=step, epoch=step / 10, loss=3 / (1 + step / 8), rate=5e-4,
                tokens_per_second=123.0, eta=4.0 * (40 - step),
            )  # fmt: skip

    def look(self, step: int, score: float, *, best: bool) -> None:
        self.tell(
            "validation", epoch=step // 10, step=step, loss=2 / (1 + step / 8), score=score,
            metric="share of cells right", best=best,
        )  # fmt: skip

    def finish(self, card: Any) -> None:
        self._order({"write": {"card.json": card}})
        self.tell("end", status="finished", error=None)
        self.end()

    def end(self, code: int = 0, say: str = "") -> None:
        self._talk.write(json.dumps({"exit": code, "say": say}) + "\n")
        self._talk.flush()

    def close(self) -> None:
        self._server.close()
        if self._talk is not None:
            self._talk.close()

    def _order(self, order: Any) -> None:
        self._talk.write(json.dumps(order) + "\n")
        self._talk.flush()
        assert json.loads(self._talk.readline()) == "done"


@pytest.fixture
def trainer(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Trainer]:
    """A project with gold, in which trainings are told what to do."""
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))
    for name in ("EPICRISIS_MODELS", "EPICRISIS_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(extra, "installed", lambda: True)
    monkeypatch.setattr(dispatcher, "WORKER", (sys.executable, str(_SCRIPT), "worker"))
    (project.shelf("codebooks") / "kidney.yaml").write_text(CODEBOOK, "utf-8")
    reports = "".join(f"r{n},text of report {n}\n" for n in range(20))
    (project.shelf("reports") / "reports.csv").write_text(f"id,text\n{reports}", "utf-8")
    gold = "".join(f"r{n},{'true' if n % 2 else 'false'}\n" for n in range(20))
    (project.shelf("gold") / "gold.csv").write_text(f"id,normal\n{gold}", "utf-8")
    made = Trainer()
    monkeypatch.setenv("TRAINER_PORT", str(made.port))
    yield made
    made.close()


def estimate(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def card(name: str) -> dict[str, Any]:
    compared = {
        "before": estimate(0.612, 0.5, 0.71),
        "after": estimate(0.883, 0.8, 0.94),
        "difference": estimate(0.271, 0.15, 0.39),
    }
    return {
        "format": 1, "name": name, "created": "2025-03-01T10:00:00+00:00", "digest": f"sha256:{'a' * 64}",
        "base": {"name": BASE.name, "digest": BASE.digest, "kind": "gguf", "licence": "Apache-2.0"},
        "codebook": {"name": "kidney", "version": "1", "digest": "b" * 64},
        "asking": {"form": "quote_value", "bare": False},
        "data": {
            "gold": "gold.csv", "reports": 20, "patients": 20, "train": {"count": 14},
            "validation": {"count": 3}, "test": {"count": 2},
            "dropped": [{"why": "longer than the maximum", "count": 1}],
        },
        "settings": {"rank": 16, "learning_rate": 0.0005, "targets": ["q_proj", "v_proj"]},
        "training": {"epochs": 4, "steps": 40, "best_epoch": 3, "seconds": 360.0, "device": "cpu"},
        "metrics": {
            "split": "test", "through": "llama.cpp", "reports": 2, **compared,
            "variables": [
                {"name": "normal", "metric": "accuracy", **compared, "verdict": "better"},
                {
                    "name": "size", "metric": "exact", **compared,
                    "difference": estimate(-0.01, -0.1, 0.09),
                },
            ],
        },
        "agreement": {"positions": 50, "mean": 0.01, "largest": 0.05, "tolerance": 0.5},
        "notes": ["1 report was longer than the maximum and was left out."],
        "versions": {"torch": "2.13.0"},
    }  # fmt: skip


def field(page: Page, name: str) -> Locator:
    return page.locator(f"main [name='{name}']")


def test_from_gold_to_an_adapter_that_is_used(
    serve: Callable[..., Any], opened: Callable[..., Any], trainer: Trainer, violations: Any
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/tune")
    page.get_by_role("link", name="Start the first training").click()
    expect(field(page, "gold")).to_have_value("gold.csv")
    expect(field(page, "base")).to_have_value(BASE.name)
    page.get_by_text("More settings").click()
    expect(field(page, "settings.learning_rate")).to_have_attribute(
        "placeholder", f"{PRESETS[Preset.CPU].learning_rate:g}"
    )
    field(page, "preset").select_option("gpu")
    expect(field(page, "settings.learning_rate")).to_have_attribute(
        "placeholder", f"{PRESETS[Preset.GPU].learning_rate:g}"
    )
    field(page, "preset").select_option("cpu")
    field(page, "settings.epochs").fill("3")
    field(page, "name").fill("kidney small")
    assert violations(page) == []
    page.get_by_role("button", name="Start the training").click()
    page.wait_for_url("**/tune/kidney%20small")

    arguments = trainer.begin()
    assert arguments[arguments.index("--epochs") + 1] == "3"
    assert Path(arguments[arguments.index("--out") + 1]).name == "kidney small"
    trainer.tell("stage", stage="training")
    trainer.tell("start", steps=40, epochs=4, train=14, validation=3, test=2, base=BASE.name, device="cpu")
    trainer.learn(1, 10)
    expect(page.locator("#live .status")).to_have_text("running", timeout=20_000)
    expect(page.get_by_text("10 of 40 steps")).to_be_visible(timeout=20_000)
    expect(page.locator("#live .left")).to_be_visible()
    expect(page.locator("svg[data-curve=score]")).to_have_count(0)
    line = page.locator("svg[data-curve=loss] .line")
    before = line.get_attribute("d")
    trainer.look(10, 0.55, best=True)
    trainer.learn(11, 20)
    trainer.look(20, 0.72, best=True)
    expect(page.locator("svg[data-curve=score] circle.dot")).to_have_count(2, timeout=20_000)
    expect(line).not_to_have_attribute("d", before or "")
    expect(page.get_by_role("row", name=re.compile("20.*72.0%.*best"))).to_be_visible()
    assert violations(page) == []

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("it goes on from its last checkpoint")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    trainer.begin()
    trainer.tell("start", steps=40, epochs=4, train=14, validation=3, test=2, base=BASE.name, device="cpu")
    trainer.learn(16, 40)
    trainer.look(40, 0.7, best=False)
    trainer.finish(card("kidney small"))
    expect(page.locator("#live .status")).to_have_text("finished", timeout=20_000)

    compared = page.locator("#measured")
    expect(compared).to_contain_text("61.2%")
    expect(compared).to_contain_text("88.3%")
    expect(compared).to_contain_text("+27.1")
    expect(compared.get_by_role("row", name=re.compile("normal.*better"))).to_be_visible()
    expect(compared.get_by_role("row", name=re.compile("size.*no difference shown"))).to_be_visible()
    expect(page.locator("svg[data-curve=loss]")).to_be_visible()
    expect(page.locator("#dropped")).to_have_text("1 × longer than the maximum")
    expect(page.locator("#live")).not_to_have_attribute("hx-trigger", re.compile(".*"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download its card").click()
    assert json.loads(download.value.path().read_text("utf-8"))["name"] == "kidney small"
    assert violations(page) == []

    page.get_by_role("link", name="Use this adapter").click()
    page.wait_for_url("**/runs/new?**")
    expect(field(page, "adapter")).to_have_value("kidney small")
    expect(field(page, "engine")).to_have_value(BASE.name)
    expect(field(page, "codebook")).to_have_value("kidney")
    assert violations(page) == []
    # Another engine is not what it was trained on.
    field(page, "engine").select_option(CATALOGUE[2].name)
    expect(field(page, "adapter")).to_have_value("")
    expect(field(page, "adapter")).to_be_disabled()
    expect(page.get_by_text("None of the adapters was trained on this engine.")).to_be_visible()


def test_one_that_fails_says_what_to_change(
    serve: Callable[..., Any], opened: Callable[..., Any], trainer: Trainer, violations: Any
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/tune/new")
    page.get_by_role("button", name="Start the training").click()
    page.wait_for_url("**/tune/kidney-1")
    trainer.begin()
    trainer.end(2, "error: There is not enough memory.\nUse less: --batch 2, or a smaller --base.\n")
    expect(page.get_by_text("There is not enough memory.")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Use less: 'Examples at once' 2, or a smaller 'Base'.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Train again with other settings").click()
    field(page, "settings.batch").fill("2")
    expect(field(page, "name")).to_have_value("kidney-2")
    field(page, "name").fill("kidney-1")
    page.get_by_role("button", name="Start the training").click()
    expect(page.get_by_role("alert")).to_contain_text("There is an adapter of that name already.")


def test_without_the_extra_the_button_waits(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    trainer: Trainer,
    violations: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extra, "installed", lambda: False)
    served, page = serve(), opened().page
    page.goto(f"{served.address}/tune/new")
    expect(page.get_by_text("pip install 'epicrisis[tune]'")).to_be_visible()
    expect(page.get_by_role("button", name="Start the training")).to_be_disabled()
    assert violations(page) == []


def test_by_keyboard_alone(serve: Callable[..., Any], opened: Callable[..., Any], trainer: Trainer) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/tune")
    page.get_by_role("link", name="Start the first training").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tune/new")
    field(page, "codebook").focus()
    for name in ("reports", "gold", "base", "preset", "name"):
        page.keyboard.press("Tab")
        expect(page.locator(f"[name={name}]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field(page, "settings.epochs")).to_be_visible()
    field(page, "name").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tune/kidney-1")
    trainer.begin()
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_light_and_dark_wide_and_narrow(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    trainer: Trainer,
    violations: Any,
    project: Project,
    scheme: str,
    width: int,
) -> None:
    folder = project.shelf("adapters") / "kidney-small-with-a-long-name"
    folder.mkdir()
    (folder / "card.json").write_text(json.dumps(card(folder.name)), "utf-8")
    events = [
        {"event": "start", "steps": 40, "epochs": 4, "train": 14, "validation": 3, "test": 2},
        *({"event": "step", "step": n, "epoch": n / 10, "loss": 3 / (1 + n / 8)} for n in range(1, 41)),
        *(
            {
                "event": "validation",
                "step": n,
                "epoch": n // 10,
                "loss": 2 / n,
                "score": 0.5 + n / 100,
                "best": n < 40,
            }
            for n in (10, 20, 30, 40)
        ),
    ]
    (folder / "history.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events), "utf-8")
    served = serve()
    page: Page = opened(color_scheme=scheme, viewport={"width": width, "height": 900}).page
    for address in (
        "/tune",
        "/tune/new",
        f"/tune/{folder.name}",
        "/models",
        f"/runs/new?adapter={folder.name}",
    ):
        page.goto(f"{served.address}{address}")
        assert violations(page) == [], address
        scroll, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert scroll <= inner, address
