"""Adapters of a project: what can be tuned, how far a training is, and what came of it."""
