"""Reading a shard: iterators, pages, ends, trimming and throttling."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.fake_world import TABLE, World, code_of, item, sequences

_DAY_SECONDS = 24 * 3600


def _put_some(world: World, count: int) -> list[str]:
    """Changes of one item; their sequence numbers."""
    for number in range(count):
        world.fake.put(TABLE, item("a", v=str(number)))
    [shard] = world.shards()
    return [r["dynamodb"]["SequenceNumber"] for r in world.records(shard["ShardId"])]


def test_iterators_start_where_they_say(world: World) -> None:
    numbers = _put_some(world, 5)
    shard = world.only_shard()

    def found(kind: str, sequence: str | None = None) -> list[str]:
        records, _ = world.page(world.iterator(shard, kind, sequence))
        return [record["dynamodb"]["SequenceNumber"] for record in records]

    assert found("TRIM_HORIZON") == numbers
    assert found("AT_SEQUENCE_NUMBER", numbers[2]) == numbers[2:]
    assert found("AFTER_SEQUENCE_NUMBER", numbers[2]) == numbers[3:]
    assert found("AFTER_SEQUENCE_NUMBER", numbers[4]) == []
    latest = world.iterator(shard, "LATEST")
    world.put(item("b"))
    records, _ = world.page(latest)
    assert [record["dynamodb"]["Keys"] for record in records] == [item("b")]


def test_latest_of_a_new_shard_misses_nothing_that_comes(world: World) -> None:
    latest = world.iterator(world.only_shard(), "LATEST")
    world.put(item("a"))
    assert len(world.page(latest)[0]) == 1


def test_after_the_starting_number_misses_the_first_record(world: World) -> None:
    world.put(item("a"), item("b"))
    [shard] = world.shards()
    start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    records, _ = world.page(world.iterator(shard["ShardId"], "AFTER_SEQUENCE_NUMBER", start))
    assert [record["dynamodb"]["Keys"] for record in records] == [item("b")]


def test_a_number_that_nobody_was_given_is_refused(world: World) -> None:
    numbers = _put_some(world, 3)
    shard = world.only_shard()
    for unknown in (str(int(numbers[1]) + 1), "9" * 40, "not-a-number-but-long-enough"):
        with pytest.raises(world.streams.exceptions.ClientError) as refused:
            world.iterator(shard, "AFTER_SEQUENCE_NUMBER", unknown)
        assert code_of(refused) == "ValidationException"


def test_an_iterator_dies_after_fifteen_minutes(world: World) -> None:
    _put_some(world, 2)
    iterator = world.iterator(world.only_shard())
    world.clock.advance(15 * 60 - 1)
    _, following = world.page(iterator, limit=1)
    assert following is not None
    world.clock.advance(1)
    with pytest.raises(world.streams.exceptions.ExpiredIteratorException):
        world.page(iterator)
    assert len(world.page(following)[0]) == 1, "the following one lives from its own answer on"


def test_a_page_has_at_most_a_thousand_records(world: World) -> None:
    for number in range(1001):
        world.fake.put(TABLE, item("a", v=str(number)))
    iterator = world.iterator(world.only_shard())
    records, following = world.page(iterator)
    assert len(records) == 1000
    assert following is not None
    assert len(world.page(following)[0]) == 1
    assert len(world.page(iterator, limit=7)[0]) == 7
    world.fake.knobs.records_page_max = 3
    assert len(world.page(iterator)[0]) == 3
    with pytest.raises(world.streams.exceptions.ClientError) as refused:
        world.page(iterator, limit=1001)
    assert code_of(refused) == "ValidationException"


def test_a_page_has_at_most_a_megabyte_and_at_least_one_record(world: World) -> None:
    for number in range(4):
        world.fake.put(TABLE, item(str(number), v="x" * 300_000))
    iterator = world.iterator(world.only_shard())
    assert len(world.page(iterator)[0]) == 3
    world.fake.knobs.records_page_bytes_max = 1000
    assert len(world.page(iterator)[0]) == 1


def test_an_empty_page_is_not_the_end(world: World) -> None:
    numbers = _put_some(world, 3)
    world.fake.roll(TABLE)
    parent = world.fake.shards(TABLE)[0]
    world.fake.empty_pages(TABLE, 2, parent.shard_id)
    iterator: str | None = world.iterator(parent.shard_id)
    pages = []
    while iterator is not None:
        page, iterator = world.page(iterator)
        pages.append(len(page))
    assert pages == [0, 0, len(numbers)]


@pytest.mark.parametrize("alone", [False, True])
def test_the_end_of_a_closed_shard_is_a_null_iterator(world: World, alone: bool) -> None:
    world.fake.knobs.end_comes_alone = alone
    _put_some(world, 4)
    shard = world.only_shard()
    _, open_end = world.page(world.iterator(shard))
    assert open_end is not None, "an open shard has no end"
    world.fake.split(TABLE)
    first, following = world.page(world.iterator(shard), limit=3)
    assert following is not None
    rest, end = world.page(following)
    assert (len(first), len(rest)) == (3, 1)
    if alone:
        assert end is not None
        rest, end = world.page(end)
        assert rest == []
    assert end is None
    assert world.page(open_end) == ([], None), "also for a reader that had waited there"


def test_records_are_trimmed_after_a_day(world: World) -> None:
    old = _put_some(world, 2)
    world.clock.advance(3600)
    world.put(item("new"))
    shard = world.only_shard()
    world.clock.advance(_DAY_SECONDS - 3601)
    assert len(world.records(shard)) == 3
    world.clock.advance(1)
    [left] = world.records(shard)
    assert left["dynamodb"]["Keys"] == item("new")
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        for number in old:
            with pytest.raises(world.streams.exceptions.TrimmedDataAccessException):
                world.iterator(shard, kind, number)


def test_after_the_newest_trimmed_record_nothing_is_lost_and_may_be_served(world: World) -> None:
    old = _put_some(world, 2)
    world.clock.advance(_DAY_SECONDS)
    world.put(item("new"))
    world.fake.knobs.serves_after_last_trimmed = True
    shard = world.only_shard()
    assert len(world.page(world.iterator(shard, "AFTER_SEQUENCE_NUMBER", old[1]))[0]) == 1
    with pytest.raises(world.streams.exceptions.TrimmedDataAccessException):
        world.iterator(shard, "AFTER_SEQUENCE_NUMBER", old[0])


@pytest.mark.parametrize("kind", ["TRIM_HORIZON", "AT_SEQUENCE_NUMBER"])
def test_records_can_be_trimmed_between_the_iterator_and_reading(world: World, kind: str) -> None:
    [number] = _put_some(world, 1)
    world.clock.advance(_DAY_SECONDS - 60)
    world.put(item("new"))
    shard = world.only_shard()
    sequence = number if kind == "AT_SEQUENCE_NUMBER" else None
    iterator = world.iterator(shard, kind, sequence)
    behind = world.iterator(shard, "AFTER_SEQUENCE_NUMBER", number)
    world.clock.advance(60)
    with pytest.raises(world.streams.exceptions.TrimmedDataAccessException):
        world.page(iterator)
    assert len(world.page(behind)[0]) == 1, "it had the trimmed record behind it"


def test_a_reader_of_a_silent_shard_never_loses_its_place(world: World) -> None:
    _put_some(world, 1)
    iterator: str | None = world.iterator(world.only_shard())
    for _ in range(150):
        world.clock.advance(600)
        assert iterator is not None
        _, iterator = world.page(iterator)
    world.put(item("b"))
    assert iterator is not None
    assert len(world.page(iterator)[0]) == 1


def test_trimming_may_come_late(world: World) -> None:
    world.fake.knobs.trims_late = True
    _put_some(world, 2)
    shard = world.only_shard()
    world.clock.advance(2 * _DAY_SECONDS)
    assert len(world.records(shard)) == 2
    iterator = world.iterator(shard)
    assert world.fake.trim() == 2
    with pytest.raises(world.streams.exceptions.TrimmedDataAccessException):
        world.page(iterator)
    assert world.records(shard) == []


def test_too_many_readers_of_one_shard_are_throttled(world: World) -> None:
    world.fake.knobs.reads_per_second_max = 2
    left, right = world.fake.split(TABLE)
    iterator = world.iterator(left)
    for _ in range(2):
        world.page(iterator)
    with pytest.raises(world.streams.exceptions.ClientError) as refused:
        world.page(iterator)
    assert code_of(refused) == "ProvisionedThroughputExceededException"
    world.page(world.iterator(right))
    world.fake.knobs.reads_throttled_as = "LimitExceededException"
    with pytest.raises(world.streams.exceptions.LimitExceededException):
        world.page(iterator)
    world.clock.advance(1)
    world.page(iterator)


def test_unknown_things_are_refused(world: World) -> None:
    arn = world.arn()
    calls: list[tuple[str, Any]] = [
        ("ResourceNotFoundException", lambda: world.describe(arn[:-1] + "x")),
        ("ResourceNotFoundException", lambda: world.iterator("shardId-000000000000000000000-0")),
        ("ValidationException", lambda: world.page("no-iterator")),
        ("ValidationException", lambda: world.page(f"{arn}|1|AAAA")),
        ("ValidationException", lambda: world.iterator(world.only_shard(), "AT_SEQUENCE_NUMBER")),
        ("ValidationException", lambda: world.describe(ShardFilter={"Type": "CHILD_SHARDS"})),
    ]
    for code, call in calls:
        with pytest.raises(world.streams.exceptions.ClientError) as refused:
            call()
        assert code_of(refused) == code


def test_numbers_as_text_would_lose_records(world: World) -> None:
    _put_some(world, 100)
    records = world.records(world.only_shard())
    assert sequences(records) == sorted(sequences(records))
