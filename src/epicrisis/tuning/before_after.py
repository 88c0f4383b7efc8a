"""Is the tuned model better? Both asked about the test reports, and compared report by report."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..adapter import Adapter
from ..api import EngineSettings, extract
from ..codebook.codebook import Codebook
from ..engines.engine import Engine
from ..errors import OptionError, RunStoppedError
from ..evaluation.comparison.compare import compare
from ..evaluation.comparison.result import Comparison, Difference
from ..evaluation.estimate import Estimate
from ..evaluation.gold_cell import Blank, Gold
from ..export.destination import writing_error
from ..extraction.options import ExtractionOptions
from .data import Annotated
from .notebook import write_whole

#: Both runs, in the adapter's folder while they are made. Their quotes are report text: it is removed then.
MEASURING = "measuring"

#: The model before, or with the adapter after: an engine, or the address of one.
Asked = Engine | str


class BeforeAfter:
    """The base as it is asked without an adapter, and the adapter as it was trained, on the same reports.

    The base is asked with instructions, definitions and worked examples, however bare the adapter is asked:
    that is the choice a user has. ``folder`` is the adapter's.
    """

    def __init__(
        self,
        folder: Path,
        codebook: Codebook,
        test: Sequence[Annotated],
        *,
        settings: EngineSettings,
    ) -> None:
        self._folder = folder / MEASURING
        self._codebook = codebook
        self._test = test
        self._settings = settings

    def before(self, engine: Asked, options: ExtractionOptions) -> None:
        """Ask the base."""
        self._run(
            "before", engine, replace(options, bare=False, adapter=None, examples=2, second_look=True), None
        )

    def after(self, engine: Asked, adapter: Adapter | None, options: ExtractionOptions) -> None:
        """Ask the adapter on its base; ``None`` where the engine holds both already."""
        self._run("after", engine, replace(options, adapter=None), adapter)

    def metrics(self, through: str) -> dict[str, Any]:
        """What they come to, as the card keeps it."""
        from ..api import open_run

        ids = [(self._folder / f"{name}.run").read_text("utf-8") for name in ("before", "after")]
        runs = [open_run(one, self._store) for one in ids]
        found = compare(runs, self._gold())
        return _document(found, through)

    def clear(self) -> None:
        """Remove the runs."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _store(self) -> Path:
        return self._folder / "store.sqlite"

    def _run(self, name: str, engine: Asked, options: ExtractionOptions, adapter: Adapter | None) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise writing_error(self._folder, error) from None
        try:
            run = extract(
                [one.report for one in self._test],
                self._codebook,
                engine,
                settings=self._settings,
                options=options,
                store=self._store,
                keep_text=False,
                calibration=False,
                adapter=adapter,
            )
        except RunStoppedError as error:
            raise OptionError(f"The test reports cannot be asked: {error.message}", hint=error.hint) from None
        write_whole(self._folder / f"{name}.run", run.id)

    def _gold(self) -> Gold:
        cells = {one.report.id: one.gold for one in self._test}
        return Gold("test part", cells, tuple(self._codebook.names), Blank.IGNORE)


def _document(found: Comparison, through: str) -> dict[str, Any]:
    overall = found.overall[0]
    variables = []
    for variable in found.variables:
        variables += [
            {"name": variable.name, "kind": variable.kind, **_difference(one)} for one in variable.differences
        ]
    before, after = found.runs
    return {
        "split": "test",
        "through": through,
        "reports": len(found.reports),
        "metric": overall.measure,
        **_difference(overall),
        "variables": variables,
        "cost": {
            name: {
                "seconds": round(run.seconds, 3),
                "evaluated_tokens": round(run.evaluated_tokens, 1),
                "generated_tokens": round(run.generated_tokens, 1),
                "failed": run.failed,
            }
            for name, run in (("before", before), ("after", after))
        },
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "metric": one.measure,
        "before": _estimate(one.baseline),
        "after": _estimate(one.value),
        "difference": _estimate(one.difference),
        "verdict": str(one.verdict),
    }


def _estimate(one: Estimate) -> dict[str, Any]:
    return {"value": one.value, "low": one.low, "high": one.high, "n": one.n, "note": one.note}
