"""Typed events of the pipeline; progress bars, logs and metrics subscribe, nobody prints."""

from migrate.observe.events import (
    Event,
    InspectProgress,
    LoadProgress,
    Note,
    Observer,
    StepFinished,
    StepStarted,
    VerifyProgress,
    silent,
)

__all__ = [
    "Event", "InspectProgress", "LoadProgress", "Note", "Observer", "StepFinished", "StepStarted",
    "VerifyProgress", "silent",
]  # fmt: skip
