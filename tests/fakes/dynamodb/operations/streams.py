"""Operations on streams: listing them and their shards, and reading records."""

from __future__ import annotations

from typing import Any

from tests.fakes.dynamodb.errors import ApiError, expired_iterator, invalid, not_found, trimmed
from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.knobs import Knobs
from tests.fakes.dynamodb.operations.iterators import ShardIterator
from tests.fakes.dynamodb.operations.operation import limit_of, operation
from tests.fakes.dynamodb.record import Record
from tests.fakes.dynamodb.shard import Shard
from tests.fakes.dynamodb.stream import Stream

_PAGE_MAX = 100
_RECORDS_MAX = 1000


def _list(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    fake.tidy()
    start = request.get("ExclusiveStartStreamArn", "")
    limit = limit_of(request, _PAGE_MAX, _PAGE_MAX)
    found = [
        {
            "StreamArn": arn,
            "StreamLabel": stream.identity.label,
            "TableName": stream.identity.table_name,
        }
        for arn, stream in sorted(fake.streams.items())
        if arn > start and request.get("TableName") in (None, stream.identity.table_name)
    ]
    answer: dict[str, Any] = {"Streams": found[:limit]}
    if len(found) > limit:
        answer["LastEvaluatedStreamArn"] = found[limit - 1]["StreamArn"]
    return answer


def _describe(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    stream = _stream(fake, request["StreamArn"])
    shards = _listed(fake.knobs, stream, request.get("ShardFilter"))
    limit = min(limit_of(request, _PAGE_MAX, _PAGE_MAX), fake.knobs.shards_page_max)
    start = request.get("ExclusiveStartShardId", "")
    rest = [shown for shown in shards if shown["ShardId"] > start]
    described: dict[str, Any] = {
        "StreamArn": stream.arn,
        "StreamLabel": stream.identity.label,
        "StreamStatus": "ENABLED" if stream.is_enabled else "DISABLED",
        "StreamViewType": stream.identity.view_type,
        "CreationRequestDateTime": stream.identity.created_at.timestamp(),
        "TableName": stream.identity.table_name,
        "KeySchema": stream.identity.key_schema,
        "Shards": rest[:limit],
    }
    if len(rest) > limit:
        described["LastEvaluatedShardId"] = rest[limit - 1]["ShardId"]
    return {"StreamDescription": described}


def _listed(
    knobs: Knobs, stream: Stream, shard_filter: dict[str, str] | None
) -> list[dict[str, Any]]:
    """What this listing shows, in the order of the ids; not always the truth."""
    if shard_filter is not None and knobs.child_shards_filter == "refused":
        raise invalid("Unknown parameter: ShardFilter")
    if shard_filter is not None and set(shard_filter) != {"Type", "ShardId"}:
        raise invalid("ShardFilter needs Type and ShardId")
    if shard_filter is not None and shard_filter["Type"] != "CHILD_SHARDS":
        raise invalid(f"ShardFilter does not know the type {shard_filter['Type']}")
    listed = [shard.listed() for _, shard in sorted(stream.shards.items())]
    shown = [shard for shard in listed if shard is not None]
    if shard_filter is None or knobs.child_shards_filter == "ignored":
        return shown
    return [shard for shard in shown if shard.get("ParentShardId") == shard_filter["ShardId"]]


def _get_iterator(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    stream = _stream(fake, request["StreamArn"])
    shard = _shard(stream, request["ShardId"])
    after = _position(fake.knobs, shard, request)
    iterator = ShardIterator(stream.arn, shard.shard_id, after, fake.clock.now())
    return {"ShardIterator": iterator.text()}


def _position(knobs: Knobs, shard: Shard, request: dict[str, Any]) -> int:
    """The number behind which the iterator reads."""
    kind, given = request["ShardIteratorType"], request.get("SequenceNumber")
    if kind in ("TRIM_HORIZON", "LATEST"):
        if given is not None:
            raise invalid(f"SequenceNumber does not go with {kind}")
        return shard.before_oldest if kind == "TRIM_HORIZON" else shard.numbers.before_next
    if kind not in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        raise invalid(f"ShardIteratorType {kind} does not exist")
    if given is None or not (given.isascii() and given.isdigit()):
        raise invalid(f"Invalid SequenceNumber: {given}")
    number, is_after = int(given), kind == "AFTER_SEQUENCE_NUMBER"
    if shard.trimmed_to is not None and number <= shard.trimmed_to:
        is_newest = number == shard.trimmed_to
        if not (knobs.serves_after_last_trimmed and is_after and is_newest):
            raise trimmed()
    if not shard.knows(number):
        raise invalid(f"Invalid SequenceNumber: {given} is not of {shard.shard_id}")
    return number if is_after else number - 1


def _get_records(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    iterator = ShardIterator.of(request["ShardIterator"])
    limit = min(limit_of(request, _RECORDS_MAX, _RECORDS_MAX), fake.knobs.records_page_max)
    now = fake.clock.now()
    if iterator.is_expired(now):
        raise expired_iterator()
    shard = _shard(_stream(fake, iterator.stream_arn), iterator.shard_id)
    _count_read(fake, shard)
    if shard.trimmed_to is not None and shard.trimmed_to > iterator.after:
        raise trimmed()
    if shard.empty_pages > 0:
        shard.empty_pages -= 1
        after = ShardIterator(iterator.stream_arn, shard.shard_id, iterator.after, now)
        return {"Records": [], "NextShardIterator": after.text()}
    page = _page(shard, iterator.after, limit, fake.knobs.records_page_bytes_max)
    position = page[-1].sequence if page else iterator.after
    answer: dict[str, Any] = {"Records": [record.wire for record in page]}
    ends = not shard.is_open and not shard.after(position, 1)
    if not ends or (page and fake.knobs.end_comes_alone):
        following = ShardIterator(iterator.stream_arn, shard.shard_id, position, now)
        answer["NextShardIterator"] = following.text()
    return answer


def _page(shard: Shard, after: int, limit: int, bytes_max: int) -> list[Record]:
    """At least one record, if there is one, and as many more as the size allows."""
    page: list[Record] = []
    size_bytes = 0
    for record in shard.after(after, limit):
        size_bytes += record.size_bytes
        if page and size_bytes > bytes_max:
            break
        page.append(record)
    return page


def _count_read(fake: FakeDynamoDB, shard: Shard) -> None:
    """Throttle what is too much for one shard in one second of the clock."""
    allowed = fake.knobs.reads_per_second_max
    second = int(fake.clock.now().timestamp())
    before = shard.reads[1] if shard.reads[0] == second else 0
    if allowed is not None and before >= allowed:
        raise ApiError(fake.knobs.reads_throttled_as, "Too many readers of one shard.")
    shard.reads = (second, before + 1)


def _stream(fake: FakeDynamoDB, arn: str) -> Stream:
    fake.tidy()
    if arn not in fake.streams:
        raise not_found(f"Requested resource not found: Stream: {arn} not found")
    return fake.streams[arn]


def _shard(stream: Stream, shard_id: str) -> Shard:
    if shard_id not in stream.shards:
        raise not_found(f"Requested resource not found: Shard does not exist: {shard_id}")
    return stream.shards[shard_id]


OPERATIONS = {
    "ListStreams": operation(_list, "", "TableName Limit ExclusiveStartStreamArn"),
    "DescribeStream": operation(_describe, "StreamArn", "Limit ExclusiveStartShardId ShardFilter"),
    "GetShardIterator": operation(
        _get_iterator, "StreamArn ShardId ShardIteratorType", "SequenceNumber"
    ),
    "GetRecords": operation(_get_records, "ShardIterator", "Limit"),
}
