"""Chat messages in typed JSON: 16 attributes, a nested map and a list, about 749 bytes an item."""

from __future__ import annotations

import random
from collections.abc import Iterator

from migrate.rehearse.sample import words
from migrate.rehearse.sample.instants import FIRST_MS, PERIOD_MS, iso

MODEL = "ChatMessage"

_ITEM = (
    '{"id":{"S":"%s"},"meetingId":{"S":"%s"},"senderId":{"S":"%s"},"content":{"S":"%s"},'
    '"contentType":{"S":"%s"},"sentAt":{"S":"%s"},"createdAt":{"S":"%s"},"updatedAt":{"S":"%s"},'
    '"readBy":{"L":[%s]},'
    '"metadata":{"M":{"device":{"M":{"os":{"S":"%s"},"version":{"S":"4.%d.0"}}},'
    '"attachments":{"L":[%s]},"edited":{"BOOL":false}}},'
    '"owner":{"S":"%s"},"__typename":{"S":"ChatMessage"},"_version":{"N":"%d"},'
    '"_lastChangedAt":{"N":"%d"},"_ttl":{"NULL":true},"_deleted":{"BOOL":false}}'
)
_FILE = '{"M":{"key":{"S":"public/写真.jpg"},"bytes":{"N":"%d"}}}'
_KINDS = ("TEXT",) * 18 + ("FILE", "IMAGE")
# The new schema has no sticker: the mapping refuses it, as it does in the sample.
_BAD_KIND = "STICKER"
# One message in twenty has a line break, which COPY has to escape.
_BREAKS = ("",) * 19 + ("\\n",)


def messages(count: int, seed: int = 7, *, bad_share: float = 0.0) -> Iterator[bytes]:
    """`count` items, one at a time; of them about `bad_share` are refused by HugMeDo's mapping.

    The same arguments give the same bytes.
    """
    chance = random.Random(seed)
    stride = max(1, PERIOD_MS // max(1, count))
    meetings = [_uuid(chance) for _ in range(2000)]
    people = [_uuid(chance) for _ in range(5000)]
    for number in range(count):
        kind = _BAD_KIND if chance.random() < bad_share else chance.choice(_KINDS)
        yield _item(chance, FIRST_MS + number * stride, kind, meetings, people)


def _item(
    chance: random.Random, milliseconds: int, kind: str, meetings: list[str], people: list[str]
) -> bytes:
    sent = iso(milliseconds)
    place = chance.randrange(len(people) - 4)
    readers = ",".join(f'{{"S":"{one}"}}' for one in people[place + 1 : place + 1 + place % 2])
    attachment = "" if kind == "TEXT" else _FILE % chance.randrange(4_000_000)
    return (
        _ITEM
        % (
            _uuid(chance), chance.choice(meetings), people[place], _content(chance), kind, sent,
            sent, sent, readers, chance.choice(("iOS", "Android", "Web")), place % 4, attachment,
            people[place], place % 3 + 1, milliseconds + place % 40,
        )
    ).encode()  # fmt: skip


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _content(chance: random.Random) -> str:
    child, symptom = chance.choice(words.CHILDREN), chance.choice(words.SYMPTOMS)
    temperature = f"{36 + chance.randrange(4)}.{chance.randrange(10)}"
    return (
        f"{child}ちゃん、{symptom}。{temperature}℃です。"
        f"{chance.choice(_BREAKS)}{chance.choice(words.EMOJI[:8])}"
    )
