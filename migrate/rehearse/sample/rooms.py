"""Meetings with their events, and their attendees."""

from __future__ import annotations

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import point_nowhere, point_to, put, renamed
from migrate.rehearse.sample.events import events
from migrate.rehearse.sample.instants import MINUTE_MS, iso
from migrate.rehearse.sample.people import any_doctor, names_of
from migrate.rehearse.sample.schedule import LENGTH_MS, meeting_of, start_ms
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


def meeting(sample: Sample, index: int) -> Item:
    dice = sample.dice("Meeting", index)
    created, start = sample.created_ms("Meeting", index), start_ms(sample, index)
    status = dice.pick(("SCHEDULED", "IN_PROGRESS", *("COMPLETED",) * 6, "CANCELLED"))
    host = any_doctor(sample, dice)
    held = status == "COMPLETED"
    began = start + dice.below(5 * MINUTE_MS)
    external = sample.uid("chime", index)
    attributes = {
        "id": text(sample.uid("Meeting", index)),
        "externalMeetingId": text(external),
        "title": text(f"{dice.pick(words.CHILDREN)}ちゃんの{dice.pick(words.SYMPTOMS)}のご相談"),
        "status": text(status),
        "mediaRegion": text(dice.pick(("ap-northeast-1",) * 9 + ("ap-northeast-3",))),
        "meetingArn": text(f"arn:aws:chime:ap-northeast-1:000000000000:meeting/{external}"),
        "scheduledStartTime": text(iso(start)),
        "scheduledEndTime": text(iso(start + LENGTH_MS)),
        "actualStartTime": text(iso(began)) if held else seldom_null(dice, null(), there=50),
        "actualEndTime": text(iso(began + 12 * MINUTE_MS)) if held else None,
        "createdBy": text(sample.uid("User", host)),
        "status#createdAt": text(f"{status}#{iso(created)}"),
        "events": {"L": events(sample, index, dice, began)},
        "metadata": seldom_null(dice, _metadata(dice), there=70),
        "owner": owner(sample, host),
    }
    return stored("Meeting", attributes, created, dice)


def _metadata(dice: Dice) -> Attribute:
    return plain({"room": dice.pick(words.FACILITIES), "recording": dice.percent(10), "lanes": [1]})


def attendee(sample: Sample, index: int) -> Item:
    dice = sample.dice("Attendee", index)
    meeting = meeting_of(sample, index)
    made = sample.created_ms("Meeting", meeting) + 1000 * (index // sample.sound("Meeting") + 1)
    user = _user_of(sample, index)
    given, surname = names_of(sample, user)
    status = dice.pick(("INVITED", *("LEFT",) * 5, "JOINED", "DECLINED"))
    joined = start_ms(sample, meeting) + dice.below(5 * MINUTE_MS)
    came, left = status in {"JOINED", "LEFT"}, status == "LEFT"
    attributes = {
        "id": text(sample.uid("Attendee", index)),
        "meetingId": text(sample.uid("Meeting", meeting)),
        "userId": text(sample.uid("User", user)),
        "externalUserId": text(f"hugmedo-{sample.uid('external', user)[:18]}"),
        "displayName": text(f"{surname} {given}"),
        "role": text(dice.pick(("HOST", "NURSE", "GUARDIAN", "GUARDIAN", "OBSERVER"))),
        "joinToken": text("jt." + sample.uid("join", index)),
        "joinStatus": text(status),
        "joinedAt": text(iso(joined)) if came else None,
        "leftAt": text(iso(joined + LENGTH_MS)) if left else seldom_null(dice, null(), there=60),
        "lastActiveAt": number(joined + dice.below(LENGTH_MS)) if came else None,
        "metadata": seldom_null(dice, plain({"device": {"os": "iOS", "v": 17}}), there=40),
        "owner": owner(sample, user),
    }
    return stored("Attendee", attributes, made, dice)


def _user_of(sample: Sample, attendee: int) -> int:
    """Consecutive users for the attendees of one meeting, so that nobody is invited twice."""
    meeting = meeting_of(sample, attendee)
    first = sample.dice("guests", meeting).below(1 << 30)
    return (first + attendee // sample.sound("Meeting")) % sample.sound("User")


def _variation_selectors(_sample: Sample, item: Item, spot: Spot) -> None:
    """Pairs that look alike and must stay two: with and without selector, 𠮟 and 叱."""
    names = words.VARIANT_SURNAMES
    item["displayName"] = text(f"{names[spot.number % len(names)]} 花子")


def _last_active_as_text(sample: Sample, item: Item, spot: Spot) -> None:
    item["lastActiveAt"] = text(iso(start_ms(sample, meeting_of(sample, spot.index))))


CHANGES: dict[str, Change] = {
    "Meeting.of-rejected-host": point_to("createdBy", "User.host-with-map-for-date"),
    "Meeting.former-time-names": renamed(
        {"scheduledStartTime": "startTime", "scheduledEndTime": "endTime"}
    ),
    # What old resolvers stored when a part of the key was missing from the input.
    "Meeting.template-text-in-composite-key": put(
        "status#createdAt", text("${ctx.args.input.status}#${ctx.args.input.createdAt}")
    ),
    "Attendee.of-rejected-meeting": point_to("meetingId", "Meeting.of-rejected-host", each=2),
    "Attendee.orphan-user": point_nowhere("userId"),
    "Attendee.last-active-as-text": _last_active_as_text,
    "Attendee.variation-selectors-in-name": _variation_selectors,
}
