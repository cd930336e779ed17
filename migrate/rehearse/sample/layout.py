"""How many items of each model a sample holds, and at which numbers the planted ones stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from migrate.errors import FixInputError
from migrate.rehearse.sample.rates import RATES, Rate


@dataclass(frozen=True, slots=True)
class Share:
    """A model's share of the sample, in items of 1,000, and how many there are at most."""

    per_thousand: int
    at_most: int | None = None


# Models in the order of their references, so that any prefix stands by itself. Roles, permissions
# and questions are catalogues: they do not grow with the number of users. What the caps leave
# over goes to the messages.
SHARES: dict[str, Share] = {
    "User": Share(50),
    "Role": Share(2, 24),
    "Permission": Share(4, 80),
    "RolePermissions": Share(8, 400),
    "Meeting": Share(45),
    "Attendee": Share(100),
    "ChatMessage": Share(500),
    "RefreshToken": Share(40),
    "PasswordResetToken": Share(10),
    "AssessmentSession": Share(30),
    "AssessmentQuestion": Share(6, 120),
    "AssessmentResponse": Share(90),
    "AssessmentResult": Share(20),
    "Appointment": Share(30),
    "Notification": Share(40),
    "AuditLog": Share(25),
}

MODELS: tuple[str, ...] = tuple(SHARES)


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive numbers within a model."""

    start: int
    count: int


@dataclass(frozen=True)
class Layout:
    """Numbers 0 to sound-1 of a model are sound; the planted ones follow, span by span."""

    sound: dict[str, int]
    planted: dict[str, Span]
    """By `Rate.key`; the irregularities that a small sample has no room for are absent."""

    @cached_property
    def totals(self) -> dict[str, int]:
        totals = dict(self.sound)
        for rate in RATES:
            if rate.key in self.planted:
                totals[rate.model] += self.planted[rate.key].count
        return totals


def layout_of(items: int) -> Layout:
    """The layout of a sample of exactly `items` items."""
    if items < 0:
        raise FixInputError(f"a sample cannot hold {items} items", "give a number from 0")
    rates = list(_that_fit(items))
    counts = {rate.key: rate.groups(items) * rate.size for rate in rates}
    sound = _sound(items - sum(counts.values()), counts, rates)
    return Layout(sound, _spans(sound, counts, rates))


def _that_fit(items: int) -> Iterator[Rate]:
    """The first rates of the table that together take at most half of the sample."""
    room = items // 2 if items >= 2 * len(MODELS) else 0
    for rate in RATES:
        room -= rate.groups(items) * rate.size
        if room < 0:
            return
        yield rate


def _sound(items: int, planted: dict[str, int], rates: list[Rate]) -> dict[str, int]:
    sound = dict.fromkeys(MODELS, 0)
    for model in MODELS[:items]:
        sound[model] = 1
    spare = max(0, items - len(MODELS))
    for model, share in SHARES.items():
        wanted = spare * share.per_thousand // 1000
        if share.at_most is not None:
            wanted = min(wanted, share.at_most)
        sound[model] += wanted
    if spare:  # a patient and a doctor are two people
        sound["User"] = max(2, sound["User"])
    sound["ChatMessage"] += items - sum(sound.values())
    _leave_sessions_for_planted_results(sound, planted, rates)
    return sound


def _leave_sessions_for_planted_results(
    sound: dict[str, int], planted: dict[str, int], rates: list[Rate]
) -> None:
    """Sound results and planted ones each need a session of their own."""
    needed = sum(planted[rate.key] for rate in rates if rate.model == "AssessmentResult")
    excess = sound["AssessmentResult"] + needed - sound["AssessmentSession"]
    moved = min(max(0, excess + 1) // 2, sound["AssessmentResult"])
    sound["AssessmentResult"] -= moved
    sound["AssessmentSession"] += moved
    lacking = max(0, excess - 2 * moved)
    sound["AssessmentSession"] += lacking
    sound["ChatMessage"] -= lacking


def _spans(sound: dict[str, int], counts: dict[str, int], rates: list[Rate]) -> dict[str, Span]:
    ends = dict(sound)
    spans: dict[str, Span] = {}
    for rate in rates:
        spans[rate.key] = Span(ends[rate.model], counts[rate.key])
        ends[rate.model] += counts[rate.key]
    return spans
