"""The events of a meeting: a child list, with elements that are broken one by one."""

from __future__ import annotations

from typing import Any

from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.instants import MINUTE_MS, iso
from migrate.rehearse.sample.schedule import LENGTH_MS, attendees_of, start_ms
from migrate.rehearse.sample.stored import (
    Attribute,
    Change,
    Item,
    Sample,
    Spot,
    null,
    number,
    plain,
    text,
)


def events(sample: Sample, index: int, dice: Dice, began: int) -> list[Attribute]:
    found = [_event(sample, index, 0, "MeetingStarted", began, {})]
    for attendee in attendees_of(sample, index):
        at = began + dice.below(10 * MINUTE_MS)
        data = {"deviceType": dice.pick(("iPad", "PC", "スマートフォン")), "attempt": dice.below(3)}
        event = _event(sample, index, len(found), "AttendeeJoined", at, data)
        event["M"]["attendeeId"] = text(sample.uid("Attendee", attendee))
        found.append(event)
    if dice.percent(70):
        end: dict[str, Any] = {"reason": "終了ボタン", "loss": [0, dice.below(9)]}
        found.append(_event(sample, index, len(found), "MeetingEnded", began + LENGTH_MS, end))
    return found


def _event(
    sample: Sample, index: int, place: int, kind: str, at_ms: int, data: dict[str, Any]
) -> Attribute:
    return {
        "M": {
            "eventId": text(f"{sample.uid('Meeting', index)[:8]}-{place:04d}"),
            "eventType": text(kind),
            "eventData": plain(data),
            "timestamp": number(at_ms),
        }
    }


def _event_data_as_text(_sample: Sample, item: Item, _spot: Spot) -> None:
    item["events"]["L"][0]["M"]["eventData"] = text(
        '{"region":"東京","codec":["H264"],"kbps":1.0e3}'
    )


def _event_time_as_text(_sample: Sample, item: Item, _spot: Spot) -> None:
    event = item["events"]["L"][0]["M"]
    event["timestamp"] = text(iso(int(event["timestamp"]["N"])))


def _no_events(_sample: Sample, item: Item, spot: Spot) -> None:
    """Absent, NULL and empty lists all mean: nothing happened."""
    if spot.number % 3 == 0:
        item.pop("events")
    else:
        item["events"] = null() if spot.number % 3 == 1 else {"L": []}


def _further_event(sample: Sample, item: Item, spot: Spot) -> Item:
    """Add one more event at the end of the list; what is wrong with it is the caller's."""
    events = item["events"]["L"]
    at = start_ms(sample, spot.index)
    events.append(_event(sample, spot.index, len(events), "NetworkQuality", at, {}))
    event: Item = events[-1]["M"]
    return event


def _event_without_type(sample: Sample, item: Item, spot: Spot) -> None:
    del _further_event(sample, item, spot)["eventType"]


def _event_null(_sample: Sample, item: Item, _spot: Spot) -> None:
    item["events"]["L"].insert(1, null())


def _event_id_twice(sample: Sample, item: Item, spot: Spot) -> None:
    event = _further_event(sample, item, spot)
    item["events"]["L"].append({"M": {**event, "eventData": plain({"note": "再送"})}})


def _event_of_missing_attendee(sample: Sample, item: Item, spot: Spot) -> None:
    missing = sample.uid("no attendee", spot.index)
    _further_event(sample, item, spot)["attendeeId"] = text(missing)


def _event_with_unknown_attribute(sample: Sample, item: Item, spot: Spot) -> None:
    _further_event(sample, item, spot)["transcriptUrl"] = text("s3://hugmedo-storage-prod/字幕.vtt")


CHANGES: dict[str, Change] = {
    "Meeting.event-data-as-text": _event_data_as_text,
    "Meeting.event-time-as-text": _event_time_as_text,
    "Meeting.no-events": _no_events,
    "Meeting.event-without-type": _event_without_type,
    "Meeting.event-null": _event_null,
    "Meeting.event-id-twice": _event_id_twice,
    "Meeting.event-of-missing-attendee": _event_of_missing_attendee,
    "Meeting.event-with-unknown-attribute": _event_with_unknown_attribute,
}
