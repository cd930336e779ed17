"""How often each irregularity stands in the sample, and what must become of it: one table.

Sound items follow the schema. Every line below plants items that do not, or that are unusual but
legal. Nobody points at a planted item, so that one reject stays one reject, except where a line
says `of-...`: those follow a planted item on purpose and make the cascades.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["legal", "tombstone", "filtered", "rejected", "bad-element"]


@dataclass(frozen=True, slots=True)
class Rate:
    """One irregularity of one model.

    `per_million` counts groups per 1,000,000 items of the whole sample, at least one; a group is
    `size` items that belong together, such as a pair. `refused` of each group are rejected by
    `rule`: items for "rejected", elements of a child list for "bad-element".
    """

    model: str
    name: str
    per_million: int
    outcome: Outcome = "legal"
    rule: str = ""
    size: int = 1
    refused: int = 1

    @property
    def key(self) -> str:
        return f"{self.model}.{self.name}"

    def groups(self, items: int) -> int:
        return max(1, items * self.per_million // 1_000_000)


def _rejected(
    model: str, name: str, rule: str, per_million: int = 100, *, size: int = 1, refused: int = 0
) -> Rate:
    return Rate(model, name, per_million, "rejected", rule, size, refused or size)


def _element(name: str, rule: str, *, refused: int = 1) -> Rate:
    return Rate("Meeting", name, 100, "bad-element", rule, 1, refused)


def _legal(model: str, name: str, per_million: int = 500) -> Rate:
    return Rate(model, name, per_million)


# Per million rather than percent: defects are rare in real tables, and a table of 20,000 items
# still gets two of what stands at 100.
_CASCADE = 50

_TOMBSTONES = [
    Rate(model, "tombstone", per_million, "tombstone")
    for model, per_million in {
        "User": 1000, "RolePermissions": 50, "Meeting": 1000, "Attendee": 1500, "ChatMessage": 5000,
        "RefreshToken": 1000, "PasswordResetToken": 300, "AssessmentSession": 500,
        "AssessmentResponse": 1000, "Appointment": 500, "Notification": 2000,
    }.items()
]  # fmt: skip

_PEOPLE = [
    # A JavaScript Date written through the document client becomes an empty map. This user has
    # a meeting, and the meeting has attendees and messages: all of them go with the user.
    _rejected("User", "host-with-map-for-date", "type-mismatch", _CASCADE),
    _rejected("User", "over-long-name", "too-long"),
    _rejected("User", "duplicate-email", "duplicate", size=2),
    _rejected("User", "removed-status", "unknown-value"),
    _legal("User", "former-names", 3000),
    _legal("User", "former-and-present-names"),
    _legal("User", "number-of-38-digits"),
    _legal("User", "metadata-as-text", 2000),
    _legal("User", "birth-date-with-offset"),
    _legal("User", "birth-date-with-z"),
    _legal("User", "phone-absent"),
    _legal("User", "phone-null"),
    _legal("User", "phone-empty"),
    _legal("User", "no-settings", 2000),
    _rejected("RefreshToken", "of-rejected-host", "orphan", _CASCADE),
    # keep-first-by created_at: the later one of each pair goes.
    _rejected("RefreshToken", "token-stored-twice", "duplicate", size=2, refused=1),
    _legal("RefreshToken", "expiry-as-text"),
    _legal("RefreshToken", "revoked-as-text"),
    _rejected("PasswordResetToken", "orphan-user", "orphan"),
    _legal("RolePermissions", "same-pair-again", 100),
]

_ROOMS = [
    _rejected("Meeting", "of-rejected-host", "orphan", _CASCADE),
    _legal("Meeting", "former-time-names", 1000),
    _legal("Meeting", "template-text-in-composite-key", 200),
    _legal("Meeting", "event-data-as-text"),
    _legal("Meeting", "event-time-as-text"),
    _legal("Meeting", "no-events"),
    _element("event-without-type", "required"),
    _element("event-null", "null-element"),
    _element("event-id-twice", "duplicate-element", refused=2),
    _element("event-of-missing-attendee", "orphan"),
    _element("event-with-unknown-attribute", "unknown-attribute"),
    _rejected("Attendee", "of-rejected-meeting", "orphan", _CASCADE, size=2),
    _rejected("Attendee", "orphan-user", "orphan"),
    _legal("Attendee", "last-active-as-text"),
    _legal("Attendee", "variation-selectors-in-name"),
]

_MESSAGES = [
    _rejected("ChatMessage", "of-rejected-meeting", "orphan", _CASCADE, size=4),
    _rejected("ChatMessage", "of-orphan-attendee", "orphan"),
    _rejected("ChatMessage", "orphan-sender", "orphan", 200),
    _rejected("ChatMessage", "removed-type", "unknown-value", 200),
    _rejected("ChatMessage", "unknown-attribute", "unknown-attribute", 200),
    _rejected("ChatMessage", "nul-in-text", "nul-character"),
    _rejected("ChatMessage", "nul-nested", "nul-character"),
    _rejected("ChatMessage", "nul-in-map-key", "nul-character"),
    _rejected("ChatMessage", "null-reader", "null-element"),
    _rejected("ChatMessage", "null-content", "required"),
    _rejected("ChatMessage", "sent-at-nanoseconds", "too-precise"),
    _rejected("ChatMessage", "sent-at-without-zone", "no-zone"),
    _rejected("ChatMessage", "sent-at-impossible-day", "bad-datetime"),
    _legal("ChatMessage", "no-sent-at", 3000),
    _legal("ChatMessage", "sent-at-offset"),
    _legal("ChatMessage", "sent-at-offset-with-seconds"),
    _legal("ChatMessage", "sent-at-without-fraction"),
    _legal("ChatMessage", "sent-at-without-seconds"),
    _legal("ChatMessage", "sent-at-microseconds"),
    _legal("ChatMessage", "sent-at-trailing-zeros"),
    _legal("ChatMessage", "metadata-as-text", 1000),
    _legal("ChatMessage", "metadata-null"),
    _legal("ChatMessage", "empty-content"),
    _legal("ChatMessage", "control-characters"),
    _legal("ChatMessage", "long-text", 1000),
    _legal("ChatMessage", "surrogate-pairs"),
    _legal("ChatMessage", "half-width-kana"),
]

_ASSESSMENTS = [
    _legal("AssessmentSession", "contradicting-result", 200),
    _legal("AssessmentSession", "no-last-activity"),
    _legal("AssessmentQuestion", "order-as-text", 100),
    _legal("AssessmentQuestion", "active-null", 100),
    _rejected("AssessmentResponse", "orphan-session", "orphan"),
    _rejected("AssessmentResponse", "time-with-fraction", "not-integer"),
    _rejected("AssessmentResponse", "cut-off-json-text", "bad-json"),
    _rejected("AssessmentResponse", "nul-in-json-text", "nul-character"),
    _legal("AssessmentResponse", "time-as-text", 1000),
    _legal("AssessmentResponse", "data-as-text", 2000),
    _rejected("AssessmentResult", "second-of-one-session", "duplicate", size=2),
    _legal("AssessmentResult", "scores-as-text"),
]

_CARE = [
    _rejected("Appointment", "of-rejected-meeting", "orphan", _CASCADE),
    _rejected("Appointment", "over-long-title", "too-long"),
    _legal("Appointment", "description-absent"),
    _legal("Appointment", "description-null"),
    _legal("Appointment", "description-empty"),
    _legal("Appointment", "empty-meeting-id", 200),
    _rejected("Notification", "expiry-in-milliseconds", "out-of-range"),
    _rejected("Notification", "lone-surrogate-in-json-text", "bad-unicode"),
    _legal("Notification", "read-absent"),
    Rate("AuditLog", "health-check", 2000, "filtered"),
    _rejected("AuditLog", "resource-id-that-is-no-uuid", "bad-uuid"),
    _legal("AuditLog", "actor-gone", 200),  # orphans: null, so the row stays
    _legal("AuditLog", "further-attributes", 2000),  # unknown: keep
]

# Parents before those that follow them: a small sample plants a prefix of this table.
RATES: tuple[Rate, ...] = (
    *_PEOPLE, *_ROOMS, *_MESSAGES, *_ASSESSMENTS, *_CARE, *_TOMBSTONES,
)  # fmt: skip
