"""How answers are asked for. Recorded in the manifest; part of what makes two runs the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from epicrisis.prompting import Form

#: The best form in docs/explanation/evidence-modes.md, measured with the default model.
DEFAULT_FORM = Form.QUOTE_VALUE


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """``form``: what the model writes per variable. ``absent``: its word for "not stated" (``None``: null).
    ``examples``: worked examples made from the codebook. ``temperature`` and ``seed`` go to the engine.
    ``max_tokens``: the answer's budget in tokens (``None``: from the codebook). ``timeout``: seconds per
    request. ``repair``: whether a broken answer is asked again, once."""

    form: Form = DEFAULT_FORM
    absent: str | None = None
    examples: int = 2
    temperature: float = 0.0
    seed: int = 0
    max_tokens: int | None = None
    timeout: float | None = None
    repair: bool = True

    def as_dict(self) -> dict[str, Any]:
        """As JSON. ``timeout`` is left out: it changes when an answer fails, not what it is."""
        options = asdict(self)
        options["form"] = str(self.form)
        del options["timeout"]
        return options
