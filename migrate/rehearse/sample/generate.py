"""The sample itself: a stream of items, and what was planted in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrate.rehearse.sample import access, assessments, care, events, messages, people, rooms
from migrate.rehearse.sample.changes import bury
from migrate.rehearse.sample.layout import MODELS, layout_of
from migrate.rehearse.sample.rates import RATES, Outcome, Rate
from migrate.rehearse.sample.stored import Builder, Change, Item, Sample, Spot

GENERATOR_VERSION = 2
"""Raised whenever the same items and seed give other items, so that seeded tables are made anew."""

BUILDERS: dict[str, Builder] = {
    "User": people.user,
    "Role": access.role,
    "Permission": access.permission,
    "RolePermissions": access.role_permission,
    "Meeting": rooms.meeting,
    "Attendee": rooms.attendee,
    "ChatMessage": messages.message,
    "RefreshToken": access.refresh_token,
    "PasswordResetToken": access.password_reset_token,
    "AssessmentSession": assessments.session,
    "AssessmentQuestion": assessments.question,
    "AssessmentResponse": assessments.response,
    "AssessmentResult": assessments.result,
    "Appointment": care.appointment,
    "Notification": care.notification,
    "AuditLog": care.audit_log,
}

CHANGES: dict[str, Change] = {
    **people.CHANGES,
    **access.CHANGES,
    **rooms.CHANGES,
    **events.CHANGES,
    **messages.CHANGES,
    **assessments.CHANGES,
    **care.CHANGES,
    **{rate.key: bury for rate in RATES if rate.outcome == "tombstone"},
}


def generate(items: int, seed: int) -> Iterator[tuple[str, Item]]:
    """Yield exactly `items` pairs of model name and item in typed JSON, B as base64 text.

    The same arguments give the same stream. Every item is made from its number alone, so memory
    does not grow with `items`; parents come before those that refer to them.
    """
    sample = Sample.of(items, seed)
    for model in MODELS:
        build = BUILDERS[model]
        for index in range(sample.sound(model)):
            yield model, build(sample, index)
        for rate in RATES:
            if rate.model == model:
                for _, item in _planted_items(sample, rate):
                    yield model, item


def planted_items(items: int, seed: int) -> Iterator[tuple[Rate, Item]]:
    """The planted items alone, each with its line of the table of rates."""
    sample = Sample.of(items, seed)
    for rate in RATES:
        yield from _planted_items(sample, rate)


def _planted_items(sample: Sample, rate: Rate) -> Iterator[tuple[Rate, Item]]:
    span = sample.layout.planted.get(rate.key)
    if span is None:
        return
    build, change = BUILDERS[rate.model], CHANGES[rate.key]
    for number in range(span.count):
        index = span.start + number
        item = build(sample, index)
        change(sample, item, Spot(number, index))
        yield rate, item


def planted(items: int, seed: int) -> dict[str, int]:  # noqa: ARG001
    """Planted items by `Model.irregularity`. The counts do not depend on the seed."""
    return {key: span.count for key, span in layout_of(items).planted.items()}


@dataclass
class Expected:
    """What a faithful migration of a sample counts; keys are (model, rule)."""

    items: Counter[str] = field(default_factory=Counter)
    """By model."""
    tombstones: Counter[str] = field(default_factory=Counter)
    filtered: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Items, cascades included."""
    bad_elements: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Elements of Meeting.events that are rejected by themselves."""


def expected(items: int, seed: int) -> Expected:  # noqa: ARG001
    """The exact counts under the mappings in mappings/hugmedo."""
    layout = layout_of(items)
    counts = Expected(items=Counter(layout.totals))
    for rate in RATES:
        span = layout.planted.get(rate.key)
        if span is not None:
            _count(counts, rate, span.count // rate.size)
    return counts


def _count(counts: Expected, rate: Rate, groups: int) -> None:
    outcomes: dict[Outcome, Counter[str]] = {
        "tombstone": counts.tombstones,
        "filtered": counts.filtered,
    }
    if rate.outcome in outcomes:
        outcomes[rate.outcome][rate.model] += groups * rate.size
    elif rate.outcome == "rejected":
        counts.rejected[rate.model, rate.rule] += groups * rate.refused
    elif rate.outcome == "bad-element":
        counts.bad_elements[rate.model, rate.rule] += groups * rate.refused
