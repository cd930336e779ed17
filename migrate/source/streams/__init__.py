"""The stream source: a table's stream, its shards, and the changes that they hold."""

from migrate.source.streams.client import streams_client
from migrate.source.streams.listing import (
    ListedShard,
    Listing,
    TableStream,
    children_of,
    list_shards,
    table_stream,
)
from migrate.source.streams.records import Record, RecordPage, page_of
from migrate.source.streams.shard import (
    Answer,
    GoneError,
    HorizonError,
    ShardReader,
    TrimmedError,
)

__all__ = [
    "Answer",
    "GoneError",
    "HorizonError",
    "ListedShard",
    "Listing",
    "Record",
    "RecordPage",
    "ShardReader",
    "TableStream",
    "TrimmedError",
    "children_of",
    "list_shards",
    "page_of",
    "streams_client",
    "table_stream",
]
