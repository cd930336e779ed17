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
class InspectProgress:
    """Items looked at so far, over all models. `items_expected` as in LoadProgress."""

    items: int
    items_expected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something an operator should know while it happens."""

    message: str


Event = StepStarted | StepFinished | LoadProgress | VerifyProgress | InspectProgress | Note
Observer = Callable[[Event], None]


def silent(event: Event) -> None:
    """The default observer: nobody."""
