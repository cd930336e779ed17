"""The source tables of an environment: their names, keys, sizes and streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.aws import translated
from migrate.errors import FixInputError
from migrate.mapping.spec import Mapping


@dataclass(frozen=True, slots=True)
class SourceTable:
    """What DescribeTable says. `items_estimate` and `bytes_estimate` are about six hours old on
    AWS; `stream_view` is None when the stream is off."""

    name: str
    table_id: str
    arn: str
    key: tuple[str, ...]
    items_estimate: int
    bytes_estimate: int
    stream_view: str | None


def table_name(model: str, api_id: str, environment: str) -> str:
    """Amplify's name of a model's table: `<Model>-<apiId>-<env>`."""
    return f"{model}-{api_id}-{environment}"


def describe(client: Any, name: str) -> SourceTable:
    """Raises FixInputError when the table is missing, RetryLaterError when AWS is."""
    with translated(f"table {name}"):
        return source_table(name, client.describe_table(TableName=name)["Table"])


def source_table(name: str, table: dict[str, Any]) -> SourceTable:
    """The table of DescribeTable's answer."""
    schema = sorted(table["KeySchema"], key=lambda entry: entry["KeyType"])  # HASH before RANGE
    stream = table.get("StreamSpecification", {})
    return SourceTable(
        name=name,
        # DynamoDB Local gives no id; a table made anew has another time.
        table_id=table.get("TableId") or table["CreationDateTime"].isoformat(),
        arn=table["TableArn"],
        key=tuple(entry["AttributeName"] for entry in schema),
        items_estimate=table.get("ItemCount", 0),
        bytes_estimate=table.get("TableSizeBytes", 0),
        stream_view=stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
    )


def check_key(mapping: Mapping, table: SourceTable) -> None:
    """The table description wins over what a mapping assumes. Raises FixInputError."""
    if mapping.source.key != table.key:
        raise FixInputError(
            f"{mapping.model}: the mapping says key {list(mapping.source.key)}, "
            f"but table {table.name} has {list(table.key)}",
            f"write source.key: {list(table.key)}",
        )
