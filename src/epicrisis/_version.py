"""The version, in one place: hatchling reads it, the manifest records it."""

__version__ = "0.1.0"
