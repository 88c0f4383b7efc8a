"""Where a training is computed, and in which numbers."""

from __future__ import annotations

from typing import Any

from ..engines.machine import usable_cores
from ..errors import OptionError
from .settings import Precision, Preset, TuningSettings
from .training import Machine


def machine_for(settings: TuningSettings, preset: Preset) -> Machine:
    """The device that the settings or the preset name, and the numbers it is quick in.

    Sets the threads that PyTorch uses. Raises ``OptionError`` where there is no such device.
    """
    import torch

    torch.set_num_threads(settings.threads or usable_cores())
    name = settings.device or ("cpu" if preset is Preset.CPU else _gpu(torch))
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise OptionError(
            f"PyTorch finds no device {name!r} here.",
            hint="Train on the processor: --preset cpu. For a GPU, install the PyTorch that fits its driver.",
        ) from None
    return Machine(device, _dtype(torch, device, settings.precision))


def _gpu(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    raise OptionError(
        "There is no GPU that PyTorch can use.",
        hint="Train on the processor: --preset cpu. For an NVIDIA GPU, install PyTorch with CUDA.",
    )


def _dtype(torch: Any, device: Any, precision: Precision) -> Any:
    if precision is not Precision.AUTO:
        return torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "cpu":
        # Without such instructions 16 bits are converted for every product, which is slower than 32.
        fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    else:
        fast = False
    return torch.bfloat16 if fast else torch.float32
