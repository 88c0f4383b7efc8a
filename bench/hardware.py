"""What the machine can do at most, measured here and now: the yardstick for how fast a training is."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from typing import Any

_RESET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")

#: The side of the square matrices, by device.
_SIDE = {"cuda": 8192, "cpu": 2048}


def matrix_product_limit(device: Any, dtype: Any, *, seconds: float = 3.0) -> float:
    """Floating-point operations a second of a large matrix product, the best of some ``seconds``."""
    import torch

    side = _SIDE.get(device.type, 2048)
    left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    best, until = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        _wait(device)
        started = time.perf_counter()
        for _ in range(4):
            left @ right
        _wait(device)
        best = max(best, 4 * 2 * side**3 / (time.perf_counter() - started))
    return best


def operations_per_token(base: str, *, checkpointing: bool) -> float:
    """Floating-point operations of LoRA's training per token, without attention's own: two per weight on
    the way forward and two on the way back (of the frozen weights only the inputs' gradients are computed),
    and two more where activations are computed again (Kaplan et al., 2020, section 2.1, with LoRA's saving).
    """
    import torch

    from epicrisis.tuning.base import find_base, load_model
    from epicrisis.tuning.settings import TuningSettings

    model = load_model(find_base(base), TuningSettings(), torch.device("cpu"), torch.bfloat16)
    inner = sum(
        weight.numel()
        for name, weight in model.named_parameters()
        if weight.dim() == 2 and "embed" not in name and "lm_head" not in name
    )
    return (6.0 if checkpointing else 4.0) * inner


def forget_peak_memory(device: Any) -> None:
    """Let ``peak_memory`` begin anew, where the system can: with CUDA and on Linux."""
    if device.type == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats(device)
    elif _RESET.exists():
        _RESET.write_text("5")  # man 5 proc: the peak resident size


def peak_memory(device: Any) -> float:
    """The most memory taken since ``forget_peak_memory``, in bytes: on the card, or of this process."""
    if device.type == "cuda":
        import torch

        return float(torch.cuda.max_memory_allocated(device))
    if _STATUS.exists():
        words = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:")).split()
        return float(words[1]) * 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (
        1 if sys.platform == "darwin" else 1024
    )


def _wait(device: Any) -> None:
    if device.type == "cuda":
        import torch

        torch.cuda.synchronize(device)
