"""LoRA's matrices: put into a base, written as peft writes them, and read again."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from ..adapter import WEIGHTS
from ..errors import OptionError, OutputError
from .base import Base, load_model
from .settings import TuningSettings
from .training import Machine

#: The way that PyTorch recommends; it asks for one to be named.
_CHECKPOINTING = {"use_reentrant": False}


def base_with_lora(base: Base, settings: TuningSettings, machine: Machine) -> Any:
    """The base with new LoRA matrices in it (Hu et al., 2021): the same for the same seed.

    Raises ``OptionError`` where the base has none of the target modules, and what ``load_model`` raises.
    """
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    torch.manual_seed(settings.seed)
    model = load_model(base, settings, machine.device, machine.dtype)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(settings.targets),
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that transformers is about to change
        if settings.four_bit:
            model = prepare_model_for_kbit_training(
                model,
                use_gradient_checkpointing=settings.checkpointing,
                gradient_checkpointing_kwargs=_CHECKPOINTING,
            )
        elif settings.checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs=_CHECKPOINTING)
            model.enable_input_require_grads()
        try:
            return get_peft_model(model, config)
        except ValueError:
            raise _no_targets(model, settings) from None


def _no_targets(model: Any, settings: TuningSettings) -> OptionError:
    import torch

    names = sorted(
        {name.rpartition(".")[2] for name, one in model.named_modules() if isinstance(one, torch.nn.Linear)}
    )
    return OptionError(
        f"The base has none of the target modules {', '.join(settings.targets)}.",
        hint=f"Its linear maps are {', '.join(names)}: name some with --targets.",
    )


def save_lora(model: Any, folder: Path, *, base: str) -> None:
    """Write peft's two files. Its configuration names the base by name: a path is of this machine alone.

    Raises ``OutputError`` where they cannot be written.
    """
    from safetensors import SafetensorError

    model.peft_config["default"].base_model_name_or_path = base
    try:
        model.save_pretrained(folder, save_embedding_layers=False)
    except (OSError, SafetensorError) as error:
        raise OutputError(
            f"The adapter cannot be written: {type(error).__name__}.",
            hint="Make room on the disk and give the same command again.",
            path=folder,
        ) from None


def load_lora(model: Any, folder: Path) -> None:
    """Put the weights that ``save_lora`` wrote into ``model``, which has matrices of the same shapes."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    set_peft_model_state_dict(model, load_file(folder / WEIGHTS))
