"""What many would write first: boto3, a data frame, to_sql. `python -m benchmarks.bulk_pandas`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import boto3
import click
import pandas as pd
import sqlalchemy

TABLE = "by_pandas"


def _plain(value: Any) -> Any:
    """What a column of a data frame can hold."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict | list | set):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


@click.command()
@click.option("--endpoint", required=True)
@click.option("--region", required=True)
@click.option("--source", required=True)
@click.option("--url", required=True)
def main(endpoint: str, region: str, source: str, url: str) -> None:
    """Copy a table, replacing what is there; print the number of rows."""
    table = boto3.resource(
        "dynamodb", region_name=region, endpoint_url=endpoint,
        aws_access_key_id="local", aws_secret_access_key="local",
    ).Table(source)  # fmt: skip
    rows: list[dict[str, Any]] = []
    request: dict[str, Any] = {}
    while True:
        answer = table.scan(**request)
        rows += [{name: _plain(value) for name, value in one.items()} for one in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            break
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    pd.DataFrame(rows).to_sql(TABLE, engine, if_exists="replace", index=False, chunksize=10_000)
    click.echo(len(rows))


if __name__ == "__main__":
    main()
