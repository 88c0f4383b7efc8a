"""How answers are asked for. Recorded in the manifest; part of what makes two runs the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from epicrisis.prompting import Form

if TYPE_CHECKING:
    from epicrisis.adapter import Adapter
    from epicrisis.examples import Selector
    from epicrisis.prompting.worked import WorkedExample

#: The best form in docs/explanation/evidence-modes.md, measured with the default model.
DEFAULT_FORM = Form.QUOTE_VALUE

#: The temperature of several samples, unless another one is given: that of Wang et al. (ICLR 2023).
SAMPLING = 0.7


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How answers are asked for.

    ``form``: what the model writes per variable. ``absent``: its word for "not stated" (``None``: null).
    ``examples``: worked examples made from the codebook. ``shots``: examples from real reports, shown
    instead; ``selector``: the same, chosen for each report. ``temperature`` and ``seed`` go to the engine.
    ``max_tokens``: the answer's budget in tokens (``None``: from the codebook). ``timeout``: seconds per
    request. ``repair``: whether a broken answer is asked again, once. ``confidence``: whether the engine is
    asked for the probabilities of its tokens.

    ``group_size``: the most variables asked at once. ``dependents_after``: variables with a ``when`` are
    asked once the others are answered, and only where their condition holds. ``samples``: how often each
    question is asked, with other seeds; the majority counts, of numbers the median. Several samples need a
    ``temperature``; 0 then stands for 0.7. ``think``: tokens to reason with before the answer.
    ``translate``: the language (``en``) that the engine puts reports into before it is asked about them.
    ``contextual``: whether options are weighed by what the model says without a report (see ``contextual``);
    it needs the probabilities of tokens. ``second_look``: whether the engine is asked once more about
    answers that the report speaks against (see ``second_look``). ``compact``: whether answers are written
    without a space after commas: fewer tokens, where the engine decides on the layout. ``bare``: the report
    alone is sent, without instructions and definitions. ``adapter``: the tuned weights that answer.
    """

    form: Form = DEFAULT_FORM
    absent: str | None = None
    examples: int = 2
    temperature: float = 0.0
    seed: int = 0
    max_tokens: int | None = None
    timeout: float | None = None
    repair: bool = True
    shots: tuple[WorkedExample, ...] = ()
    selector: Selector | None = None
    confidence: bool = True
    group_size: int | None = None
    dependents_after: bool = False
    samples: int = 1
    think: int = 0
    translate: str | None = None
    contextual: bool = False
    second_look: bool = True
    compact: bool = False
    bare: bool = False
    adapter: Adapter | None = None

    @property
    def heat(self) -> float:
        """The temperature that is used."""
        return SAMPLING if self.samples > 1 and self.temperature == 0 else self.temperature

    def as_dict(self) -> dict[str, Any]:
        """As JSON. ``timeout`` is left out: it changes when an answer fails, not what it is. Of the examples
        and of what an adapter was trained on, only ids and digests are kept: a manifest holds no report text.
        """
        apart = ("timeout", "shots", "selector", "adapter")
        plain = [field.name for field in fields(self) if field.name not in apart]
        options = {name: getattr(self, name) for name in plain}
        options["form"] = str(self.form)
        options["shots"] = self._shots()
        if self.translate is None:
            # Left out where it says nothing: what was asked before there was this option is the same still.
            del options["translate"]
        if not self.contextual:
            del options["contextual"]
        for name in ("compact", "bare"):
            if not options[name]:
                del options[name]
        if self.adapter is not None:
            options["adapter"] = self.adapter.record()
        return options

    @property
    def adapter_name(self) -> str | None:
        """What requests call the adapter."""
        return None if self.adapter is None else self.adapter.name

    def _shots(self) -> dict[str, Any] | None:
        """``ids`` are of the reports that all others are asked with: what they are asked themselves is not
        like the rest."""
        if self.selector is not None:
            common = [shot.report_id for shot in self.selector.common if shot.report_id is not None]
            return {"ids": common, **self.selector.record()}
        if not self.shots:
            return None
        content = json.dumps(self.shots, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        return {
            "ids": [shot.report_id for shot in self.shots if shot.report_id is not None],
            "count": len(self.shots),
            "digest": hashlib.sha256(content).hexdigest(),
        }
