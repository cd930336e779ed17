"""When meetings are, and who attends them: computed from numbers, never kept."""

from __future__ import annotations

from migrate.rehearse.sample.instants import DAY_MS, MINUTE_MS
from migrate.rehearse.sample.stored import Sample

_GRID_MS = 5 * MINUTE_MS
LENGTH_MS = 30 * MINUTE_MS


def start_ms(sample: Sample, meeting: int) -> int:
    """When a meeting is planned to start: the day after it was made, on a five-minute mark."""
    return (sample.created_ms("Meeting", meeting) + DAY_MS) // _GRID_MS * _GRID_MS


def meeting_of(sample: Sample, attendee: int) -> int:
    return attendee % sample.sound("Meeting")


def attendees_of(sample: Sample, meeting: int) -> range:
    """The sound attendees of a sound meeting; nobody attends a planted one."""
    meetings = sample.sound("Meeting")
    if meeting >= meetings:
        return range(0)
    return range(meeting, sample.sound("Attendee"), meetings)
