"""``epicrisis codebook``: start a codebook, check it, make one from what a study already has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from .exits import DONE
from .messages import count, out, out_json, say
from .parameters import Json, flag

if TYPE_CHECKING:
    from ..codebook import Finding

#: ``lint``: there are errors.
ERRORS_FOUND = 1

codebook_app = App(name="codebook", help="Start, check, show and import codebooks.")
Out = Annotated[
    Path | None,
    Parameter(
        name=["--out", "-o"],
        allow_leading_hyphen=True,
        help="Write the codebook to this file; - for standard output.",
    ),
]
Overwrite = Annotated[bool, flag("Replace a file that is there already.")]


@codebook_app.command
def new(
    name: Annotated[
        str, Parameter(help="Its name, such as brain-mri. The file is NAME.yaml in this folder.")
    ],
    /,
    *,
    out_file: Out = None,
    language: Annotated[
        list[str] | None,
        Parameter(
            negative="", help="A language of the reports, such as nl; again for more, the leading one first."
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> int:
    """Write a commented codebook to start from, with every common kind of variable once."""
    from ..codebook.template import new as template

    text = template(name, language or ["en"])
    _write(text, out_file or Path(f"{name}.yaml"), overwrite=overwrite)
    return DONE


@codebook_app.command
def lint(
    paths: Annotated[list[Path], Parameter(help="YAML files, or folders that hold a codebook.yaml.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Check codebooks: every mistake with its line and what to do. Exit code 1 if there are errors."""
    findings = [finding for path in paths for finding in _findings(path)]
    errors = sum(finding.is_error for finding in findings)
    if json:
        fields = ("path", "line", "level", "message", "fix")
        out_json([{field: getattr(one, field) for field in fields} for one in findings])
    else:
        for finding in findings:
            out(str(finding))
        warnings = len(findings) - errors
        say(f"{count(len(paths), 'codebook')}: {count(errors, 'error')}, {count(warnings, 'warning')}")
    return ERRORS_FOUND if errors else DONE


@codebook_app.command(name="import")
def import_(
    source: Annotated[
        str,
        Parameter(help="A .csv (REDCap data dictionary), a .json (JSON Schema), or package.module:Class."),
    ],
    /,
    *,
    source_format: Annotated[
        Literal["auto", "redcap", "json-schema", "pydantic"],
        Parameter(name="--from", help="What it is. A class needs pydantic said, for that runs its module."),
    ] = "auto",
    form: Annotated[
        list[str] | None, Parameter(negative="", help="Only the fields of this REDCap form; again for more.")
    ] = None,
    out_file: Out = None,
    overwrite: Overwrite = False,
) -> int:
    """Make a codebook from a REDCap data dictionary, a JSON Schema or a Pydantic class.

    It goes to standard output or --out. What could not be taken over, or only nearly, is listed on
    standard error.
    """
    from ..codebook import dump
    from ..codebook.importing import import_codebook
    from ..codebook.lint import lint_codebook

    codebook, notes = import_codebook(source, source_format, form)
    _write(dump(codebook), out_file or Path("-"), overwrite=overwrite)
    for note in notes:
        say(f"note: {note}")
    say(f"{count(len(codebook.variables), 'variable')}, {count(len(notes), 'note')}.")
    undefined = sum("has no definition" in finding.message for finding in lint_codebook(codebook))
    if undefined:
        say(f"{count(undefined, 'variable')} without a definition: write them, for the model reads them.")
    return DONE


def _findings(path: Path) -> list[Finding]:
    from ..codebook import lint
    from ..codebook.finding import Finding
    from ..codebook.load import read_text, source_of
    from ..errors import CodebookError

    try:
        source = source_of(path)
        return lint(read_text(source), source)
    except CodebookError as error:  # one file that cannot be read does not hide the others' findings
        return [Finding("error", error.line or 0, error.message, error.hint or "", str(path))]


def _write(text: str, path: Path, *, overwrite: bool) -> None:
    """To standard output for ``-``, else to a file that is not there yet."""
    from ..errors import OutputError

    if str(path) == "-":
        out(text.rstrip("\n"))
        return
    try:
        with path.open("w" if overwrite else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        hint = "Give another one with --out, or replace it with --overwrite."
        raise OutputError("This file is there already.", path=path, hint=hint) from None
    except OSError as error:
        raise OutputError(f"Cannot be written: {error.strerror}.", path=path) from None
    say(f"Written: {path}")


@codebook_app.command
def show(
    codebook: Annotated[
        str, Parameter(help="A YAML file, or the name of a codebook that ships (brain-mri).")
    ],
    /,
    *,
    engine: Annotated[
        str | None,
        Parameter(help="Count tokens with this engine. The default model if it is here, else an estimate."),
    ] = None,
    schema: Annotated[bool, flag("Print the JSON Schema of the answers instead.")] = False,
) -> int:
    """Print exactly what the model will see, and how many tokens that is."""
    from ..api import to_codebook
    from ..extraction import ExtractionOptions
    from ..prompting import Prompt
    from ..prompting.size import size

    options = ExtractionOptions()
    prompt = Prompt(to_codebook(codebook)[0], options.form, absent=options.absent, examples=options.examples)
    if schema:
        out_json(prompt.schema)
        return DONE
    messages = prompt.messages("(the report's text)")
    for message in messages:
        out(f"[{message.role}]\n{message.content}\n")
    tokens, counted_by = size(messages, engine)
    say(
        f"{tokens:,} tokens ({counted_by}), shared by all reports but the last few; "
        f"an answer takes at most {prompt.budget():,} more."
    )
    return DONE
