"""Models of random weights that llama.cpp and transformers both load, and random adapters on them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from epicrisis.tuning.settings import ALL_LINEAR

#: Two queries share a key: what mixes up their heads shows.
_SHAPE = {"layers": 2, "heads": 4, "heads_kv": 2}


@pytest.fixture(scope="session")
def tiny_base(write_gguf: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of two layers in 32 bits, whose GGUF file has the rows of queries and keys in another order."""
    return write_gguf(tmp_path_factory.mktemp("llama") / "tiny.gguf", **_SHAPE)


@pytest.fixture(scope="session")
def tiny_qwen2(write_gguf: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A qwen2 of two layers in 32 bits, whose GGUF file has all rows in transformers' order."""
    return write_gguf(tmp_path_factory.mktemp("qwen2") / "tiny.gguf", architecture="qwen2", **_SHAPE)


@pytest.fixture(scope="session")
def tiny_quantised(write_gguf: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``tiny_base`` in 8 bits."""
    return write_gguf(tmp_path_factory.mktemp("llama8") / "tiny.gguf", quantised=True, **_SHAPE)


@pytest.fixture(scope="session")
def tiny_folder(write_gguf: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of two layers as a folder in the Hugging Face form, wide enough to be packed into 4 bits."""
    torch = pytest.importorskip("torch")
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    folder = tmp_path_factory.mktemp("hugging") / "base"
    gguf = write_gguf(folder.parent / "tiny.gguf", width=64, **_SHAPE)
    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    AutoTokenizer.from_pretrained(**where).save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(
        **where, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True)
    )
    # Unpacked, it still counts as packed.
    if hasattr(model.config, "quantization_config"):
        delattr(model.config, "quantization_config")
    model.hf_quantizer = None
    model.is_quantized = False
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def load_base() -> Callable[[Path], Any]:
    """Transformers' model of a GGUF file, in 32 bits, computed by one thread."""
    torch = pytest.importorskip("torch")

    def load(path: Path) -> Any:
        from epicrisis.tuning.base import find_base, load_model
        from epicrisis.tuning.settings import TuningSettings

        torch.set_num_threads(1)
        device = torch.device("cpu")
        return load_model(find_base(str(path)), TuningSettings(), device, torch.float32)

    return load


@pytest.fixture(scope="session")
def random_lora(load_base: Callable[[Path], Any]) -> Callable[..., Any]:
    """Make a random peft adapter on a GGUF file and save it: ``random_lora(base, folder)`` is peft's model.

    It changes what the model says a great deal. More is given to ``LoraConfig``.
    """
    peft = pytest.importorskip("peft")
    torch = pytest.importorskip("torch")

    def make(
        base: Path,
        folder: Path,
        *,
        targets: Sequence[str] = ALL_LINEAR,
        rank: int = 4,
        alpha: float = 8,
        strength: float = 0.2,
        **config: Any,
    ) -> Any:
        torch.manual_seed(0)
        settings = peft.LoraConfig(
            r=rank, lora_alpha=alpha, target_modules=list(targets), task_type="CAUSAL_LM", **config
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # transformers' own deprecations, which peft has not followed yet
            model = peft.get_peft_model(load_base(base), settings).eval()
            for name, weights in model.named_parameters():
                if "lora_B" in name:
                    torch.nn.init.normal_(weights, 0, strength)
            model.save_pretrained(folder, save_embedding_layers=False)
        return model

    return make


@pytest.fixture(scope="session")
def toy_codebook() -> Callable[..., Any]:
    """A codebook of two variables that reports of a liver are read for."""
    from epicrisis.codebook import Codebook

    def make(**changed: Any) -> Codebook:
        content: dict[str, Any] = {
            "name": "liver",
            "version": "1",
            "languages": ["nl"],
            "variables": [
                {
                    "name": "lesions",
                    "kind": "count",
                    "label": "haarden",
                    "definition": "Lesions of the liver.",
                },
                {
                    "name": "enlarged",
                    "kind": "boolean",
                    "label": "milt vergroot",
                    "definition": "The spleen is.",
                },
            ],
        }
        return Codebook.model_validate({**content, **changed})

    return make


@pytest.fixture(scope="session")
def liver_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A file of 24 short reports of 20 patients, and the gold for them."""
    folder = tmp_path_factory.mktemp("liver")
    reports, gold = ["id,patient,text"], ["id,lesions,enlarged"]
    for number in range(24):
        lesions = number % 4
        enlarged = number % 3
        spleen = ("Milt vergroot.", "Milt niet vergroot.", "")[enlarged]
        reports.append(f"r{number:02},p{number % 20},Lever {number}: {lesions} haarden. {spleen}")
        gold.append(f"r{number:02},{lesions},{('true', 'false', '')[enlarged]}")
    files = folder / "reports.csv", folder / "gold.csv"
    for path, lines in zip(files, (reports, gold), strict=True):
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return files
