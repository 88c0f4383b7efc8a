"""Runs beside each other: which is better against one gold, and which cells differ."""
