"""``python -m epicrisis``."""

from epicrisis.cli import main

main()
