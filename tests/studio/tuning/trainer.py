"""In place of ``epicrisis tune``: writes what a test tells it to, through a socket, and ends when it is told.

``trainer.py worker ...`` is the studio's worker with this in place of the program that trains.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path


def worker() -> int:
    from epicrisis.studio.jobs import training_process, work

    training_process.PROGRAM = (sys.executable, __file__)
    return work.main(sys.argv[2:])


def tune() -> int:
    from epicrisis.studio.jobs.tied import tie

    tie()
    out = Path(sys.argv[sys.argv.index("--out") + 1])
    out.mkdir(parents=True, exist_ok=True)
    with (
        socket.create_connection(("127.0.0.1", int(os.environ["TRAINER_PORT"]))) as line,
        line.makefile("rw") as talk,
    ):

        def say(said: object) -> None:
            talk.write(json.dumps(said) + "\n")
            talk.flush()

        try:
            say({"arguments": sys.argv[1:], "pid": os.getpid()})
            for heard in talk:
                order = json.loads(heard)
                if "exit" in order:
                    sys.stderr.write(order.get("say", ""))
                    return int(order["exit"])
                for name, content in order.get("write", {}).items():
                    (out / name).write_text(json.dumps(content), "utf-8")
                if "event" in order:
                    _tell(out, order)
                say("done")
        except KeyboardInterrupt:
            _tell(out, {"event": "end", "status": "interrupted", "error": None})
            return 130
    return 1


def _tell(out: Path, event: object) -> None:
    with (out / "history.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


if __name__ == "__main__":
    sys.exit(worker() if sys.argv[1] == "worker" else tune())
