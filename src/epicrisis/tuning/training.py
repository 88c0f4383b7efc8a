"""The loop: batches through the model, the adapter's weights one step further, and when to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ..errors import OptionError
from ..runs.interrupt import Interrupts
from .attention import attention_for
from .batches import padded, pieces, steps_of
from .checkpoint import Checkpoints, Progress
from .encoding import Encoded
from .events import Journal
from .heap import give_memory_back, keep_memory
from .logits import logits_of
from .settings import Schedule, TuningSettings
from .transformers_engine import Answered

#: Seconds between two checkpoints within an epoch, and between two events of steps.
_CHECKPOINT_EVERY = 120.0
_TELL_EVERY = 2.0

#: Tokens with padding that a processor computes at once: eight long reports together took 12 GB, and longer
#: than one after the other.
_AT_ONCE = 2048

#: Steps between two times that free memory is given back.
_TRIM_EVERY = 16

#: The score of a model on the validation reports, higher is better; ``None`` where there is none. What it is
#: given hears how many of them are answered.
Score = Callable[[Answered], float | None]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it is computed: PyTorch's device, and the type of number that products are computed in."""

    device: Any
    dtype: Any

    @property
    def label(self) -> str:
        return f"{self.device.type} ({str(self.dtype).removeprefix('torch.')})"


class Training:
    """One training of a model with LoRA weights in it.

    ``validation`` is what the loss is measured on after each epoch, ``score`` what the best epoch is chosen
    by (the loss, where it is ``None``).
    """

    def __init__(
        self,
        model: Any,
        settings: TuningSettings,
        machine: Machine,
        train: Sequence[Encoded],
        validation: Sequence[Encoded],
        *,
        score: Score,
        checkpoints: Checkpoints,
        fingerprint: str,
        journal: Journal,
        about: Mapping[str, Any] | None = None,
        metric: str = "share of cells right",
    ) -> None:
        import torch

        self._torch = torch
        self._model = model
        self._settings = settings
        self._machine = machine
        self._train = train
        self._validation = validation
        self._score = score
        self._checkpoints = checkpoints
        self._journal = journal
        self._about = about or {}
        self._metric = metric
        self._at_once = _AT_ONCE if machine.device.type == "cpu" else None
        self._weights = [one for one in model.parameters() if one.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._weights, lr=settings.learning_rate, weight_decay=settings.decay
        )
        batches = math.ceil(len(train) / settings.batch)
        self._per_epoch = math.ceil(batches / settings.accumulate)
        self._steps = self._per_epoch * settings.epochs
        self._progress = Progress(fingerprint)
        self._best: dict[str, Any] = {}
        # Whether weights, optimizer and progress are of different moments: no checkpoint can be written.
        self._torn = False

    def run(self, until: int | None = None) -> Progress:
        """Train to the end, or go on from the last checkpoint; the model has the best weights then.

        ``until``: the epoch after which to pause, the settings being for more of them. On Ctrl-C the step
        under way is ended, a checkpoint written and KeyboardInterrupt raised; a second one does not wait.
        Raises ``OptionError`` where the loss is no number any more, ``OutputError`` for a full disk; what
        PyTorch raises where memory does not suffice is for the caller (see ``memory``).
        """
        if self._machine.device.type == "cpu":
            keep_memory()
        self._resume()
        progress = self._progress
        self._journal.tell(
            "start", steps=self._steps, epochs=self._settings.epochs, done=progress.step, **self._about
        )
        with Interrupts() as interrupts:
            try:
                while not progress.finished and (until is None or progress.epoch < until):
                    self._epoch(interrupts)
                    self._validate(interrupts)
                    self._save()
                    _heed(interrupts)
            except KeyboardInterrupt:
                if not self._torn:
                    self._save()
                raise
        self._put(self._best)
        return progress

    def _resume(self) -> None:
        kept = self._checkpoints.last()
        if kept is None:
            self._best = self._taken()
            return
        self._progress = kept.progress
        self._best = {name: weight.to(self._machine.device) for name, weight in kept.best.items()}
        self._put(kept.weights)
        self._optimizer.load_state_dict(kept.state["optimizer"])
        self._torch.set_rng_state(kept.state["random"])
        if "cuda" in kept.state and self._machine.device.type == "cuda":
            self._torch.cuda.set_rng_state_all(kept.state["cuda"])

    def _epoch(self, interrupts: Interrupts) -> None:
        settings, progress = self._settings, self._progress
        steps = steps_of(
            self._train,
            progress.epoch,
            batch=settings.batch,
            accumulate=settings.accumulate,
            seed=settings.seed,
        )
        self._model.train()
        told = saved = time.monotonic()
        spent, tokens = 0.0, 0
        for step in steps[progress.done :]:
            self._torn = True
            started = time.monotonic()
            loss = self._step(step)
            read = sum(len(self._train[place]) for batch in step for place in batch)
            if self._machine.device.type == "cpu" and progress.step % _TRIM_EVERY == 0:
                give_memory_back()
            now = time.monotonic()
            progress.seconds += now - started
            progress.tokens += read
            spent += now - started
            tokens += read
            progress.loss += loss
            progress.done += 1
            progress.step += 1
            self._torn = False
            _heed(interrupts)
            if now - told >= _TELL_EVERY or progress.done == len(steps):
                told = now
                self._tell_step(loss, tokens / max(spent, 1e-9))
            if now - saved >= _CHECKPOINT_EVERY and progress.done < len(steps):
                self._save()
                self._model.train()
                saved = time.monotonic()

    def _step(self, batches: Sequence[Sequence[int]]) -> float:
        """One step of the optimizer over some batches; the mean loss per answer token, in nats."""
        torch, settings = self._torch, self._settings
        for group in self._optimizer.param_groups:
            group["lr"] = rate(settings, self._progress.step, self._steps)
        learned = sum(self._train[place].learned for batch in batches for place in batch)
        total = 0.0
        for batch in batches:
            for piece in self._pieces([self._train[place] for place in batch]):
                # The backward pass may compute the activations again, and in the same way then.
                with self._attention(piece):
                    loss = self._loss(piece) / learned
                    loss.backward()
                total += float(loss.detach())
        if not math.isfinite(total):
            raise OptionError(
                "The training ran away: its loss is no number any more.",
                hint=f"Lower the learning rate: --learning-rate {settings.learning_rate / 4:g}",
            )
        torch.nn.utils.clip_grad_norm_(self._weights, settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total

    def _loss(self, examples: Sequence[Encoded]) -> Any:
        """The sum of the cross-entropies of all answer tokens, in nats.

        Only at these are logits computed: they are most of the work where the vocabulary is large.
        """
        torch = self._torch
        device = self._machine.device
        longest = padded(examples)
        tokens = torch.zeros((len(examples), longest), dtype=torch.long)
        mask = torch.zeros_like(tokens)
        learned = torch.zeros((len(examples), longest), dtype=torch.bool)
        for row, one in enumerate(examples):
            tokens[row, : len(one)] = torch.tensor(one.tokens)
            mask[row, : len(one)] = 1
            learned[row, one.answer - 1 : len(one) - 1] = True
        targets = tokens.roll(-1, dims=1)[learned].to(device)
        base = self._model.get_base_model()
        with torch.autocast(
            device.type, dtype=self._machine.dtype, enabled=self._machine.dtype != torch.float32
        ):
            hidden = base.get_decoder()(
                input_ids=tokens.to(device), attention_mask=mask.to(device), use_cache=False
            ).last_hidden_state
            logits = logits_of(base, hidden[learned.to(device)])
        return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")

    def _pieces(self, batch: Sequence[Encoded]) -> Iterator[Sequence[Encoded]]:
        """A batch in parts whose losses add up to its own."""
        return pieces(batch, self._at_once, width=padded)

    def _attention(self, examples: Sequence[Encoded]) -> AbstractContextManager[None]:
        return attention_for(
            self._model.get_base_model().config, self._machine.device, longest=padded(examples)
        )

    def _validate(self, interrupts: Interrupts) -> None:
        progress, settings = self._progress, self._settings
        began = time.monotonic()
        # It changes nothing, and may take minutes: it is done again rather than waited for.
        with interrupts.at_once():
            _heed(interrupts)
            loss = self.validation_loss()
            score = self._score(lambda done, total: self._tell_choosing(done, total, began))
        self._torn = True
        progress.choosing += time.monotonic() - began
        progress.epoch += 1
        reached = -loss if score is None else score
        # Of two epochs with one score the one with the lower loss: few reports give few scores.
        before = (
            progress.history[progress.best_epoch - 1]["validation_loss"] if progress.best_epoch else math.inf
        )
        best = progress.score is None or (reached, -loss) > (progress.score, -before)
        progress.history.append(
            {
                "epoch": progress.epoch,
                "loss": round(progress.loss / max(1, progress.done), 6),
                "validation_loss": round(loss, 6),
                "score": None if score is None else round(score, 6),
            }
        )
        if best:
            progress.score, progress.best_epoch, progress.stale = reached, progress.epoch, 0
            self._best = self._taken()
        else:
            progress.stale += 1
        progress.done, progress.loss = 0, 0.0
        patient = settings.patience == 0 or progress.stale < settings.patience
        progress.finished = progress.epoch >= settings.epochs or not patient
        self._torn = False
        self._journal.tell(
            "validation",
            epoch=progress.epoch,
            step=progress.step,
            loss=round(loss, 6),
            score=score,
            metric=self._metric,
            best=best,
        )

    def validation_loss(self) -> float:
        """The mean loss per answer token on the validation reports, in nats."""
        torch, settings = self._torch, self._settings
        self._model.eval()
        order = sorted(self._validation, key=len)
        with torch.no_grad():
            total = 0.0
            for start in range(0, len(order), settings.batch):
                for piece in self._pieces(order[start : start + settings.batch]):
                    with self._attention(piece):
                        total += float(self._loss(piece))
        return total / max(1, sum(one.learned for one in order))

    def _tell_step(self, loss: float, pace: float) -> None:
        progress = self._progress
        chosen = progress.choosing / max(1, progress.epoch)
        self._journal.tell(
            "step",
            step=progress.step,
            epoch=round(progress.epoch + progress.done / self._per_epoch, 3),
            loss=round(loss, 5),
            rate=rate(self._settings, progress.step, self._steps),
            tokens_per_second=round(pace, 1),
            eta=self._left(chosen * (self._settings.epochs - progress.epoch)),
        )

    def _tell_choosing(self, done: int, total: int, began: float) -> None:
        """``began``: when this validation did, by the monotonic clock."""
        progress = self._progress
        spent = time.monotonic() - began
        whole = spent * total / max(1, done)
        chosen = (progress.choosing + whole) / (progress.epoch + 1)
        later = chosen * (self._settings.epochs - progress.epoch - 1)
        self._journal.tell("choosing", done=done, total=total, eta=self._left(whole - spent + later))

    def _left(self, choosing: float) -> float:
        """Seconds until the last epoch is over: its steps, and ``choosing`` seconds of validation. The first
        validation is not foreseen."""
        progress = self._progress
        steps = (self._steps - progress.step) * progress.seconds / max(1, progress.step)
        return round(steps + choosing, 1)

    def _save(self) -> None:
        torch = self._torch
        state = {"optimizer": self._optimizer.state_dict(), "random": torch.get_rng_state()}
        if self._machine.device.type == "cuda":
            state["cuda"] = torch.cuda.get_rng_state_all()
        self._checkpoints.save(self._progress, self._taken(), self._best, state)

    def _taken(self) -> dict[str, Any]:
        """A copy of the adapter's weights as they are now."""
        from peft import get_peft_model_state_dict

        return {
            name: weight.detach().to("cpu", copy=True).contiguous()
            for name, weight in get_peft_model_state_dict(self._model, save_embedding_layers=False).items()
        }

    def _put(self, weights: Mapping[str, Any]) -> None:
        from peft import set_peft_model_state_dict

        set_peft_model_state_dict(self._model, dict(weights))


def _heed(interrupts: Interrupts) -> None:
    if interrupts.requested.is_set():
        raise KeyboardInterrupt


def rate(settings: TuningSettings, step: int, steps: int) -> float:
    """The learning rate of a step (from 0): up over the warm-up, then down by the schedule."""
    warm = max(1, round(settings.warmup * steps)) if settings.warmup else 0
    if step < warm:
        return settings.learning_rate * (step + 1) / warm
    part = (step - warm) / max(1, steps - warm)
    match settings.schedule:
        case Schedule.COSINE:
            return settings.learning_rate * (1 + math.cos(math.pi * part)) / 2
        case Schedule.LINEAR:
            return settings.learning_rate * (1 - part)
        case _:
            return settings.learning_rate
