"""The client of DynamoDB Streams."""

from __future__ import annotations

import os
from typing import Any

from migrate.aws import Source, client_of
from migrate.source.raw_answers import raw_session

_VARIABLE = "AWS_ENDPOINT_URL_DYNAMODB_STREAMS"
_SERVICE = "dynamodbstreams"
_READ_SECONDS = 10
"""An answer holds 1 MB at most; whoever waits longer waits for a connection that is gone."""


def streams_client(source: Source, connections: int) -> Any:
    """A client whose GetRecords answers stay bytes, for so many requests at a time.

    An emulator serves streams where it serves tables. AWS has an endpoint of its own for them,
    which botocore knows; a private one is named by AWS_ENDPOINT_URL_DYNAMODB_STREAMS.
    """
    given = os.environ.get(_VARIABLE)
    endpoint = source.endpoint if not given else None if given == "aws" else given
    return client_of(
        raw_session(source.region, frozenset({"GetRecordsOutput"})),
        _SERVICE,
        Source(source.region, endpoint),
        ignore_configured_endpoint_urls=True,  # the one above was chosen for tables and streams
        max_pool_connections=connections,
        read_timeout=_READ_SECONDS,
        # The reader of a shard tries again itself: it slows that shard down, and says so.
        retries={"mode": "standard", "total_max_attempts": 1},
    )
