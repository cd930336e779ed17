"""Typed events of the pipeline; progress bars, logs and metrics subscribe, nobody prints."""

from migrate.observe.events import (
    CaptureProgress,
    Event,
    ExportProgress,
    FetchProgress,
    FollowProgress,
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
    "CaptureProgress", "Event", "ExportProgress", "FetchProgress", "FollowProgress",
    "InspectProgress", "LoadProgress", "Note", "Observer", "Progress", "SampleProgress",
    "StepFinished", "StepStarted", "VerifyProgress", "silent",
]  # fmt: skip
