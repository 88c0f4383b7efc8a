"""Runs that were asked for in the studio: a queue in the run store, and the process that works on it."""

from .job import Job, JobProgress, JobStatus
from .queue import Jobs
from .request import AskingOptions, EngineOptions, ExamplesWanted, JobRequest

__all__ = [
    "AskingOptions",
    "EngineOptions",
    "ExamplesWanted",
    "Job",
    "JobProgress",
    "JobRequest",
    "JobStatus",
    "Jobs",
]
