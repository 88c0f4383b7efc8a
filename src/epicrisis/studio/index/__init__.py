"""The cells of runs in a form that is quick to page, sort and filter: a cache, made from the run store."""

from .index import Coverage, Index

__all__ = ["Coverage", "Index"]
