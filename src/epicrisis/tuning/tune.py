"""The whole job: a base and annotated reports in, an adapter with its card out."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..adapter import CARD, Adapter, open_adapter
from ..api import EngineSettings
from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..examples.example import Example
from ..extraction.options import ExtractionOptions
from ..prompting import Form
from . import installed as _installed  # noqa: F401 - before whatever needs PyTorch
from .base import Base, load_tokenizer
from .before_after import MEASURING, BeforeAfter
from .card import add_metrics, change_test, data_of, fingerprint, with_too_long, write_card
from .checkpoint import Checkpoints, Progress
from .conversion import check_tokens, checked_gguf, unchecked_gguf
from .data import Parts
from .encoding import Encoded, Encoder
from .events import Journal, Listener
from .examples import Examples
from .folder import alone_in, clear
from .licence import licence_warning
from .lora import base_with_lora, load_lora, save_lora
from .machine import machine_for
from .material import Material
from .measured import Measured
from .memory import memory_advice
from .scoring import Scorer
from .settings import Preset, TuningSettings
from .training import Training
from .transformers_engine import TransformersEngine


def asked_as(form: Form, *, examples: int = 0, bare: bool = False) -> ExtractionOptions:
    """How an adapter is asked: without worked examples unless they are wanted, and without a second look,
    which it was not trained for."""
    return ExtractionOptions(form=form, examples=examples, bare=bare, second_look=False)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A model with an adapter's weights in it, and what it is trained on and chosen by. ``too_long`` examples
    are left out for their length."""

    model: Any
    encoder: Encoder
    parts: Parts
    train: Sequence[Encoded]
    validation: Sequence[Encoded]
    too_long: int


class Tuning:
    """An adapter in the making, in a folder of its own. The same call again goes on where it stopped.

    ``options`` say how reports are asked about, in training and ever after; ``name`` is what a server knows
    the adapter by. ``listener`` hears what happens (see ``events``).
    """

    def __init__(
        self,
        codebook: Codebook,
        base: Base,
        folder: Path,
        *,
        settings: TuningSettings,
        options: ExtractionOptions,
        preset: Preset = Preset.CPU,
        name: str | None = None,
        listener: Listener | None = None,
    ) -> None:
        settings.check()
        self._codebook = codebook
        self._base = base
        self._folder = folder
        self._settings = settings
        self._options = options
        self._machine = machine_for(settings, preset)
        self._name = name or folder.resolve().name
        self._notes: list[str] = []
        self._journal = Journal(folder, listener)

    def run(
        self,
        material: Material,
        *,
        gold: str,
        silver: Mapping[str, Any] | None = None,
        notes: Sequence[str] = (),
        measure: bool = True,
        fresh: bool = False,
    ) -> Adapter:
        """Train on ``material``, and write the adapter.

        ``gold`` and ``silver`` are said in the card. ``measure``: whether base and adapter are asked about
        the test part afterwards. Raises ``OptionError`` for data and settings that cannot be trained on, and
        for a folder of something else, ``ModelError`` for a base that cannot be, ``OutputError`` for a full
        disk; KeyboardInterrupt after Ctrl-C, once a checkpoint is written.
        """
        if fresh:
            clear(self._folder)
        with alone_in(self._folder):
            return self._run(material, gold, silver, notes, measure=measure)

    def _run(
        self,
        material: Material,
        gold: str,
        silver: Mapping[str, Any] | None,
        notes: Sequence[str],
        *,
        measure: bool,
    ) -> Adapter:
        parts, examples = material.parts, self._examples(material)
        made_of = self._digest(parts, examples)
        found = self._finished(made_of)
        data = data_of(material, gold=gold, silver=silver)
        if found is not None and found.card["data"]["digest"] != data["digest"]:
            # Only the test part can differ; what the card says of the former one does not hold for it.
            change_test(self._folder, data)
            shutil.rmtree(self._folder / MEASURING, ignore_errors=True)
            found = open_adapter(self._folder)
        if found is not None and (found.card.get("metrics") is not None or not (measure and parts.test)):
            return found
        try:
            with memory_advice(self._settings):
                if found is None:
                    for note in (*notes, licence_warning(self._base.licence, self._base.name)):
                        if note:
                            self._note(note)
                    self._make(material, examples, made_of, data, measure=measure)
                else:
                    self._measure(parts)
                Checkpoints(self._folder, made_of).clear()
        except KeyboardInterrupt:
            self._journal.tell("end", status="interrupted", error=None)
            raise
        except Exception as error:
            self._journal.tell("end", status="failed", error=getattr(error, "message", type(error).__name__))
            raise
        self._journal.tell("end", status="finished", error=None)
        return open_adapter(self._folder)

    def _make(
        self,
        material: Material,
        examples: Sequence[Example],
        made_of: str,
        data: dict[str, Any],
        *,
        measure: bool,
    ) -> None:
        ready = self._ready(material.parts, examples)
        model, encoder, parts = ready.model, ready.encoder, ready.parts
        progress = self._training_of(ready, made_of, self._scorer(ready)).run()
        self._journal.stage("writing")
        save_lora(model, self._folder, base=self._base.name)
        agreement = self._converted(ready)
        write_card(
            self._folder,
            name=self._name,
            base=self._base,
            codebook=self._codebook,
            options=self._options,
            data=with_too_long(data, ready.too_long),
            settings=self._settings,
            training=self._training(progress),
            agreement=agreement,
            fingerprint=made_of,
            notes=self._notes,
        )
        if measure and parts.test:
            self._measure(parts, model, encoder)

    def score(self, material: Material, *, until: int | None = None) -> Measured:
        """Train, and only say how good it got: the share of the validation part's cells right. No adapter is
        written; checkpoints stay, so that a later call with the same data and settings goes on. ``until``:
        the epoch to pause after. Raises as ``run`` does."""
        examples = self._examples(material)
        made_of = self._digest(material.parts, examples)
        with alone_in(self._folder), memory_advice(self._settings):
            ready = self._ready(material.parts, examples)
            self._training_of(ready, made_of, self._scorer(ready)).run(until)
            return self._scorer(ready).measured()

    def _examples(self, material: Material) -> list[Example]:
        return material.examples(self._codebook, self._settings.seed)

    def made_of(self, material: Material) -> str:
        """The digest of all that decides what a training comes to: base, codebook, way of asking, settings
        and examples. Two trainings with the same one are the same training."""
        return self._digest(material.parts, self._examples(material))

    def _digest(self, parts: Parts, examples: Sequence[Example]) -> str:
        return fingerprint(
            self._settings.digest,
            self._base.digest,
            self._codebook.digest,
            self._options.as_dict(),
            [one.worked for one in examples],
            [one.example.worked for one in parts.validation],
        )

    def _ready(self, parts: Parts, examples: Sequence[Example]) -> _Ready:
        """The model and everything it is trained on, in memory."""
        self._journal.stage("loading")
        encoder = Encoder(load_tokenizer(self._base))
        texts = Examples(self._codebook, self._options, encoder, self._settings.max_length)
        train, fitting = texts.encoded(examples)
        validation, others = texts.encoded(one.example for one in parts.validation)
        for note in (*fitting.said(self._settings.max_length), *others.said_of_validation()):
            self._note(note)
        if not train or not validation:
            raise OptionError(
                f"No report fits into {self._settings.max_length} tokens.", hint="Give a larger --max-length."
            )
        if self._base.gguf is not None:
            check_tokens(self._base.gguf, encoder, map(texts.text, (one.example for one in parts.validation)))
        return _Ready(self._lora(), encoder, parts, train, validation, fitting.dropped)

    def _scorer(self, ready: _Ready) -> Scorer:
        """How the model is scored while it is trained: on the validation part."""
        engine = TransformersEngine(ready.model, ready.encoder, name=self._base.name)
        return Scorer(
            self._codebook,
            engine,
            self._options,
            ready.parts.validation,
            most=self._settings.validate,
            longest=2 * max(one.learned for one in ready.validation) + 16,
        )

    def _training_of(self, ready: _Ready, made_of: str, score: Scorer) -> Training:
        self._journal.stage("training")
        return Training(
            ready.model,
            self._settings,
            self._machine,
            ready.train,
            ready.validation,
            score=score,
            checkpoints=Checkpoints(self._folder, made_of),
            fingerprint=made_of,
            journal=self._journal,
            about={
                "train": len(ready.train),
                "validation": len(ready.validation),
                "test": len(ready.parts.test),
                "base": self._base.name,
                "device": self._machine.label,
            },
        )

    def _converted(self, ready: _Ready) -> dict[str, Any] | None:
        """The file for llama.cpp; how far both programs agree, where they can be compared."""
        if self._base.gguf is None:
            self._note(unchecked_gguf(self._folder, self._base, name=self._name))
            return None
        self._journal.stage("checking")
        return checked_gguf(
            self._folder,
            self._base.gguf,
            ready.model,
            ready.validation,
            name=self._name,
            threads=self._settings.threads,
        ).as_dict()

    def _measure(self, parts: Parts, model: Any = None, encoder: Encoder | None = None) -> None:
        """Ask base and adapter about the test part, and put into the card what came of it.

        ``model`` with its ``encoder``, where it is in memory.
        """
        adapter = open_adapter(self._folder)
        both = BeforeAfter(
            self._folder, self._codebook, parts.test, settings=EngineSettings(threads=self._settings.threads)
        )
        if self._base.gguf is not None:
            if model is not None:
                # Freed before llama.cpp loads the base: there may be no room for both.
                model.to("meta")
            address = str(self._base.gguf)
            self._journal.stage("before")
            both.before(address, self._options)
            self._journal.stage("after")
            both.after(address, adapter, self._options)
            metrics = both.metrics("llama.cpp")
        else:
            if model is None or encoder is None:
                model, encoder = self._lora(), Encoder(load_tokenizer(self._base))
                load_lora(model, self._folder)
            self._journal.stage("before")
            with model.disable_adapter():
                both.before(TransformersEngine(model, encoder, name=self._base.name), self._options)
            self._journal.stage("after")
            tuned = TransformersEngine(model, encoder, name=self._name, digest=adapter.digest)
            both.after(tuned, None, self._options)
            metrics = both.metrics("transformers, without a grammar")
        add_metrics(self._folder, metrics)
        both.clear()

    def _lora(self) -> Any:
        return base_with_lora(self._base, self._settings, self._machine)

    def _training(self, progress: Progress) -> dict[str, Any]:
        return {
            "epochs": progress.epoch,
            "steps": progress.step,
            "best_epoch": progress.best_epoch,
            "tokens": progress.tokens,
            "seconds": round(progress.seconds, 1),
            "choosing_seconds": round(progress.choosing, 1),
            "device": self._machine.label,
            "history": progress.history,
        }

    def _finished(self, made_of: str) -> Adapter | None:
        """The adapter, where this very training has ended before; it may not have been measured yet."""
        if not (self._folder / CARD).is_file():
            return None
        found = open_adapter(self._folder)
        if found.card.get("fingerprint") != made_of:
            raise OptionError(
                "The folder holds another adapter: of other reports, settings or another base.",
                hint="Name another folder with --out, or train it anew with --fresh.",
                path=self._folder,
            )
        return found

    def _note(self, text: str) -> None:
        self._notes.append(text)
        self._journal.note(text)


__all__ = ["Tuning", "asked_as"]
