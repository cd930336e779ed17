"""Client CPU to scan a table and parse its items: `python -m benchmarks.bulk_client`.

Both end with each item as a Python dictionary in typed JSON. Imports, the client and its first
request are not counted.
"""

from __future__ import annotations

import json
import time
from typing import Any

import click

from migrate.aws import Source, client
from migrate.source.scan import scan_client, scan_segment


def ours(source: Source, table: str) -> int:
    """Our scan, and each raw item decoded."""
    import orjson

    reader = scan_client(source)
    reader.describe_table(TableName=table)
    _clock.start()
    return sum(
        len([orjson.loads(raw) for raw in page.items])
        for page in scan_segment(reader, table, 0, 1, consistent=False)
    )


def boto3s(source: Source, table: str) -> int:
    """boto3's client and parser, as they are."""
    reader = client("dynamodb", source)
    reader.describe_table(TableName=table)
    _clock.start()
    count, request = 0, dict[str, Any]()
    while True:
        answer = reader.scan(TableName=table, **request)
        count += len(answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return count
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


class _Clock:
    began = 0.0

    def start(self) -> None:
        self.began = time.process_time()

    def seconds(self) -> float:
        return time.process_time() - self.began


_clock = _Clock()


@click.command()
@click.option("--endpoint", required=True)
@click.option("--region", required=True)
@click.option("--source", required=True)
@click.option("--parser", type=click.Choice(["ours", "boto3"]), required=True)
def main(endpoint: str, region: str, source: str, parser: str) -> None:
    """Print {items, cpu_seconds} as JSON."""
    count = {"ours": ours, "boto3": boto3s}[parser](Source(region, endpoint), source)
    click.echo(json.dumps({"items": count, "cpu_seconds": _clock.seconds()}))


if __name__ == "__main__":
    main()
