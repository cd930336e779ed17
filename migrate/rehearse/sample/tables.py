"""Puts a sample into an emulator's tables, once: the same sample is never written twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from migrate.aws import translated
from migrate.errors import AskOperatorError, RetryLaterError
from migrate.rehearse.sample.definitions import marker_table, sample_tables, table_name
from migrate.rehearse.sample.generate import GENERATOR_VERSION, generate
from migrate.rehearse.sample.layout import MODELS
from migrate.rehearse.sample.marker import Marker
from migrate.rehearse.sample.write import write_all

_TABLE_SECONDS_MAX = 60.0
_POLL_SECONDS = 0.05


def seed(
    client: Any,
    api_id: str,
    environment: str,
    items: int,
    seed: int,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Make sure that the tables `<Model>-<api_id>-<environment>` hold exactly this sample.

    `client` is a low-level DynamoDB client of an emulator. A complete sample with the same items,
    seed and generator is left alone; another or an unfinished one is dropped and made anew.
    Tables of these names without a marker are somebody's data: AskOperatorError.
    `on_progress` is told the number of items written so far.
    """
    _refuse_aws(client)
    with translated("the sample's tables"):
        wanted = Marker(items, seed, GENERATOR_VERSION, complete=True)
        marker = marker_table(api_id, environment)["TableName"]
        if _stands_already(client, api_id, environment, wanted):
            return
        Marker(items, seed, GENERATOR_VERSION, complete=False).store(client, marker)
        _make_tables(client, api_id, environment)
        names = {model: table_name(model, api_id, environment) for model in MODELS}
        requests = ((names[model], item) for model, item in generate(items, seed))
        write_all(client, requests, on_progress)
        wanted.store(client, marker)


def _refuse_aws(client: Any) -> None:
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
        raise AskOperatorError(
            "a sample is written to an emulator only, and this endpoint is AWS itself",
            "set AWS_ENDPOINT_URL_DYNAMODB to the emulator",
        )


def _stands_already(client: Any, api_id: str, environment: str, wanted: Marker) -> bool:
    """Whether the wanted sample is there. Makes the marker table where there is none."""
    existing = _existing_tables(client)
    marker = marker_table(api_id, environment)
    if marker["TableName"] in existing:
        return Marker.read(client, marker["TableName"]) == wanted
    names = [table["TableName"] for table in sample_tables(api_id, environment)]
    strange = sorted(existing.intersection(names))
    if strange:
        raise AskOperatorError(
            f"{strange[0]} exists, and no sample of ours made it ({len(strange)} such tables)",
            "choose another api_id or environment in the profile, or drop these tables yourself",
        )
    client.create_table(**marker)
    _wait_until(client, marker["TableName"], "ACTIVE")
    return False


def _make_tables(client: Any, api_id: str, environment: str) -> None:
    """Drop what an earlier sample left, then create every table empty."""
    tables = sample_tables(api_id, environment)
    existing = _existing_tables(client)
    leftover = [table["TableName"] for table in tables if table["TableName"] in existing]
    for name in leftover:
        client.delete_table(TableName=name)
    for name in leftover:
        _wait_until(client, name, None)
    for table in tables:
        client.create_table(**table)
    for table in tables:
        _wait_until(client, table["TableName"], "ACTIVE")


def _existing_tables(client: Any) -> set[str]:
    pages = client.get_paginator("list_tables").paginate()
    return {name for page in pages for name in page["TableNames"]}


def _wait_until(client: Any, name: str, status: str | None) -> None:
    """Wait for a table's status; None: until it is gone."""
    deadline = time.monotonic() + _TABLE_SECONDS_MAX
    while _status(client, name) != status:
        if time.monotonic() > deadline:
            raise RetryLaterError(f"{name} did not become {status or 'absent'} in time")
        time.sleep(_POLL_SECONDS)


def _status(client: Any, name: str) -> str | None:
    try:
        return str(client.describe_table(TableName=name)["Table"]["TableStatus"])
    except client.exceptions.ResourceNotFoundException:
        return None


def mark_changed(client: Any, api_id: str, environment: str, items: int, seed: int) -> None:
    """From now on somebody changes the sample: the next one who wants it makes it anew."""
    _refuse_aws(client)
    with translated("the sample's tables"):
        table = marker_table(api_id, environment)["TableName"]
        Marker(items, seed, GENERATOR_VERSION, complete=False).store(client, table)
