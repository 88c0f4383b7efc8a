"""Runs and trainings that were asked for in the studio: a queue in the run store, and the process that works
on it."""

from .job import Job, JobProgress, JobStatus, Training
from .request import AskingOptions, EngineOptions, ExamplesWanted, JobRequest
from .runs import Jobs
from .tune_request import TuneRequest

__all__ = [
    "AskingOptions",
    "EngineOptions",
    "ExamplesWanted",
    "Job",
    "JobProgress",
    "JobRequest",
    "JobStatus",
    "Jobs",
    "Training",
    "TuneRequest",
]
