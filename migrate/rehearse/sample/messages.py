"""Chat messages: half of the sample, and most of its irregular times and texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import both, point_nowhere, point_to, put, without
from migrate.rehearse.sample.instants import MINUTE_MS, iso, milliseconds_of, moment
from migrate.rehearse.sample.schedule import LENGTH_MS, attendees_of, meeting_of, start_ms
from migrate.rehearse.sample.stored import (
    Attribute,
    Change,
    Item,
    Sample,
    Spot,
    null,
    owner,
    plain,
    seldom_null,
    stored,
    text,
)


def message(sample: Sample, index: int) -> Item:
    dice = sample.dice("ChatMessage", index)
    sender = dice.below(sample.sound("Attendee"))
    meeting = meeting_of(sample, sender)
    sent = start_ms(sample, meeting) + dice.below(LENGTH_MS)
    kind = dice.pick(("TEXT",) * 16 + ("FILE", "IMAGE", "IMAGE", "SYSTEM"))
    attributes = {
        "id": text(sample.uid("ChatMessage", index)),
        "meetingId": text(sample.uid("Meeting", meeting)),
        "senderId": text(sample.uid("Attendee", sender)),
        "content": text(_content(dice)),
        "contentType": text(kind),
        "sentAt": text(iso(sent)),
        "readBy": seldom_null(dice, _readers(sample, meeting, dice), there=90),
        "metadata": seldom_null(dice, _metadata(dice, kind), there=75),
        "owner": owner(sample, sender % sample.sound("User")),
    }
    return stored("ChatMessage", attributes, sent + dice.below(2000), dice)


def _content(dice: Dice) -> str:
    child, symptom = dice.pick(words.CHILDREN), dice.pick(words.SYMPTOMS)
    temperature = f"{36 + dice.below(4)}.{dice.below(10)}"
    middle = dice.pick(
        (
            f"{child}ちゃん、{symptom}があります。体温は{temperature}℃です。",
            f"{child}くんの{symptom}ですが、昨夜から続いています。",
            f"{dice.pick(words.FACILITIES)}で{symptom}が増えています。",
            f"{temperature}度まで下がりました。",
        )
    )
    return dice.pick(words.GREETINGS) + middle + dice.pick(words.ADVICE) + dice.pick(words.EMOJI)


def _readers(sample: Sample, meeting: int, dice: Dice) -> Attribute:
    attendees = attendees_of(sample, meeting)
    count = dice.below(len(attendees) + 1)
    return {"L": [text(sample.uid("Attendee", attendee)) for attendee in attendees[:count]]}


def _metadata(dice: Dice, kind: str) -> Attribute:
    device = {"os": dice.pick(("iOS", "Android", "Web")), "version": f"4.{dice.below(4)}.0"}
    attachments = []
    if kind in {"FILE", "IMAGE"}:
        attachments.append({"key": "public/写真.jpg", "bytes": dice.below(4_000_000)})
    return plain({"device": device, "attachments": attachments, "edited": dice.percent(3)})


def _of_orphan_attendee(sample: Sample, item: Item, spot: Spot) -> None:
    sender = sample.span("Attendee.orphan-user").start + spot.number
    item["senderId"] = text(sample.uid("Attendee", sender))
    item["meetingId"] = text(sample.uid("Meeting", meeting_of(sample, sender)))


def _null_reader(sample: Sample, item: Item, _spot: Spot) -> None:
    item["readBy"] = {"L": [text(sample.uid("Attendee", 0)), null()]}


def _long_text(_sample: Sample, item: Item, spot: Spot) -> None:
    paragraph = "".join(words.ADVICE) + "経過は別紙のとおりです。\n"
    item["content"] = text(paragraph * (20 + spot.number % 20))


def _half_width_kana(_sample: Sample, item: Item, spot: Spot) -> None:
    item["content"] = text(words.HALF_WIDTH[spot.number % len(words.HALF_WIDTH)])


def _sent_at(write: Callable[[int], str]) -> Change:
    """The minute of the item, with milliseconds that are not zero, in another form."""

    def change(_sample: Sample, item: Item, _spot: Spot) -> None:
        sent = milliseconds_of(item["sentAt"]["S"])
        item["sentAt"] = text(write(sent // MINUTE_MS * MINUTE_MS + 7123))

    return change


def _with_offset(offset: timedelta) -> Callable[[int], str]:
    return lambda ms: moment(ms).astimezone(timezone(offset)).isoformat(timespec="milliseconds")


# What COPY must escape, and what a reader that splits lines by Unicode would cut.
_CONTROL = "1行目\n2行目\r\n\t\\N \\. \\x41 \"'{}\u2028\u0085\x1c\x7f I'm 100%"
_PAIRS = (
    "𠮷野さん、𠮟らないで\U0001f468\u200d\U0001f469\u200d\U0001f467🇯🇵"
    " 葛\U000e0100城・辻\U000e0100・渡邉\U000e0102 か\u3099が 𩸽"
)

CHANGES: dict[str, Change] = {
    # Four messages of each rejected meeting, two by each of its attendees.
    "ChatMessage.of-rejected-meeting": both(
        point_to("meetingId", "Meeting.of-rejected-host", each=4),
        point_to("senderId", "Attendee.of-rejected-meeting", each=2),
    ),
    "ChatMessage.of-orphan-attendee": _of_orphan_attendee,
    "ChatMessage.orphan-sender": point_nowhere("senderId"),
    "ChatMessage.removed-type": put("contentType", text("STICKER")),
    "ChatMessage.unknown-attribute": put("stampId", text("kuma-07")),
    "ChatMessage.nul-in-text": put("content", text("体温\x0037.2℃")),
    "ChatMessage.nul-nested": put("metadata", plain({"device": {"names": ["保育室\x00"]}})),
    "ChatMessage.nul-in-map-key": put("metadata", plain({"device": {"na\x00me": "iPad"}})),
    "ChatMessage.null-reader": _null_reader,
    "ChatMessage.null-content": put("content", null()),
    "ChatMessage.sent-at-nanoseconds": _sent_at(lambda ms: iso(ms)[:-1] + "456789Z"),
    "ChatMessage.sent-at-without-zone": _sent_at(lambda ms: iso(ms)[:-1]),
    "ChatMessage.sent-at-impossible-day": put("sentAt", text("2023-02-29T10:00:00.000Z")),
    "ChatMessage.no-sent-at": without("sentAt"),
    "ChatMessage.sent-at-offset": _sent_at(_with_offset(timedelta(hours=9))),
    # Tokyo's local time before 1888: a form that AppSync lets through.
    "ChatMessage.sent-at-offset-with-seconds": _sent_at(
        _with_offset(timedelta(hours=9, minutes=18, seconds=59))
    ),
    "ChatMessage.sent-at-without-fraction": _sent_at(lambda ms: iso(ms)[:19] + "Z"),
    "ChatMessage.sent-at-without-seconds": _sent_at(lambda ms: iso(ms)[:16] + "Z"),
    "ChatMessage.sent-at-microseconds": _sent_at(lambda ms: iso(ms)[:-1] + "456Z"),
    # Nine digits, of which the column loses none that says anything.
    "ChatMessage.sent-at-trailing-zeros": _sent_at(lambda ms: iso(ms)[:-1] + "450000Z"),
    "ChatMessage.metadata-as-text": put(
        "metadata", text('{"device":{"os":"Web"},"attachments":[],"size":12.50,"名":"𠮟"}')
    ),
    "ChatMessage.metadata-null": put("metadata", null()),
    "ChatMessage.empty-content": put("content", text("")),
    "ChatMessage.control-characters": put("content", text(_CONTROL)),
    "ChatMessage.long-text": _long_text,
    "ChatMessage.surrogate-pairs": put("content", text(_PAIRS)),
    "ChatMessage.half-width-kana": _half_width_kana,
}
