"""The pages as the docs show them. With EPICRISIS_SCREENSHOTS naming a folder they are kept there."""

from __future__ import annotations

import os
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

FOLDER = os.environ.get("EPICRISIS_SCREENSHOTS")
#: Bytes; a page of the docs is to load on a slow line.
LARGEST = 150_000
#: Colours of a picture, and how many of them are not the most frequent but the most unlike those.
_COLOURS, _RARE = 256, 48
GOLD = "brain-mri.csv"


def _as_it_is(page: Page) -> None:
    """Nothing is done and nothing waited for."""


def _try(page: Page) -> None:
    page.get_by_role("button", name="Structure this report").click()
    expect(page.get_by_text("All answers are there.")).to_be_visible(timeout=20_000)
    page.locator("[data-answers] > li").nth(2).hover()


def _codebook(page: Page) -> None:
    expect(page.locator("[data-builder][data-ready]")).to_be_attached()
    page.locator(".variable .open").first.click()
    page.evaluate("window.scrollTo(0, 0)")


def _report(page: Page) -> None:
    page.locator(".answer[data-variable=gca]").hover()


def _ready(page: Page) -> None:
    expect(page.locator("#review[data-ready]")).to_be_visible()


def _differences(page: Page) -> None:
    expect(page.locator("h2:focus, h1:focus")).to_be_visible()


def _measured(page: Page) -> None:
    expect(page.locator("#measured[data-state=ready]")).to_be_visible(timeout=60_000)


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "project": ("/", _as_it_is),
    "try": ("/try?codebook=brain-mri&reports=brain-mri.csv&id=BM-004&engine={engine}", _try),
    "codebook": ("/codebooks/brain-mri", _codebook),
    "reports": ("/reports/brain-mri.csv?id=BM-004", _as_it_is),
    "run": ("/runs/{job}", _as_it_is),
    "results": ("/runs/{run}/results", _as_it_is),
    "report": ("/runs/{run}/report?id=BM-004", _report),
    "review": ("/reviews/{mine}/report?id={current}", _ready),
    "adjudicate": ("/reviews/{review}/adjudicate", _differences),
    "evaluate": (f"/evaluate/{{run}}?gold={GOLD}", _measured),
    "compare": (f"/compare?run={{run}}&run={{other}}&gold={GOLD}", _measured),
    "tune": ("/tune/elmtex-qwen2.5-coder-0.5b", _as_it_is),
    "models": ("/models", _as_it_is),
    "activity": ("/activity", _as_it_is),
    "people": ("/people", _as_it_is),
}


@pytest.fixture(scope="module")
def address(clinic: Any) -> Callable[[str], str]:
    """``address(path)``: of the clinic, its ids filled in."""
    ids = clinic.ids | {"current": clinic.current, "engine": clinic.engine}
    return lambda path: clinic.address + path.format(**ids)


def test_every_page_of_the_docs(
    clinic: Any, address: Callable[[str], str], opened: Callable[..., Any], log_in: Callable[..., None]
) -> None:
    window = opened(
        viewport={"width": 1280, "height": 800},
        device_scale_factor=1,
        color_scheme="light",
        reduced_motion="reduce",
    )
    page: Page = window.page
    plain = opened().page
    log_in(page, clinic, "anna")
    for name, (path, until) in PAGES.items():
        page.mouse.move(0, 0)
        page.goto(address(path))
        expect(page.locator("h1")).to_be_visible()
        until(page)
        picture = smaller(page.screenshot(animations="disabled", caret="hide"), plain)
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < LARGEST, f"{name}: {len(picture)} bytes"
        if FOLDER:
            Path(FOLDER).mkdir(parents=True, exist_ok=True)
            (Path(FOLDER) / f"studio-{name}.png").write_bytes(picture)


#: A picture as the numbers of its pixels: red, green, blue, opacity.
_PIXELS = """async (data) => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  const bytes = canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data;
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return [image.width, image.height, btoa(text)];
}"""


def smaller(picture: bytes, page: Page) -> bytes:
    """The picture with at most 256 colours; ``page`` is one without a content security policy."""
    width, height, text = page.evaluate(_PIXELS, b64encode(picture).decode())
    pixels = np.frombuffer(b64decode(text), np.uint8).reshape(-1, 4).astype(np.int32)
    red, green, blue = pixels[:, 0], pixels[:, 1], pixels[:, 2]
    colours, number, times = np.unique(red << 16 | green << 8 | blue, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    # The edges of letters have many shades that nobody tells apart: those that are rare give way.
    palette = parts[np.argsort(-times)[: _COLOURS - _RARE]]
    for _ in range(min(_RARE, len(parts) - len(palette))):
        far = np.array([((palette - one) ** 2).sum(axis=1).min() for one in parts]).argmax()
        palette = np.vstack([palette, parts[far]])
    nearest = np.array([((palette - one) ** 2).sum(axis=1).argmin() for one in parts], np.uint8)
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = nearest[number].reshape(height, width)
    return (
        picture[:8]
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
