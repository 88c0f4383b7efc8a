"""The hyper-parameters of a training, and two sets of them that are known to work."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from ..errors import OptionError


class Preset(StrEnum):
    """Where the training runs."""

    CPU = "cpu"
    GPU = "gpu"


class Schedule(StrEnum):
    """How the learning rate goes on after the warm-up."""

    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT = "constant"


class Precision(StrEnum):
    """The numbers that the base is kept and computed in; the adapter's weights have 32 bits always."""

    AUTO = "auto"  #: 16 bits (bfloat16) where the device computes them quickly
    BFLOAT16 = "bfloat16"
    FLOAT32 = "float32"


#: The projections of attention and of the feed-forward layers: all linear maps of a layer (Dettmers et al.,
#: QLoRA, 2023, section 4: adapters on all of them are what matches full fine-tuning).
ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


#: Settings that say where and how a training runs, not what comes of it.
CHANGES_NOTHING = ("threads", "device", "checkpointing")


@dataclass(frozen=True, slots=True)
class TuningSettings:
    """How an adapter is trained.

    ``rank``, ``alpha``, ``dropout`` and ``targets`` (names of linear maps) are LoRA's (Hu et al., 2021).
    ``learning_rate`` is the highest one, reached after the share ``warmup`` of the steps, then going on by
    ``schedule``. ``batch`` examples are computed at once, ``accumulate`` such batches make a step. Examples
    of more than ``max_length`` tokens are split or dropped. Training ends after ``epochs``, or once the
    validation score has not risen for ``patience`` epochs (0: never early). ``validate`` reports at most are
    asked for that score. ``decay`` is AdamW's weight decay, ``clip`` the largest norm of the gradient.
    ``four_bit``: the base in 4 bits (QLoRA). ``checkpointing``: activations are computed twice rather than
    kept. ``device``: as PyTorch names it; ``None``: a GPU for the preset gpu, else the processor.
    """

    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.0
    targets: tuple[str, ...] = ALL_LINEAR
    learning_rate: float = 1e-3
    schedule: Schedule = Schedule.COSINE
    warmup: float = 0.05
    epochs: int = 8
    batch: int = 8
    accumulate: int = 1
    max_length: int = 2048
    seed: int = 0
    patience: int = 2
    validate: int = 64
    decay: float = 0.0
    clip: float = 1.0
    four_bit: bool = False
    checkpointing: bool = False
    precision: Precision = Precision.AUTO
    device: str | None = None
    threads: int | None = None

    def check(self) -> None:
        """Raise ``OptionError`` for a value that makes no sense."""
        for name in ("rank", "epochs", "batch", "accumulate", "max_length", "validate"):
            if getattr(self, name) < 1:
                raise OptionError(
                    f"--{name.replace('_', '-')} must be at least 1, not {getattr(self, name)}."
                )
        for name in ("alpha", "learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise OptionError(f"--{name.replace('_', '-')} must be above 0, not {getattr(self, name)}.")
        for name in ("dropout", "warmup"):
            if not 0 <= getattr(self, name) < 1:
                raise OptionError(
                    f"--{name.replace('_', '-')} must be from 0 up to 1, not {getattr(self, name)}."
                )
        if self.patience < 0 or self.decay < 0:
            raise OptionError("--patience and --decay cannot be below 0.")
        if not self.targets:
            raise OptionError("There are no target modules.", hint=f"Usual are {', '.join(ALL_LINEAR)}.")

    def with_(self, **chosen: Any) -> TuningSettings:
        """The same with what is not ``None`` of ``chosen``."""
        return replace(self, **{name: value for name, value in chosen.items() if value is not None})

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **asdict(self),
            "targets": list(self.targets),
            "schedule": str(self.schedule),
            "precision": str(self.precision),
        }

    @property
    def digest(self) -> str:
        """What two trainings must share to be the same: all but where and how fast they run."""
        same = {name: value for name, value in self.as_dict().items() if name not in CHANGES_NOTHING}
        return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


#: Without dropout on the processor: drawing it took 28 % of the time there.
PRESETS: dict[Preset, TuningSettings] = {
    Preset.CPU: TuningSettings(),
    Preset.GPU: TuningSettings(
        batch=16,
        dropout=0.05,
        learning_rate=2e-4,
        max_length=4096,
        checkpointing=True,
        validate=256,
    ),
}

FIELDS = tuple(field.name for field in fields(TuningSettings))
