"""Which stream a table has, and which shards a stream has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from migrate.aws import translated
from migrate.source.tables import SourceTable, source_table

_GONE = "ResourceNotFoundException"
_REFUSED = {"ValidationException", "UnknownParameterException", "SerializationException"}


@dataclass(frozen=True, slots=True)
class TableStream:
    """A table and the newest stream it has or had; `arn` is empty where there never was one.

    `view_type` is empty while it is off."""

    table: SourceTable
    arn: str
    label: str

    @property
    def view_type(self) -> str:
        return self.table.stream_view or ""

    @property
    def is_enabled(self) -> bool:
        return bool(self.arn and self.view_type)


@dataclass(frozen=True, slots=True)
class ListedShard:
    """A shard as a listing shows it, which may be late: closed ones may look open."""

    shard_id: str
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """All pages of DescribeStream. A stream that was switched off stays readable for a day."""

    arn: str
    is_enabled: bool
    shards: tuple[ListedShard, ...]

    @property
    def parents_first(self) -> Iterator[ListedShard]:
        """In an order in which every shard comes after its parent; ids promise no order."""
        by_id = {one.shard_id: one for one in self.shards}
        told: set[str] = set()
        for one in self.shards:
            line = []
            while one.shard_id not in told:
                told.add(one.shard_id)
                line.append(one)
                one = by_id.get(one.parent_id or "", one)
            yield from reversed(line)


def table_stream(client: Any, table: str) -> TableStream | None:
    """What DescribeTable says; None: there is no such table. `client` is one of DynamoDB."""
    from botocore.exceptions import ClientError

    with translated(f"table {table}"):
        try:
            described = client.describe_table(TableName=table)["Table"]
        except ClientError as error:
            if _code(error) == _GONE:
                return None
            raise
    found = source_table(table, described)
    return TableStream(
        found, described.get("LatestStreamArn") or "", described.get("LatestStreamLabel") or ""
    )


def list_shards(client: Any, arn: str) -> Listing | None:
    """All pages; None: the stream is gone, as it is a day after it was switched off."""
    from botocore.exceptions import ClientError

    shards: dict[str, ListedShard] = {}
    request = {"StreamArn": arn}
    with translated(f"stream {arn}"):
        while True:
            try:
                page = client.describe_stream(**request)["StreamDescription"]
            except ClientError as error:
                if _code(error) == _GONE:
                    return None
                raise
            shards |= {one["ShardId"]: _listed(one) for one in page.get("Shards", [])}
            following = page.get("LastEvaluatedShardId")
            if not following:
                return Listing(arn, page["StreamStatus"].startswith("ENABL"), (*shards.values(),))
            request["ExclusiveStartShardId"] = following


def children_of(client: Any, arn: str, shard_id: str) -> list[ListedShard] | None:
    """The children of a shard that has ended, perhaps not all of them yet; None: this endpoint, or
    this botocore, cannot be asked so, or the stream is gone."""
    from botocore.exceptions import ClientError, ParamValidationError

    wanted = {"Type": "CHILD_SHARDS", "ShardId": shard_id}
    with translated(f"stream {arn}"):
        try:
            page = client.describe_stream(StreamArn=arn, ShardFilter=wanted)["StreamDescription"]
        except ParamValidationError:
            return None
        except ClientError as error:
            if _code(error) == _GONE or _code(error) in _REFUSED:
                return None
            raise
    # An endpoint that ignores the filter answers the first page of all.
    found = [_listed(one) for one in page.get("Shards", [])]
    return [one for one in found if one.parent_id == shard_id]


def _listed(shard: dict[str, Any]) -> ListedShard:
    return ListedShard(shard["ShardId"], shard.get("ParentShardId") or None)


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
