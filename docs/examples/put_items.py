"""Puts items of a file into the embedded emulator, in tables made as the mappings say.

`python docs/examples/put_items.py PROFILE MAPPINGS ITEMS`. Each line of ITEMS is one JSON object,
`{"model": "Post", "item": {"id": {"S": "..."}}}`. All keys are text here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from migrate.aws import Source, client
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping
from migrate.rehearse.environment import STACK_FOLDER
from migrate.rehearse.profile import load_profile
from migrate.rehearse.stack.stack import local_stack


@click.command()
@click.argument("profile")
@click.argument("mappings", type=click.Path(path_type=Path))
@click.argument("items", type=click.Path(path_type=Path, exists=True))
def main(profile: str, mappings: Path, items: Path) -> None:
    """Create the tables that are missing, and put the items."""
    source = load_profile(profile).source
    lines = [json.loads(line) for line in items.read_text(encoding="utf-8").splitlines()]
    with local_stack(STACK_FOLDER, need_source=True, need_target=False) as stack:
        dynamodb = client("dynamodb", Source(source.region, stack.dynamodb_endpoint))
        there = dynamodb.list_tables()["TableNames"]
        for mapping in load_mappings(mappings):
            name = f"{mapping.model}-{source.api_id}-{source.environment}"
            if name not in there:
                create(dynamodb, name, mapping)
        for line in lines:
            name = f"{line['model']}-{source.api_id}-{source.environment}"
            dynamodb.put_item(TableName=name, Item=line["item"])
    click.echo(f"{len(lines)} items")


def create(dynamodb: Any, name: str, mapping: Mapping) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": key, "KeyType": kind}
            for key, kind in zip(mapping.source.key, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": "S"} for key in mapping.source.key
        ],
        BillingMode="PAY_PER_REQUEST",
    )


if __name__ == "__main__":
    main()
