"""Whatever happens to a table: its stream, replayed parents first, gives its items."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.dynamodb import FakeClock, FakeDynamoDB
from tests.fakes.dynamodb.shard import Shard
from tests.fakes.fake_world import TABLE, definition, item

_NAMES = [f"item-{number}" for number in range(6)]
_WRITES = st.tuples(
    st.sampled_from(["put", "put", "delete", "expire"]),
    st.sampled_from(_NAMES),
    st.integers(min_value=0, max_value=2),
)
_SHARDS = st.tuples(st.sampled_from(["split", "roll", "recreate"]), st.just(""), st.just(0))


@given(
    seed=st.integers(min_value=0, max_value=2**16),
    steps=st.lists(_WRITES | _WRITES | _SHARDS, max_size=40),
)
@settings(max_examples=100, deadline=None)
def test_the_replayed_stream_gives_the_items(seed: int, steps: list[tuple[str, str, int]]) -> None:
    fake = FakeDynamoDB(FakeClock(), seed)
    fake.create_table(definition())
    fake.enable_stream(fake.table(TABLE), "NEW_AND_OLD_IMAGES")
    for step in steps:
        _take(fake, *step)
    replayed: dict[str, dict[str, Any]] = {}
    for stream in fake.streams.values():  # in the order in which they were made
        for shard in _parents_first(list(stream.shards.values())):
            for record in shard.records:
                _replay(replayed, record.wire)
    assert replayed == {one["id"]["S"]: one for one in fake.items(TABLE)}


def _take(fake: FakeDynamoDB, step: str, name: str, value: int) -> None:
    if step == "put":
        fake.put(TABLE, item(name, v=str(value)))
    elif step == "delete":
        fake.delete(TABLE, item(name))
    elif step == "expire":
        fake.expire(TABLE, item(name))
    elif step == "split":
        fake.split(TABLE)
    elif step == "roll":
        fake.roll(TABLE)
    else:
        fake.recreate_stream(TABLE)


def _parents_first(shards: list[Shard]) -> list[Shard]:
    ordered: list[Shard] = []
    while len(ordered) < len(shards):
        done = {None, *(shard.shard_id for shard in ordered)}
        ordered += [s for s in shards if s not in ordered and s.parent_id in done]
    return ordered


def _replay(items: dict[str, dict[str, Any]], wire: dict[str, Any]) -> None:
    told = wire["dynamodb"]
    name = told["Keys"]["id"]["S"]
    assert told.get("OldImage") == items.get(name), "each record follows on the one before"
    if wire["eventName"] == "REMOVE":
        del items[name]
    else:
        items[name] = told["NewImage"]
