"""DynamoDB Local with one table of chat messages, for the lines that scan."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.data.dataset import API_ID, ENVIRONMENT, REGION
from benchmarks.data.messages import MODEL, messages
from migrate.aws import Source, client
from migrate.rehearse.sample.definitions import table_name
from migrate.rehearse.sample.write import write_all
from tests import dynamodb_local


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the table is."""

    url: str
    table: str


@contextmanager
def filled_endpoint(cache: Path, items: int, seed: int) -> Iterator[Endpoint]:
    """The server while the block lasts. Raises dynamodb_local.UnavailableError."""
    with (
        tempfile.TemporaryDirectory() as folder,
        dynamodb_local.running(Path(folder) / "server", cache) as url,
    ):
        table = table_name(MODEL, API_ID, ENVIRONMENT)
        _fill(url, table, items, seed)
        yield Endpoint(url, table)


def _fill(url: str, table: str, items: int, seed: int) -> None:
    dynamodb = client("dynamodb", Source(REGION, url), max_pool_connections=16)
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    write_all(dynamodb, ((table, orjson.loads(item)) for item in messages(items, seed)))
    dynamodb.close()
