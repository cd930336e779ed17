"""All models of HugMeDo in the sample's proportions: its clean items, repeated with fresh ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from migrate.rehearse.sample import generate
from migrate.rehearse.sample.layout import layout_of

# So many are generated; the rest are copies, which costs a third.
_BASE_ITEMS = 20_000
_UUID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{8}(?=-[0-9a-f]{4}-4[0-9a-f]{3}-)")
# Odd, so that no two repetitions turn an id into the same one.
_STEP = 0x9E3779B1


def mixed(count: int, seed: int = 7) -> Iterator[tuple[str, bytes]]:
    """`count` pairs of model and item, model by model; an id and what refers to it change
    together."""
    by_model: dict[str, list[tuple[int, bytes]]] = {}
    total = 0
    for model, item in _clean(min(count, _BASE_ITEMS), seed):
        by_model.setdefault(model, []).append((total, item))
        total += 1
    for model, items in by_model.items():
        for repetition in range(-(-count // total)):
            for place, item in items:
                if repetition * total + place < count:
                    yield model, _renewed(item, repetition) if repetition else item


def _clean(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """The sample without what was planted: in each model the sound items come first."""
    left = dict(layout_of(count).sound)
    for model, item in generate(count, seed):
        if left[model] > 0:
            left[model] -= 1
            yield model, json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()


def _renewed(item: bytes, repetition: int) -> bytes:
    mask = repetition * _STEP & 0xFFFFFFFF

    def other(found: re.Match[bytes]) -> bytes:
        return b"%08x" % (int(found[0], 16) ^ mask)

    return _UUID.sub(other, item)
