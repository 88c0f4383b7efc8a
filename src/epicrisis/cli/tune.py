"""``epicrisis tune``: a small model fine-tuned on a team's own gold."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from ..prompting.form import Form
from .exits import DONE
from .messages import out, out_json
from .parameters import (
    Delimiter,
    Encoding,
    IdColumn,
    Json,
    LanguageColumn,
    PatientColumn,
    Sheet,
    StorePath,
    TextColumn,
    flag,
)

if TYPE_CHECKING:
    from ..tuning.data import Parts
    from ..tuning.events import Listener
    from ..tuning.exploring import Score
    from ..tuning.measured import Measured
    from ..tuning.settings import TuningSettings

_DATA = Group("Data", sort_key=1)
_ASKING = Group("Asking", sort_key=2, help="How reports are asked about, in training and ever after.")
_SETTINGS = Group("Settings", sort_key=3, help="Those of the preset where they are not given.")
_EXPLORING = Group("Exploring", sort_key=4)
_LIST = Parameter(consume_multiple=True, negative="")


def tune(
    codebook: Annotated[str, Parameter(help="A YAML file, or the name of a codebook that ships.")],
    reports: Annotated[Path, Parameter(help="A file or folder of reports, as for extract.")],
    /,
    *,
    gold: Annotated[
        str, Parameter(group=_DATA, help="The right answers: a file (csv, jsonl, xlsx), or a run's id.")
    ],
    out_dir: Annotated[
        Path, Parameter(name=["--out", "-o"], help="The adapter's folder; its name is the adapter's.")
    ],
    base: Annotated[
        str,
        Parameter(
            help="The model to tune: a model's name, a .gguf file, hf:owner/repo/file.gguf, or a folder with "
            "config.json, tokenizer and weights."
        ),
    ] = "qwen2.5-coder-0.5b-instruct",
    preset: Annotated[
        Literal["cpu", "gpu"], Parameter(help="Settings that suit the processor, or a GPU.")
    ] = "cpu",
    name: Annotated[str | None, Parameter(help="What a server will know it by; the folder's name.")] = None,
    split: Annotated[
        Path | None,
        Parameter(
            group=_DATA,
            help="A file with columns id and split: train, validation, test. Else 70, 15 and 15 % of the "
            "patients.",
        ),
    ] = None,
    silver: Annotated[
        Path | None,
        Parameter(group=_DATA, help="Answers of a stronger model (epicrisis distill), for training alone."),
    ] = None,
    blank: Annotated[
        Literal["not-mentioned", "ignore"],
        Parameter(
            group=_DATA, help="What a blank cell of gold says: the report is silent, or nobody looked."
        ),
    ] = "not-mentioned",
    augment: Annotated[
        str | None,
        Parameter(
            group=_DATA,
            help="Make more training reports by changing these: synonyms, decimals, casing, sections, "
            "separated by commas. Off by default.",
        ),
    ] = None,
    times: Annotated[int, Parameter(group=_DATA, help="Changed copies of each report.")] = 1,
    form: Annotated[
        Form | None,
        Parameter(group=_ASKING, help="What the model writes for each variable; as extract's default."),
    ] = None,
    bare: Annotated[
        bool,
        flag(
            "Ask with the report alone: no instructions, no definitions. Shorter prompts, faster training "
            "and answers; the adapter then knows this codebook only.",
            group=_ASKING,
        ),
    ] = False,
    worked: Annotated[
        int, Parameter(group=_ASKING, help="Worked examples made from the codebook in every prompt.")
    ] = 0,
    rank: Annotated[int | None, Parameter(group=_SETTINGS, help="Of LoRA's two matrices.")] = None,
    alpha: Annotated[
        float | None, Parameter(group=_SETTINGS, help="LoRA's scale; twice the rank is usual.")
    ] = None,
    dropout: Annotated[
        float | None, Parameter(group=_SETTINGS, help="The share of LoRA's inputs left out.")
    ] = None,
    targets: Annotated[
        list[str] | None,
        _LIST,
        Parameter(group=_SETTINGS, help="The linear maps that get an adapter: q_proj, v_proj, ..."),
    ] = None,
    learning_rate: Annotated[
        float | None, Parameter(group=_SETTINGS, help="The highest learning rate.")
    ] = None,
    schedule: Annotated[
        Literal["cosine", "linear", "constant"] | None,
        Parameter(group=_SETTINGS, help="How the learning rate falls after the warm-up."),
    ] = None,
    warmup: Annotated[
        float | None, Parameter(group=_SETTINGS, help="The share of the steps in which it rises.")
    ] = None,
    epochs: Annotated[int | None, Parameter(group=_SETTINGS, help="Passes over the training part.")] = None,
    patience: Annotated[
        int | None,
        Parameter(group=_SETTINGS, help="Stop once so many epochs brought no better score; 0: never."),
    ] = None,
    batch: Annotated[int | None, Parameter(group=_SETTINGS, help="Examples computed at once.")] = None,
    accumulate: Annotated[int | None, Parameter(group=_SETTINGS, help="Batches to a step.")] = None,
    max_length: Annotated[
        int | None,
        Parameter(group=_SETTINGS, help="Tokens of an example at most; longer ones are split or dropped."),
    ] = None,
    validate: Annotated[
        int | None,
        Parameter(group=_SETTINGS, help="Validation reports asked after each epoch, at most."),
    ] = None,
    decay: Annotated[float | None, Parameter(group=_SETTINGS, help="AdamW's weight decay.")] = None,
    clip: Annotated[
        float | None, Parameter(group=_SETTINGS, help="The largest norm of the gradient.")
    ] = None,
    seed: Annotated[int | None, Parameter(group=_SETTINGS, help="Of the split and the training.")] = None,
    precision: Annotated[
        Literal["auto", "bfloat16", "float32"] | None,
        Parameter(group=_SETTINGS, help="The numbers that the base is computed in."),
    ] = None,
    four_bit: Annotated[
        bool, flag("The base in 4 bits (QLoRA), for little memory: needs bitsandbytes.", group=_SETTINGS)
    ] = False,
    checkpointing: Annotated[
        bool | None,
        Parameter(
            group=_SETTINGS, help="Compute activations twice rather than keep them: slower, less memory."
        ),
    ] = None,
    device: Annotated[
        str | None, Parameter(group=_SETTINGS, help="As PyTorch names it: cpu, cuda, cuda:1, mps.")
    ] = None,
    threads: Annotated[int | None, Parameter(group=_SETTINGS, help="Processor threads.")] = None,
    sweep: Annotated[
        str | None,
        Parameter(
            group=_EXPLORING,
            help='Try settings first, by successive halving: "learning_rate=5e-4,1e-3 rank=8,16". The best '
            "are trained to the end.",
        ),
    ] = None,
    curve: Annotated[
        bool,
        flag(
            "Draw a learning curve first (25, 50, 100 and all training reports): would more annotation pay?",
            group=_EXPLORING,
        ),
    ] = False,
    no_measure: Annotated[
        bool, flag("Do not ask base and adapter about the test part.", group=_EXPLORING)
    ] = False,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    text: TextColumn = None,
    id_: IdColumn = None,
    patient: PatientColumn = None,
    language: LanguageColumn = None,
    fresh: Annotated[bool, flag("Begin anew, instead of going on.")] = False,
    quiet: Annotated[bool, flag("Show no progress.", "--quiet", "-q")] = False,
    store: StorePath = None,
    json: Json = False,
) -> int:
    """Fine-tune a small model on your own gold, and measure what it brought.

    Reports are shared out by patient into a training, a validation and a test part. The adapter that is best
    on the validation part is written with its card; base and adapter are then asked about the test part and
    compared. The same command again goes on where it stopped. Exit code 0: done; 2: nothing could start;
    130: interrupted.
    """
    from ..tuning import installed as _installed  # noqa: F401 - first of all
    from ..tuning.folder import check_own, clear
    from ..tuning.settings import PRESETS, Precision, Preset, Schedule

    settings = PRESETS[Preset(preset)].with_(
        rank=rank,
        # The scale goes with the rank unless it is given too.
        alpha=alpha if alpha is not None or rank is None else 2.0 * rank,
        dropout=dropout,
        targets=None if targets is None else tuple(targets),
        learning_rate=learning_rate,
        schedule=None if schedule is None else Schedule(schedule),
        warmup=warmup,
        epochs=epochs,
        patience=patience,
        batch=batch,
        accumulate=accumulate,
        max_length=max_length,
        validate=validate,
        decay=decay,
        clip=clip,
        seed=seed,
        precision=None if precision is None else Precision(precision),
        four_bit=four_bit or None,
        checkpointing=checkpointing,
        device=device,
        threads=threads,
    )
    settings.check()
    _check_times(times, augment)
    check_own(out_dir)
    from ..api import to_codebook
    from ..reading import Columns, read
    from ..tuning.base import find_base
    from ..tuning.gather import gather
    from ..tuning.material import Material

    wanted, _ = to_codebook(codebook)
    columns = Columns(text=text, id=id_, patient=patient, language=language)
    gathered = gather(
        wanted,
        read(reports, columns, sheet=sheet, encoding=encoding, delimiter=delimiter),
        gold,
        split_file=split,
        silver=silver,
        store=store,
        blank=blank,
        columns=columns,
        seed=settings.seed,
    )
    material = Material(gathered.parts, gathered.silver, _kinds(augment), times)
    with ExitStack() as stack:
        shown = _shown(stack, quiet=quiet)
        found = find_base(base, fetch_report=None if shown is None else shown.fetching)
        from ..extraction.options import DEFAULT_FORM
        from ..tuning.tune import Tuning, asked_as

        options = asked_as(form or DEFAULT_FORM, examples=worked, bare=bare)
        listener = None if shown is None else shown.tuning

        def make(chosen: TuningSettings, folder: Path) -> Tuning:
            return Tuning(
                wanted,
                found,
                folder,
                settings=chosen,
                options=options,
                preset=Preset(preset),
                name=name or out_dir.resolve().name,
                listener=listener,
            )

        def score(
            chosen: TuningSettings, folder: Path, parts: Parts, /, *, until: int | None = None
        ) -> Measured:
            return make(chosen, folder).score(dataclasses.replace(material, parts=parts), until=until)

        if fresh:
            clear(out_dir)
        about: dict[str, Any] = {}
        if sweep is not None or curve:
            made_of = make(settings, out_dir).made_of(material)
            about, settings = _explored(
                score, gathered.parts, settings, out_dir, sweep, listener, made_of, curve=curve, fresh=fresh
            )
        adapter = make(settings, out_dir).run(
            material,
            gold=gathered.gold,
            silver=gathered.record,
            notes=gathered.notes,
            measure=not no_measure,
        )
    if json:
        out_json({"adapter": str(out_dir), "card": adapter.card, **about})
    else:
        from .adapter import print_adapter

        for told in ("sweep_said", "curve_said"):
            if told in about:
                out(about[told])
        print_adapter(adapter, codebook)
    return DONE


class _Shown:
    """What the terminal shows: the fetching of the base, then the training."""

    def __init__(self, stack: ExitStack) -> None:
        from ..runs.display import display
        from ..tuning.display import TuningDisplay

        fetch = stack.enter_context(closing(display()))
        self.tuning = stack.enter_context(closing(TuningDisplay()))
        self.fetching = fetch.fetching


def _shown(stack: ExitStack, *, quiet: bool) -> _Shown | None:
    return None if quiet else _Shown(stack)


def _explored(
    score: Score,
    parts: Parts,
    settings: TuningSettings,
    folder: Path,
    spec: str | None,
    listener: Listener | None,
    made_of: str,
    *,
    curve: bool,
    fresh: bool,
) -> tuple[dict[str, Any], TuningSettings]:
    """What sweep and curve found, and the settings to train with. ``made_of``: the digest of a training with
    ``settings``; earlier trials count where it is the same."""
    from ..tuning import exploring

    about: dict[str, Any] = {}
    if spec is not None:
        found = exploring.sweep(
            score, parts, spec, settings, folder=folder, listener=listener, about=made_of, fresh=fresh
        )
        settings = found.settings
        about |= {"sweep": found.as_dict(), "sweep_said": found.said()}
    if curve:
        from ..tuning.curve import SIZES

        drawn = exploring.learning_curve(
            score,
            parts,
            settings,
            folder=folder,
            sizes=SIZES,
            listener=listener,
            about=made_of,
            fresh=fresh,
        )
        about |= {"curve": drawn.as_dict(), "curve_said": drawn.worth.sentence}
    return about, settings


def _kinds(names: str | None) -> Any:
    if names is None:
        return ()
    from ..tuning.augment import augmentations

    return augmentations(names)


def _check_times(times: int, names: str | None) -> None:
    from ..errors import OptionError

    if times < 1:
        raise OptionError(f"--times cannot be {times}.", hint="Give a number from 1.")
    if times > 1 and names is None:
        raise OptionError("--times says how often to augment.", hint="Say what to change: --augment.")
