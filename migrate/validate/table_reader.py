"""Reads tables with boto3's own parser: nothing of the loader's scan is used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from migrate import aws
from migrate.validate.reader import Item, Opened, Part


@dataclass(frozen=True)
class TableReader:
    """`table_names`: DynamoDB table by model. `client` makes a client of DynamoDB; picklable."""

    table_names: dict[str, str]
    client: Callable[[], Any]

    @property
    def models(self) -> Collection[str]:
        return self.table_names.keys()

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        client = self.client()
        try:
            yield _Tables(client, self.table_names)
        finally:
            client.close()


class _Tables:
    def __init__(self, client: Any, table_names: dict[str, str]) -> None:
        self._client = client
        self._names = table_names

    def pages(self, part: Part) -> Iterator[list[Item]]:
        """A part is a segment of a parallel scan."""
        return read_items(self._client, self._names[part.model], part.number, part.total)


def read_items(
    client: Any, table_name: str, segment: int, total_segments: int
) -> Iterator[list[Item]]:
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
