"""Typed events of the pipeline; progress bars, logs and metrics subscribe, nobody prints."""

from migrate.observe.events import (
    Event,
    ExportProgress,
    FetchProgress,
    InspectProgress,
    LoadProgress,
    Note,
    Observer,
    Progress,
    SampleProgress,
    StepFinished,
    StepStarted,
    VerifyProgress,
    silent,
)

__all__ = [
    "Event", "ExportProgress", "FetchProgress", "InspectProgress", "LoadProgress", "Note",
    "Observer", "Progress", "SampleProgress", "StepFinished", "StepStarted", "VerifyProgress",
    "silent",
]  # fmt: skip
