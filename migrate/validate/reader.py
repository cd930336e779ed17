"""Reads a table's items with boto3's own parser: nothing of the loader's scan is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate import aws
from migrate.validate.conditions import Attributes


def read_items(
    client: Any, table_name: str, segment: int, total_segments: int
) -> Iterator[list[Attributes]]:
    """Pages of one scan segment, consistently read, up to the page without LastEvaluatedKey.

    An empty page is not the end. Raises what `aws.translated` makes of botocore's errors.
    """
    request: dict[str, Any] = {
        "TableName": table_name,
        "ConsistentRead": True,
        "Segment": segment,
        "TotalSegments": total_segments,
    }
    while True:
        with aws.translated(f"table {table_name}"):
            page = client.scan(**request)
        yield page.get("Items", [])
        last_key = page.get("LastEvaluatedKey")
        if not last_key:
            return
        request["ExclusiveStartKey"] = last_key
