"""What happens in the pipeline, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step of a flow begins; `name` is the step's name in the report."""

    name: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step ended well."""

    name: str
    seconds: float
    summary: str = ""


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Items committed so far, over all models. `items_expected` is DynamoDB's own estimate."""

    items: int
    items_expected: int
    rejected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class VerifyProgress:
    """Items read and compared so far, over all models."""

    items: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SampleProgress:
    """Items of the synthetic sample written so far, of so many."""

    items: int
    items_expected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class InspectProgress:
    """Items looked at so far, over all models. `items_expected` as in LoadProgress."""

    items: int
    items_expected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Exports to S3 that AWS is making: how many are done, at work and not begun."""

    done: int
    at_work: int
    not_begun: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Data files of exports that are on this machine, of `files` in all."""

    done: int
    files: int
    seconds: float


@dataclass(frozen=True, slots=True)
class CaptureProgress:
    """Changes captured so far, of so many tables. `lag_seconds`: of the table furthest behind;
    `hours_to_horizon`: until its oldest unread change is lost."""

    changes: int
    tables: int
    lag_seconds: float
    hours_to_horizon: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class FollowProgress:
    """Changes applied so far, those captured and not applied yet, and keys that wait for a unique
    value. `lag_seconds`: age of the oldest change that is not applied."""

    applied: int
    pending: int
    waiting: int
    lag_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something an operator should know while it happens."""

    message: str


Progress = (
    LoadProgress
    | SampleProgress
    | VerifyProgress
    | InspectProgress
    | ExportProgress
    | FetchProgress
    | CaptureProgress
    | FollowProgress
)
Event = StepStarted | StepFinished | Progress | Note
Observer = Callable[[Event], None]


def silent(event: Event) -> None:
    """The default observer: nobody."""
