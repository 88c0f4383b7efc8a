"""How a training goes, for people, on stderr: a bar with an ETA in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TextIO

from ..runs.display import duration

_STAGES = {
    "loading": "Loading the base",
    "training": "Training",
    "writing": "Writing the adapter",
    "checking": "Comparing llama.cpp with transformers",
    "before": "Asking the base about the test reports",
    "after": "Asking the adapter about the test reports",
}


class TuningDisplay:
    """Hears the events of a training and shows them. ``close`` leaves the terminal as it was."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._bar: Any = None
        self._task: Any = None
        self._steps = 0

    def __call__(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "stage":
                self.close()
                self._say(f"{_STAGES.get(event['stage'], event['stage'])} ...")
            case "start":
                self._start(event)
            case "step":
                self._step(event)
            case "choosing":
                self._choosing(event)
            case "validation":
                self._validated(event)
            case "note":
                self._say(event["text"])
            case "trial":
                if event["status"] == "begun":
                    self._say(f"Trial {event['trial']} ({event['settings']}), {event['epochs']} epochs")
            case _:
                pass

    def close(self) -> None:
        """Take the bar away, if there is one."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _start(self, event: Mapping[str, Any]) -> None:
        self._steps = event["steps"]
        done = f", going on after {event['done']}" if event["done"] else ""
        self._say(
            f"{event['train']} training and {event['validation']} validation examples on {event['device']}: "
            f"{event['epochs']} epochs, {self._steps} steps{done}."
        )
        if not self._stream.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            console=Console(file=self._stream),
            transient=True,
        )
        self._task = self._bar.add_task("Training", total=self._steps, completed=event["done"], state="")
        self._bar.start()

    def _step(self, event: Mapping[str, Any]) -> None:
        if self._bar is None:
            return
        state = (
            f"{event['step']}/{self._steps}, loss {event['loss']:.3f}, "
            f"{event['tokens_per_second']:,.0f} tokens/s, {duration(event['eta'])} left"
        )
        self._bar.update(self._task, completed=event["step"], state=state)

    def _choosing(self, event: Mapping[str, Any]) -> None:
        if self._bar is None:
            return
        state = (
            f"{event['done']} of {event['total']} validation reports answered, {duration(event['eta'])} left"
        )
        self._bar.update(self._task, state=state)

    def _validated(self, event: Mapping[str, Any]) -> None:
        score = "" if event["score"] is None else f", {100 * event['score']:.1f} % of cells right"
        best = " (the best so far)" if event["best"] else ""
        self._say(f"Epoch {event['epoch']}: validation loss {event['loss']:.4f}{score}{best}")

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.console.print(line, highlight=False, markup=False)
        else:
            self._stream.write(f"{line}\n")
            self._stream.flush()
