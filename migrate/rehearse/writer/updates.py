"""What an update changes in an item of each model, so that the business rules still hold."""

from __future__ import annotations

from collections.abc import Callable

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.instants import MINUTE_MS, iso, milliseconds_of
from migrate.rehearse.sample.stored import Item, Sample, number, plain, text
from migrate.rehearse.writer.operation import Kind, Operation, build, update

Sets = tuple[Item, tuple[str, ...]]
"""Attributes that are set, and the names of those that are taken away."""

_Change = Callable[[Sample, int, Item, Dice], Sets]


def updated_item(kind: Kind, sample: Sample, model: str, index: int, dice: Dice) -> Operation:
    """An update of a stored item that leaves it sound."""
    item = build(sample, model, index)
    attributes, removed = _CHANGES[model](sample, index, item, dice)
    return update(kind, model, item, attributes, removed)


def _user(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    attributes = {
        "firstName": text(dice.pick(words.GIVEN_NAMES)),
        "status": text(dice.pick(("ACTIVE", "INACTIVE", "PENDING"))),
        "phoneNumber": text(f"080-{dice.below(10000):04d}-{dice.below(10000):04d}"),
    }
    if dice.percent(20):  # the app's defaults count from now on
        return attributes, ("settings",)
    language = dice.pick(("ja", "en", "vi"))
    return {**attributes, "settings": plain({"language": language, "theme": "DARK"})}, ()


def _meeting(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    """The list of events grows and shrinks."""
    events = item["events"]["L"]
    title = f"{dice.pick(words.CHILDREN)}ちゃんの{dice.pick(words.SYMPTOMS)}のご相談"
    return {"title": text(title), "events": {"L": events[: dice.below(len(events) + 1)]}}, ()


def _attendee(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    name = f"{dice.pick(words.SURNAMES)} {dice.pick(words.GIVEN_NAMES)}"
    return {"displayName": text(name), "metadata": plain({"device": dice.below(9)})}, ()


def _chat_message(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    content = text(f"{dice.pick(words.CHILDREN)}ちゃん：{dice.pick(words.ADVICE)}")
    readers = {"L": [item["senderId"]] * dice.below(2)}
    if dice.percent(10):
        return {"content": content, "readBy": readers}, ("metadata",)
    return {"content": content, "readBy": readers, "metadata": plain({"edited": True})}, ()


def _refresh_token(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    at = text(iso(milliseconds_of(item["createdAt"]["S"]) + dice.below(90) * MINUTE_MS))
    return {"revoked": {"BOOL": True}, "revokedAt": at}, ()


def _password_reset_token(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    at = text(iso(milliseconds_of(item["createdAt"]["S"]) + dice.below(60) * MINUTE_MS))
    return {"used": {"BOOL": True}, "usedAt": at}, ()


def _session(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    at = milliseconds_of(item["createdAt"]["S"]) + dice.below(90) * MINUTE_MS
    return {"lastActivityAt": text(iso(at)), "metadata": plain({"entry": dice.below(9)})}, ()


def _question(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    return {"active": {"BOOL": dice.percent(50)}, "order": number(1 + dice.below(30))}, ()


def _response(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    data = {"value": dice.below(4), "comment": dice.pick(words.SYMPTOMS)}
    return {"responseData": plain(data), "responseTimeMs": number(dice.below(60_000))}, ()


def _result(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    grave = dice.percent(50)
    return {"followUpRequired": {"BOOL": grave}, "summary": text(dice.pick(words.ADVICE))}, ()


def _appointment(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    if dice.percent(70):
        return {"description": text(f"{dice.pick(words.FACILITIES)}より")}, ()
    return {
        "status": text("CANCELLED"),
        "status#createdAt": text(f"CANCELLED#{item['createdAt']['S']}"),
        "cancelledBy": item["patientId"],
        "cancellationReason": text(dice.pick(words.SYMPTOMS)),
    }, ()


def _notification(_sample: Sample, _index: int, item: Item, dice: Dice) -> Sets:
    if dice.percent(30):
        return {"read": {"BOOL": False}}, ("readAt",)
    at = milliseconds_of(item["createdAt"]["S"]) + dice.below(90) * MINUTE_MS
    return {"read": {"BOOL": True}, "readAt": text(iso(at))}, ()


def _audit_log(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    """Beside what has a column: an attribute that nobody named comes and goes."""
    description = {"description": text(f"操作{dice.below(1000)}")}
    if dice.percent(50):
        return description, ("requestId",)
    return {**description, "requestId": number(dice.below(1 << 40))}, ()


def _role_permission(sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    permission = sample.uid("Permission", dice.below(sample.sound("Permission")))
    return {"permissionId": text(permission)}, ()


def _described(_sample: Sample, _index: int, _item: Item, dice: Dice) -> Sets:
    return {"description": text(f"{dice.pick(words.FACILITIES)}の権限")}, ()


_CHANGES: dict[str, _Change] = {
    "User": _user,
    "Role": _described,
    "Permission": _described,
    "RolePermissions": _role_permission,
    "Meeting": _meeting,
    "Attendee": _attendee,
    "ChatMessage": _chat_message,
    "RefreshToken": _refresh_token,
    "PasswordResetToken": _password_reset_token,
    "AssessmentSession": _session,
    "AssessmentQuestion": _question,
    "AssessmentResponse": _response,
    "AssessmentResult": _result,
    "Appointment": _appointment,
    "Notification": _notification,
    "AuditLog": _audit_log,
}
