"""Appointments, notifications and the audit log."""

from __future__ import annotations

from typing import Any

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import point_nowhere, point_to, put, without
from migrate.rehearse.sample.instants import DAY_MS, HOUR_MS, MINUTE_MS, iso
from migrate.rehearse.sample.people import any_doctor, any_user
from migrate.rehearse.sample.stored import (
    Attribute,
    Change,
    Item,
    Sample,
    Spot,
    null,
    number,
    owner,
    plain,
    seldom_null,
    stored,
    text,
)


def appointment(sample: Sample, index: int) -> Item:
    dice = sample.dice("Appointment", index)
    created = sample.created_ms("Appointment", index)
    start = created // HOUR_MS * HOUR_MS + (1 + dice.below(14)) * DAY_MS
    patient, doctor = _patient_and_doctor(sample, dice)
    status = dice.pick(("REQUESTED", "CONFIRMED", "COMPLETED", "COMPLETED", "CANCELLED"))
    attributes = {
        "id": text(sample.uid("Appointment", index)),
        "patientId": text(sample.uid("User", patient)),
        "doctorId": text(sample.uid("User", doctor)),
        "title": text(f"{dice.pick(words.SYMPTOMS)}の診察（{dice.pick(words.CHILDREN)}）"),
        "description": text(f"{dice.pick(words.FACILITIES)}より。{dice.pick(words.ADVICE)}"),
        "startTime": text(iso(start)),
        "endTime": text(iso(start + (15 + 15 * dice.below(3)) * MINUTE_MS)),
        "status": text(status),
        "status#createdAt": text(f"{status}#{iso(created)}"),
        "metadata": seldom_null(dice, plain({"channel": dice.pick(("web", "電話"))}), there=50),
        "owner": owner(sample, patient),
        **_about(sample, dice),
        **_cancelled(sample, dice, patient, status),
    }
    return stored("Appointment", attributes, created, dice)


def _patient_and_doctor(sample: Sample, dice: Dice) -> tuple[int, int]:
    """Two people, where there are two."""
    patient, doctor = any_user(sample, dice), any_doctor(sample, dice)
    if patient == doctor:
        patient = (patient + 1) % sample.sound("User")
    return patient, doctor


def _about(sample: Sample, dice: Dice) -> dict[str, Attribute | None]:
    """What the appointment is about: a meeting, an assessment, or neither yet."""
    meeting = text(sample.uid("Meeting", dice.below(sample.sound("Meeting"))))
    session = text(sample.uid("AssessmentSession", dice.below(sample.sound("AssessmentSession"))))
    kind = dice.pick(("VIDEO_VISIT", "CHAT_CONSULTATION", "ASSESSMENT_FOLLOW_UP"))
    follow_up = kind == "ASSESSMENT_FOLLOW_UP"
    return {
        "appointmentType": text(kind),
        "meetingId": None if follow_up else seldom_null(dice, meeting, there=80),
        "assessmentSessionId": session if follow_up else None,
    }


def _cancelled(
    sample: Sample, dice: Dice, patient: int, status: str
) -> dict[str, Attribute | None]:
    if status != "CANCELLED":
        return {"cancelledBy": dice.pick((null(), None)), "cancellationReason": None}
    return {
        "cancelledBy": text(sample.uid("User", patient)),
        "cancellationReason": text(dice.pick(("熱が下がった", "お迎えの都合", "再予約しました"))),
    }


def notification(sample: Sample, index: int) -> Item:
    dice = sample.dice("Notification", index)
    created = sample.created_ms("Notification", index)
    user = any_user(sample, dice)
    read = dice.percent(60)
    kind, title = dice.pick(
        (
            ("APPOINTMENT_REMINDER", "診察予約のお知らせ"),
            ("MEETING_INVITATION", "オンライン医務室へのご招待"),
            ("ASSESSMENT_RESULT", "こころのチェックの結果"),
            ("NEW_MESSAGE", "新しいメッセージ📩"),
            ("SYSTEM", "メンテナンスのお知らせ"),
        )
    )
    attributes = {
        "userId": text(sample.uid("User", user)),
        "type": text(kind),
        "title": text(title),
        "content": text(f"{dice.pick(words.CHILDREN)}ちゃんについて：{dice.pick(words.ADVICE)}"),
        "read": {"BOOL": read},
        "readAt": text(iso(created + dice.below(DAY_MS))) if read else None,
        "data": seldom_null(dice, plain({"screen": kind.lower(), "badge": 1}), there=70),
        "expiresAt": seldom_null(dice, number((created + 90 * DAY_MS) // 1000), there=80),
        "owner": owner(sample, user),
    }
    return stored("Notification", attributes, created, dice)


def audit_log(sample: Sample, index: int) -> Item:
    dice = sample.dice("AuditLog", index)
    kind = dice.pick(words.RESOURCE_TYPES)
    resource = sample.uid(kind, dice.below(max(1, sample.sound(kind))))
    actor = text(sample.uid("User", any_user(sample, dice)))
    attributes: dict[str, Attribute | None] = {
        "id": text(sample.uid("AuditLog", index)),
        "userId": actor if dice.percent(90) else None,
        "action": text(dice.pick(words.AUDIT_ACTIONS)),
        "resourceType": text(kind),
        "resourceId": seldom_null(dice, text(resource), there=90),
        "description": seldom_null(dice, text(f"{kind}を操作しました"), there=60),
        "ipAddress": text(f"198.51.100.{dice.below(256)}"),
        "userAgent": text(dice.pick(words.USER_AGENTS)),
    }
    return stored("AuditLog", attributes, sample.created_ms("AuditLog", index), dice)


def _expiry_in_milliseconds(sample: Sample, item: Item, spot: Spot) -> None:
    item["expiresAt"] = number(sample.created_ms("Notification", spot.index) + 90 * DAY_MS)


def _resource_id_that_is_no_uuid(_sample: Sample, item: Item, spot: Spot) -> None:
    item["resourceId"] = text(f"facility-{spot.number:03d}")


def _further_attributes(sample: Sample, item: Item, spot: Spot) -> None:
    further: dict[str, Any] = {
        "requestId": sample.uid("request", spot.index),
        "facilityId": spot.number % 30,
        "changes": {"status": ["REQUESTED", "CONFIRMED"], "理由": "電話にて確認"},
    }
    item.update({name: plain(value) for name, value in further.items()})


# A text that a client cut between the two halves of an emoji.
_CUT = '{"screen":"new_message","preview":"ありがとう\\ud83d"}'

CHANGES: dict[str, Change] = {
    "Appointment.of-rejected-meeting": point_to("meetingId", "Meeting.of-rejected-host"),
    "Appointment.over-long-title": put("title", text("経過観察" * 64)),  # 256, 1 more than fit
    "Appointment.description-absent": without("description"),
    "Appointment.description-null": put("description", null()),
    "Appointment.description-empty": put("description", text("")),
    "Appointment.empty-meeting-id": put("meetingId", text("")),
    "Notification.expiry-in-milliseconds": _expiry_in_milliseconds,
    "Notification.lone-surrogate-in-json-text": put("data", text(_CUT)),
    "Notification.read-absent": without("read", "readAt"),
    "AuditLog.health-check": put("action", text("HEALTH_CHECK")),
    "AuditLog.resource-id-that-is-no-uuid": _resource_id_that_is_no_uuid,
    "AuditLog.actor-gone": point_nowhere("userId"),
    "AuditLog.further-attributes": _further_attributes,
}
