"""How reports are asked about, from what a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..extraction import ExtractionOptions


def options_of(adapter: Path | None = None, **chosen: Any) -> ExtractionOptions:
    """The options given; ``None`` leaves one as the adapter was trained, or at its default."""
    from ..errors import OptionError
    from ..extraction import ExtractionOptions

    for name in ("group_size", "samples"):
        if chosen.get(name) is not None and chosen[name] < 1:
            flag_name = f"--{name.replace('_', '-')}"
            raise OptionError(
                f"{flag_name} cannot be {chosen[name]}.", hint=f"Give {flag_name} a number from 1."
            )
    if adapter is not None:
        from ..adapter import open_adapter
        from ..extraction.adapted import adapted

        return adapted(open_adapter(adapter), **chosen)
    return ExtractionOptions(**{name: value for name, value in chosen.items() if value is not None})


def calibration_of(path: Path | None, none: bool) -> bool | Path:
    """Which calibration is meant: the file named, the codebook's own (``True``), or none."""
    if path is not None and none:
        from ..errors import OptionError

        raise OptionError("A calibration is named, and none is wanted.", hint="Leave out one of the options.")
    return path or not none
