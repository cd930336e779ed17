"""What takes several changes, with other changes between them: swaps of unique values, items that
are bad for a while, people who meet. A story leaves nothing behind that must be explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import bury
from migrate.rehearse.sample.generate import CHANGES
from migrate.rehearse.sample.rates import RATES
from migrate.rehearse.sample.stored import Attribute, Item, Sample, Spot, text
from migrate.rehearse.writer.operation import Operation, build, delete, put, update
from migrate.rehearse.writer.pools import BAD, UNIQUE, pool

Steps = Iterator[Operation]


@dataclass(frozen=True)
class Story:
    """`items`: the stored items that it changes, which must be in no other story meanwhile."""

    items: frozenset[tuple[str, int]]
    steps: Steps


@dataclass
class Setting:
    """What a story is made from. `fresh` gives the number of the next new item of a model."""

    sample: Sample
    dice: Dice
    fresh: Callable[[str], int]


# Models with a value that no two items may share.
_UNIQUE = {
    "User": "email", "Role": "name", "Permission": "name", "Meeting": "externalMeetingId",
    "Attendee": "joinToken", "RefreshToken": "token", "PasswordResetToken": "token",
}  # fmt: skip
# Leaves among them, which can be deleted to free the value.
_HANDED_OVER = {
    "RefreshToken": "token", "PasswordResetToken": "token", "AssessmentResult": "sessionId",
}  # fmt: skip

# What the sample plants for good and the writer plants for a while. Left out are those that
# refer to another planted item, and those that share a value: stories of their own do that.
_FAULTS = [
    rate for rate in RATES
    if rate.outcome in ("rejected", "bad-element", "filtered")
    and rate.rule != "duplicate" and not rate.name.startswith("of-")
]  # fmt: skip
_PARENTS = ("User", "Meeting", "Attendee", "AssessmentSession")


def unique_story(setting: Setting) -> Story | None:
    """A unique value that is swapped, shared for a while, handed round or handed over."""
    dice = setting.dice
    if dice.percent(25):
        return _handed_over(setting)
    model = dice.pick(list(_UNIQUE))
    attribute, items = _UNIQUE[model], pool(setting.sample, model, UNIQUE)
    count = dice.pick((2, 2, 3))
    if items.size < count:
        return None
    first = dice.below(items.size)
    indexes = [items.at(first + number) for number in range(count)]
    owners = [build(setting.sample, model, index) for index in indexes]
    if count == 3:
        steps = _rotated(model, attribute, owners)
    else:
        steps = dice.pick((_swapped, _shared))(model, attribute, *owners)
    return Story(frozenset((model, index) for index in indexes), steps)


def _given(model: str, attribute: str, item: Item, value: Attribute) -> Operation:
    return update("unique", model, item, {attribute: value})


def _swapped(model: str, attribute: str, one: Item, other: Item) -> Steps:
    """There with both holding the value for a while; back by way of a value that nobody has."""
    mine, theirs = one[attribute], other[attribute]
    yield _given(model, attribute, one, theirs)
    yield _given(model, attribute, other, mine)
    yield _given(model, attribute, one, text(f"{mine['S']}~"))
    yield _given(model, attribute, other, theirs)
    yield _given(model, attribute, one, mine)


def _shared(model: str, attribute: str, one: Item, other: Item) -> Steps:
    """One takes the other's value and gives it back; the other is never written."""
    yield _given(model, attribute, one, other[attribute])
    yield _given(model, attribute, one, one[attribute])


def _rotated(model: str, attribute: str, owners: list[Item]) -> Steps:
    """Each takes the next one's value, the last one the first's; then all take theirs back."""
    values = [item[attribute] for item in owners]
    for item, value in zip(owners, values[1:] + values[:1], strict=True):
        yield _given(model, attribute, item, value)
    for item, value in zip(owners, values, strict=True):
        yield _given(model, attribute, item, value)


def _handed_over(setting: Setting) -> Story | None:
    """A new item takes the value of one that is deleted afterwards, and gives it back."""
    sample, dice = setting.sample, setting.dice
    model = dice.pick(list(_HANDED_OVER))
    items = pool(sample, model, UNIQUE)
    if not items.size:
        return None
    index = items.pick(dice)
    former = build(sample, model, index)
    heir = build(sample, model, setting.fresh(model))
    attribute = _HANDED_OVER[model]
    heir[attribute] = former[attribute]

    def steps() -> Steps:
        yield put("unique", model, heir)
        yield delete("unique", model, former)
        yield put("unique", model, build(sample, model, index))
        yield delete("unique", model, heir)

    return Story(frozenset({(model, index)}), steps())


def bad_story(setting: Setting) -> Story | None:
    """An item that the mapping refuses, or leaves out, for a while; then it is good again."""
    sample, dice = setting.sample, setting.dice
    rate = dice.pick(_FAULTS)
    model, change = rate.model, CHANGES[rate.key]
    if dice.percent(15):
        model, change = dice.pick(_PARENTS), bury
    items = pool(sample, model, BAD)
    if not items.size:
        return None
    index = items.pick(dice)
    bad = build(sample, model, index)
    change(sample, bad, Spot(dice.below(4), index))

    def steps() -> Steps:
        yield put("bad", model, bad)
        yield put("bad", model, build(sample, model, index))

    return Story(frozenset({(model, index)}), steps())


def visit_story(setting: Setting) -> Story:
    """A meeting with its people and what they write; some are deleted, parents first."""
    sample = setting.sample
    meeting = setting.fresh("Meeting")
    room = build(sample, "Meeting", meeting)
    people = [
        _guest(sample, setting.fresh("Attendee"), room, meeting * 2 + place) for place in range(2)
    ]
    words = [_said(sample, setting.fresh("ChatMessage"), room, people, place) for place in range(3)]
    whole = [("Meeting", room), *(("Attendee", one) for one in people)]
    whole += [("ChatMessage", one) for one in words]
    return Story(frozenset(), _come_and_gone(whole, stay=setting.dice.percent(60)))


def _guest(sample: Sample, index: int, room: Item, user: int) -> Item:
    guest = build(sample, "Attendee", index)
    guest["meetingId"] = room["id"]
    guest["userId"] = text(sample.uid("User", user % sample.sound("User")))
    return guest


def _said(sample: Sample, index: int, room: Item, people: list[Item], place: int) -> Item:
    message = build(sample, "ChatMessage", index)
    message["meetingId"] = room["id"]
    message["senderId"] = people[place % len(people)]["id"]
    message["sentAt"] = room["scheduledStartTime"]
    message["readBy"] = {"L": [one["id"] for one in people]}
    return message


def assessment_story(setting: Setting) -> Story:
    """A session with an answer and its result; some are deleted, parents first."""
    sample = setting.sample
    index = setting.fresh("AssessmentSession")
    session = build(sample, "AssessmentSession", index)
    answer = build(sample, "AssessmentResponse", setting.fresh("AssessmentResponse"))
    answer["sessionId"] = session["id"]
    whole = [("AssessmentSession", session), ("AssessmentResponse", answer)]
    whole.append(("AssessmentResult", build(sample, "AssessmentResult", index)))
    return Story(frozenset(), _come_and_gone(whole, stay=setting.dice.percent(60)))


def _come_and_gone(whole: list[tuple[str, Item]], *, stay: bool) -> Steps:
    for model, item in whole:
        yield put("insert", model, item)
    for model, item in [] if stay else whole:
        yield delete("delete", model, item)


STORIES: tuple[Callable[[Setting], Story | None], ...] = (
    unique_story, unique_story, bad_story, bad_story, visit_story, assessment_story,
)  # fmt: skip
