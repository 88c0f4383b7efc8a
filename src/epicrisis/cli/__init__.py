"""The command ``epicrisis``: one thin file per command, loaded when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cyclopts import App
from cyclopts.exceptions import CycloptsError

from .._version import __version__
from ..errors import EpicrisisError
from .exits import DONE, INTERRUPTED, NOT_STARTED, OUTPUT_CLOSED
from .messages import DEBUG_VARIABLE, debugging, say, tell, trace

app = App(
    name="epicrisis",
    help="Clinical reports into validated structured data, with evidence for every cell.",
    version=__version__,
    suppress_keyboard_interrupt=False,
)
app.command(
    "epicrisis.cli.extract:extract", name="extract", help="Extract a codebook's variables from reports."
)
app.command("epicrisis.cli.export:export", name="export", help="Write a run as a table.")
app.command("epicrisis.cli.runs:runs_app", name="runs", help="List, show and remove runs.")
app.command(
    "epicrisis.cli.codebook:codebook_app", name="codebook", help="Start, check, show and import codebooks."
)
app.command(
    "epicrisis.cli.demo:demo", name="demo", help="Six shipped reports through the default model, beside gold."
)
app.command("epicrisis.cli.distill:distill", name="distill", help="Make silver to tune on, of sure answers.")
app.command("epicrisis.cli.tune:tune", name="tune", help="Fine-tune a small model on your own gold.")
app.command("epicrisis.cli.evaluate:evaluate", name="evaluate", help="Measure a run by gold.")
app.command("epicrisis.cli.agree:agree", name="agree", help="Measure how far raters agree.")
app.command("epicrisis.cli.compare:compare", name="compare", help="Compare runs against one gold.")
app.command(
    "epicrisis.cli.stress:stress", name="stress", help="Measure what badly written reports do to the answers."
)
app.command("epicrisis.cli.diff:diff", name="diff", help="List the cells in which two runs differ.")
app.command(
    "epicrisis.cli.dragon:dragon_app",
    name="dragon",
    help="Answer the tasks of the DRAGON challenge, and score predictions.",
)
app.command("epicrisis.cli.studio:studio_app", name="studio", help="The whole loop in a browser.")
app.command("epicrisis.cli.models:models_app", name="models", help="List, fetch, check and delete models.")
app.command("epicrisis.cli.doctor:doctor", name="doctor", help="Check this machine, and say what to do.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code. ``arguments`` default to the process's own."""
    code = run(sys.argv[1:] if arguments is None else arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    if code == INTERRUPTED:
        # A model may still be at work in its thread; waiting for it is what the user did not want.
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become a message on stderr, never a traceback."""
    try:
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        say(f"error: {str(error).strip()}")
        say("See 'epicrisis --help', or --help after a command.")
        return NOT_STARTED
    except EpicrisisError as error:
        trace(error)
        tell(error)
        return NOT_STARTED
    except KeyboardInterrupt:
        say("Interrupted. What was done is kept: give the same command again to go on.")
        return INTERRUPTED
    except BrokenPipeError:
        # As with '| head': there is nobody left to write to, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
    except Exception as error:
        # The message of an unforeseen error may quote a report; its type cannot.
        trace(error)
        say(f"error: Something went wrong inside epicrisis ({type(error).__name__}).")
        if not debugging():
            say(f"To see where, run it again with {DEBUG_VARIABLE}=1; report texts are not shown.")
        return NOT_STARTED
    return result if isinstance(result, int) else DONE


__all__ = ["app", "main", "run"]
