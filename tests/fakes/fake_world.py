"""Tables and readers for the tests of the fake: everything through botocore clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws import Source, client
from tests.fakes.dynamodb import FakeClock, FakeDynamoDB

TABLE = "Notes"
REGION = "ap-northeast-1"


def text(value: str) -> dict[str, str]:
    return {"S": value}


def item(name: str, **attributes: str) -> dict[str, Any]:
    """An item with text attributes."""
    return {"id": text(name), **{key: text(value) for key, value in attributes.items()}}


def code_of(error: Any) -> str:
    """The code of a raised ClientError (pytest's ExceptionInfo)."""
    assert isinstance(error.value, ClientError)
    return str(error.value.response["Error"]["Code"])


def definition(view_type: str | None = "NEW_AND_OLD_IMAGES", name: str = TABLE) -> dict[str, Any]:
    made: dict[str, Any] = {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if view_type is not None:
        made["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view_type}
    return made


@dataclass
class Clients:
    """botocore clients of an endpoint that try nothing again by themselves."""

    endpoint: str
    dynamodb: Any = field(init=False)
    streams: Any = field(init=False)

    def __post_init__(self) -> None:
        source = Source(REGION, self.endpoint)
        once = {"retries": {"mode": "standard", "total_max_attempts": 1}}
        self.dynamodb = client("dynamodb", source, **once)
        self.streams = client("dynamodbstreams", source, **once)

    def close(self) -> None:
        self.dynamodb.close()
        self.streams.close()

    def put(self, *items: dict[str, Any]) -> None:
        for one in items:
            self.dynamodb.put_item(TableName=TABLE, Item=one)

    def delete(self, *names: str) -> None:
        for name in names:
            self.dynamodb.delete_item(TableName=TABLE, Key={"id": text(name)})

    def switch_stream(self, view_type: str | None) -> str:
        """Enable with a view type, or disable (None); the ARN of the newest stream."""
        wanted: dict[str, Any] = {"StreamEnabled": view_type is not None}
        if view_type is not None:
            wanted["StreamViewType"] = view_type
        self.dynamodb.update_table(TableName=TABLE, StreamSpecification=wanted)
        return self.arn()

    def table(self) -> dict[str, Any]:
        described: dict[str, Any] = self.dynamodb.describe_table(TableName=TABLE)["Table"]
        return described

    def arn(self) -> str:
        return str(self.table()["LatestStreamArn"])

    def describe(self, arn: str | None = None, **more: Any) -> dict[str, Any]:
        answer = self.streams.describe_stream(StreamArn=arn or self.arn(), **more)
        described: dict[str, Any] = answer["StreamDescription"]
        return described

    def shards(self, arn: str | None = None, **more: Any) -> list[dict[str, Any]]:
        """One page of the listing."""
        shown: list[dict[str, Any]] = self.describe(arn, **more)["Shards"]
        return shown

    def iterator(
        self,
        shard_id: str,
        kind: str = "TRIM_HORIZON",
        sequence: str | None = None,
        arn: str | None = None,
    ) -> str:
        more = {} if sequence is None else {"SequenceNumber": sequence}
        answer = self.streams.get_shard_iterator(
            StreamArn=arn or self.arn(), ShardId=shard_id, ShardIteratorType=kind, **more
        )
        return str(answer["ShardIterator"])

    def page(self, iterator: str, limit: int = 1000) -> tuple[list[dict[str, Any]], str | None]:
        """Records, and the iterator behind them."""
        answer = self.streams.get_records(ShardIterator=iterator, Limit=limit)
        return answer["Records"], answer.get("NextShardIterator")

    def records(self, shard_id: str, arn: str | None = None) -> list[dict[str, Any]]:
        """All of a shard, up to its end or to a page without records."""
        found: list[dict[str, Any]] = []
        iterator: str | None = self.iterator(shard_id, arn=arn)
        while iterator is not None:
            page, iterator = self.page(iterator)
            found += page
            if not page:
                break
        return found

    def all_records(self, arn: str | None = None) -> list[dict[str, Any]]:
        """Of every listed shard, parents first."""
        shards = {shard["ShardId"]: shard for shard in self.shards(arn)}
        ordered: list[str] = []
        while len(ordered) < len(shards):
            ordered += [
                shard_id
                for shard_id, shard in shards.items()
                if shard_id not in ordered
                and (shard.get("ParentShardId") in (None, *ordered)
                     or shard["ParentShardId"] not in shards)
            ]  # fmt: skip
        return [record for shard_id in ordered for record in self.records(shard_id, arn)]


@dataclass
class World(Clients):
    """Clients of a fake, and the fake itself."""

    fake: FakeDynamoDB
    clock: FakeClock

    def only_shard(self) -> str:
        [shard] = self.shards()
        return str(shard["ShardId"])


def sequences(records: list[dict[str, Any]]) -> list[int]:
    return [int(record["dynamodb"]["SequenceNumber"]) for record in records]


def told(record: dict[str, Any]) -> tuple[str, str]:
    """(event, the value of the key)."""
    return record["eventName"], record["dynamodb"]["Keys"]["id"]["S"]
