"""Puts items of a file into the embedded emulator, in tables made as the mappings say.

`python docs/examples/put_items.py PROFILE MAPPINGS ITEMS`. Each line of ITEMS is one JSON object,
`{"model": "Post", "item": {"id": {"S": "..."}}}`. All keys are text here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from migrate.aws import Source, client
from migrate.cli.failure import run
from migrate.errors import FixInputError
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping
from migrate.rehearse.environment import STACK_FOLDER
from migrate.rehearse.profile import load_profile
from migrate.rehearse.stack.stack import local_stack

Line = tuple[str, dict[str, Any]]
"""A model, and an item of it."""


@click.command()
@click.argument("profile")
@click.argument("mappings", type=click.Path(path_type=Path))
@click.argument("items", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def main(profile: str, mappings: Path, items: Path) -> None:
    """Create the tables that are missing, and put the items."""
    source = load_profile(profile).source
    by_model = {mapping.model: mapping for mapping in load_mappings(mappings)}
    lines = read_lines(items, by_model)
    with local_stack(STACK_FOLDER, need_source=True, need_target=False) as stack:
        dynamodb = client("dynamodb", Source(source.region, stack.dynamodb_endpoint))
        there = dynamodb.list_tables()["TableNames"]
        for mapping in by_model.values():
            name = f"{mapping.model}-{source.api_id}-{source.environment}"
            if name not in there:
                create(dynamodb, name, mapping)
        for number, (model, item) in enumerate(lines, 1):
            put(
                dynamodb, f"{model}-{source.api_id}-{source.environment}", item, f"{items}:{number}"
            )
    click.echo(f"{len(lines)} items")


def read_lines(path: Path, by_model: dict[str, Mapping]) -> list[Line]:
    """All lines are read before the first item is put. No message holds an item's values."""
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise FixInputError(f"{path} cannot be read as UTF-8 text") from None
    return [read_line(text, f"{path}:{n}", by_model) for n, text in enumerate(texts, 1)]


def read_line(text: str, where: str, by_model: dict[str, Mapping]) -> Line:
    hint = 'a line is {"model": "Post", "item": {"id": {"S": "..."}}}'
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise FixInputError(f"{where} is not JSON", hint) from None
    if not isinstance(line, dict) or not isinstance(line.get("item"), dict):
        raise FixInputError(f"{where} has no item", hint)
    model = line.get("model")
    if not isinstance(model, str) or model not in by_model:
        known = ", ".join(by_model)
        raise FixInputError(f"{where} names a model that no mapping has", f"models here: {known}")
    return model, line["item"]


def put(dynamodb: Any, table: str, item: dict[str, Any], where: str) -> None:
    from botocore.exceptions import ClientError, ParamValidationError

    try:
        dynamodb.put_item(TableName=table, Item=item)
    except (ClientError, ParamValidationError):
        hint = 'attributes are in typed JSON, {"S": "text"}, and the key is among them'
        raise FixInputError(f"{where} holds an item that DynamoDB refuses", hint) from None


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
    sys.exit(run(main))
