"""How an extraction ended, in words and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .messages import count, out

if TYPE_CHECKING:
    from ..api import Run
    from ..runs.session import Session

#: How many kinds of trouble are told.
_SHOWN = 5


def summarise(session: Session, run: Run, out_file: Path | None, store: Path | None) -> None:
    tally = session.tally
    at = "" if store is None else f" --store {store}"
    out(f"Run {run.id}: {tally.done:,} of {count(tally.total, 'report')} done ({_how(session)}).")
    if tally.failed:
        out(f"{count(tally.failed, 'report')} failed:")
        reasons = list(run.failures.items())
        for reason, number in reasons[:_SHOWN]:
            out(f"  {number:,} × {reason}")
        if len(reasons) > _SHOWN:
            out(f"  and {count(len(reasons) - _SHOWN, 'other reason')}")
    if unanswered := run.counts.failed_answers:
        others = " in the other reports" if tally.failed else ""
        out(f"{count(unanswered, 'single answer')} failed{others}; see their status.")
    if session.status == "finished":
        if out_file is not None:
            out(f"Table: {out_file}")
        else:
            out(f"For the table: epicrisis export {run.id} --to csv --out table.csv{at}")
    else:
        out("To go on, give the same command again (without --fresh): what is done is not asked again.")
        out(f"For a table of what is done: epicrisis export {run.id} --to csv --out table.csv{at}")


def _how(session: Session) -> str:
    """``3 known before, 5.2 s and 812 tokens per report asked``."""
    tally = session.tally
    parts = []
    if tally.cached:
        parts.append(f"{tally.cached:,} known before")
    if tally.asked:
        pace = tally.usage.seconds / tally.asked or session.seconds / tally.asked
        parts.append(f"{pace:.2g} s and {tally.tokens / tally.asked:,.0f} tokens per report asked")
    return ", ".join(parts) or "nothing asked"


def document(session: Session, run: Run, out_file: Path | None) -> dict[str, object]:
    manifest = run.manifest
    return {
        "run": run.id,
        "status": session.status,
        "store": str(run.store_path),
        "reports": {
            "total": session.tally.total,
            "done": session.tally.done,
            "failed": session.tally.failed,
            "known_before": session.tally.cached,
            "asked": session.tally.asked,
        },
        "failed_answers": manifest.counts.failed_answers,
        "failures": run.failures,
        "seconds": round(session.seconds, 3),
        "usage": {
            "requests": session.tally.usage.requests,
            "prompt_tokens": session.tally.usage.prompt_tokens,
            "cached_tokens": session.tally.usage.cached_tokens,
            "completion_tokens": session.tally.usage.completion_tokens,
        },
        "table": str(out_file) if session.status == "finished" and out_file is not None else None,
        "error": None
        if session.error is None
        else {"code": session.error.code, "message": session.error.message},
    }
