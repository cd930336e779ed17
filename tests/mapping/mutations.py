"""Raw items spoilt at random, by bytes and by attributes, the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

_BYTES = [
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\t", b"\x00", b"\xff", b"\xed\xa0\x80",
    b"\\u0000", b"\\ud800", b"\\ud83d\\ude00", b"\\n", b"\\\\", b'\\"', b"null", b"true", b"0",
    b"-", b".", b"Z", b"T", b"NULL", b'"S":"a",', b'"NULL":true,',
]  # fmt: skip
_ATTRIBUTES: list[Any] = [
    None, {}, {"NULL": True}, {"NULL": False}, {"S": ""}, {"S": 'a\tb\\n"\n'}, {"S": "true"},
    {"S": "x", "N": "1"}, {"N": "0"}, {"N": "-0"}, {"N": "1.0"}, {"N": "007"}, {"N": "1E2"},
    {"N": "1681778557605"}, {"N": "1681778557000"}, {"N": "-1"}, {"N": "9" * 40}, {"N": ""},
    {"BOOL": True}, {"BOOL": False}, {"M": {}}, {"L": []}, {"L": [{"S": "a"}, {"NULL": True}]},
    {"SS": ["b", "a"]}, {"B": "YQ=="}, {"S": "2024-02-30T00:00:00.000Z"}, {"S": "2024-02-29"},
    {"S": "2024-02-29T24:00:00Z"}, {"S": "2024-02-29T23:59:59.9999999Z"}, {"S": "2023-02-29"},
    {"S": "2024-02-29T23:59:59.000Z"}, {"S": "2024-02-29T23:59:59+09:00"},
    {"S": "0000-01-01T00:00:00Z"}, {"S": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"},
    {"S": '{"a":[1.50,1e5,-0,-0.0,12345678901234567890123,"\\u00e9\\/"]}'}, {"S": '"\\u0000"'},
    {"S": "[" * 101 + "]" * 101}, {"S": "NaN"}, {"M": {"a": {"M": {"b": {"S": 1}}}}},
]  # fmt: skip


def mutations(raws: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` items out of `raws`, each spoilt in one place."""
    random = Random(seed)
    for _ in range(count):
        raw = random.choice(raws)
        yield _by_bytes(random, raw) if random.random() < 0.3 else _by_attribute(random, raw)


def _by_bytes(random: Random, raw: bytes) -> bytes:
    place = random.randrange(len(raw) + 1)
    return raw[:place] + random.choice(_BYTES) + raw[place + random.randrange(3) :]


def _by_attribute(random: Random, raw: bytes) -> bytes:
    item = json.loads(raw)
    attributes = item
    if random.random() < 0.3:  # inside a map, where there is one
        attributes = random.choice([item, *_maps(item)])
    name = random.choice(list(attributes))
    if random.random() < 0.15:
        attributes[f"{name}?"] = attributes.pop(name)
    elif random.random() < 0.2:
        del attributes[name]
    else:
        attributes[name] = random.choice(_ATTRIBUTES)
    return json.dumps(item, separators=(",", ":")).encode()


def _maps(value: Any) -> list[dict[str, Any]]:
    """The attributes of every map in an item, those of list elements too; none that is empty."""
    if isinstance(value, list):
        return [found for one in value for found in _maps(one)]
    if not isinstance(value, dict):
        return []
    own = [value["M"]] if isinstance(value.get("M"), dict) and value["M"] else []
    return own + [found for one in value.values() for found in _maps(one)]
