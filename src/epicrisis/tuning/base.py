"""The model that is tuned: where it is, what it is, and how it is loaded for training."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..adapter import file_digest
from ..engines.address import parse
from ..engines.gguf_header import read_header
from ..errors import MissingExtraError, ModelError, OptionError
from .licence import licence_of_folder
from .memory import is_about_memory
from .settings import TuningSettings

if TYPE_CHECKING:
    from ..engines.store import Report as FetchReport

#: Weights are named by these files in a folder of the Hugging Face form.
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


@dataclass(frozen=True, slots=True)
class Base:
    """A model on this machine. ``path`` is its GGUF file or its folder; ``digest`` (``sha256:...``) is of
    the file, or over the names and digests of the folder's weights."""

    name: str
    path: Path
    kind: Literal["gguf", "folder"]
    digest: str
    architecture: str
    licence: str | None

    @property
    def gguf(self) -> Path | None:
        return self.path if self.kind == "gguf" else None

    def as_dict(self) -> dict[str, Any]:
        """As the card keeps it: no path, which is of this machine alone."""
        return {
            "name": self.name,
            "digest": self.digest,
            "kind": self.kind,
            "architecture": self.architecture,
            "licence": self.licence,
        }


def find_base(address: str, *, fetch_report: FetchReport | None = None) -> Base:
    """The base that ``address`` names: a model's name, a ``.gguf`` file, ``hf:owner/repo/file.gguf``, or a
    folder with ``config.json`` and weights.

    Raises ``OptionError`` for what is none of these, ``ModelError`` for a missing or damaged model.
    """
    folder = Path(address).expanduser()
    if folder.is_dir():
        return _of_folder(folder)
    from ..engines import fetch

    where = parse(address)
    if where.entry is not None:
        model = fetch.ensure(where.entry, report=fetch_report)
        licence: str | None = where.entry.licence
    elif where.hub is not None:
        model = fetch.ensure_hub(where.hub, report=fetch_report)
        licence = None
    elif where.path is not None and where.kind == "file":
        model = fetch.local_file(where.path)
        licence = None
    else:
        raise OptionError(
            f"{address!r} is no model that can be tuned.",
            hint="Name a model (epicrisis models list), a .gguf file, or a folder in the Hugging Face form.",
        )
    header = read_header(model.path)
    said = header.metadata.get("general.license")
    licence = licence or (None if said is None else str(said))
    return Base(model.name, model.path, "gguf", model.digest, header.architecture, licence)


def _of_folder(folder: Path) -> Base:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        architecture = str(config["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(
            "This folder is no model: it has no config.json that names a model_type.",
            hint="Name the folder that holds config.json, the tokenizer and the weights.",
            path=folder,
        ) from None
    weights = sorted(path for pattern in _WEIGHTS for path in folder.glob(pattern))
    if not weights:
        raise ModelError("The model's folder has no weights.", hint="Fetch it again.", path=folder)
    found = hashlib.sha256()
    for path in weights:
        found.update(f"{path.name} {file_digest(path)}\n".encode())
    name = folder.resolve().name
    return Base(
        name, folder, "folder", f"sha256:{found.hexdigest()}", architecture, licence_of_folder(folder)
    )


def load_tokenizer(base: Base) -> Any:
    """The base's tokenizer. Raises ``ModelError`` if transformers cannot read it."""
    from transformers import AutoTokenizer

    with _quiet():
        try:
            return AutoTokenizer.from_pretrained(**_where(base))
        except Exception as error:
            raise _unreadable(base, error) from None


def load_model(base: Base, settings: TuningSettings, device: Any, dtype: Any) -> Any:
    """The base's weights for training on ``device``, in ``dtype``.

    Raises ``ModelError`` if transformers does not know its form, ``OptionError`` for four bits where they
    cannot be had.
    """
    from transformers import AutoModelForCausalLM

    options: dict[str, Any] = {"dtype": dtype}
    if base.kind == "gguf":
        from transformers import GgufConfig

        if settings.four_bit:
            raise OptionError(
                "A GGUF base is unpacked for training and cannot be loaded in 4 bits.",
                hint="Name the model's folder in the Hugging Face form, or leave out --four-bit.",
            )
        options["quantization_config"] = GgufConfig(dequantize=True)
    elif settings.four_bit:
        options |= {"quantization_config": _four_bit(dtype), "device_map": {"": device}}
    with _quiet():
        try:
            model = AutoModelForCausalLM.from_pretrained(**_where(base), **options)
        except Exception as error:
            if is_about_memory(error):
                raise
            if settings.four_bit:
                raise _no_four_bit(base, device, error) from None
            raise _unreadable(base, error) from None
    if not settings.four_bit:
        model = model.to(device)
    head = model.get_output_embeddings()
    if head is not None:
        head.register_forward_pre_hook(_in_one_piece)
    return model


def _in_one_piece(_head: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The last positions of a batch lie apart in memory, and PyTorch would copy the weights of the whole
    vocabulary for each of them to multiply: gigabytes."""
    return tuple(one.contiguous() for one in inputs)


def _four_bit(dtype: Any) -> Any:
    """4 bits as QLoRA has them (Dettmers et al., 2023): NormalFloat, quantised twice."""
    try:
        import bitsandbytes  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "Four bits need the package bitsandbytes.",
            hint="Run: pip install bitsandbytes, or leave out --four-bit.",
        ) from None
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


def _no_four_bit(base: Base, device: Any, error: Exception) -> OptionError:
    return OptionError(
        f"{base.name} cannot be loaded in 4 bits on {device.type}: {type(error).__name__}.",
        hint="Leave out --four-bit: that also tells whether it can be loaded at all.",
        path=base.path,
    )


def _where(base: Base) -> dict[str, Any]:
    if base.kind == "folder":
        return {"pretrained_model_name_or_path": str(base.path), "local_files_only": True}
    return {"pretrained_model_name_or_path": str(base.path.parent), "gguf_file": base.path.name}


def _unreadable(base: Base, error: Exception) -> ModelError:
    return ModelError(
        f"transformers cannot load {base.name} ({base.architecture}): {type(error).__name__}.",
        hint="Use a base of an architecture that it knows (llama, qwen2, qwen3, gemma, mistral, phi), "
        "or update transformers.",
        path=base.path,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' bars and advice: what matters is said here."""
    import warnings

    from transformers.utils import logging as said

    level = said.get_verbosity()
    said.set_verbosity(logging.CRITICAL)
    try:
        # Its bars are drawn without asking whether they are wanted.
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        said.set_verbosity(level)
