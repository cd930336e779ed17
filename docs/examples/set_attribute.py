"""Changes one text attribute of one item in the embedded emulator of the local profile.

`python docs/examples/set_attribute.py User 43c6d368-f408-42a7-9b34-ba8fc8d90782 status ACTIVE`
"""

from __future__ import annotations

import click

from migrate.aws import Source, client
from migrate.rehearse.environment import STACK_FOLDER
from migrate.rehearse.profile import load_profile
from migrate.rehearse.stack.stack import local_stack


@click.command()
@click.argument("model")
@click.argument("item_id")
@click.argument("attribute")
@click.argument("value")
def main(model: str, item_id: str, attribute: str, value: str) -> None:
    """Set ATTRIBUTE of the item with id ITEM_ID to the text VALUE."""
    source = load_profile("local").source
    with local_stack(STACK_FOLDER, need_source=True, need_target=False) as stack:
        dynamodb = client("dynamodb", Source(source.region, stack.dynamodb_endpoint))
        dynamodb.update_item(
            TableName=f"{model}-{source.api_id}-{source.environment}",
            Key={"id": {"S": item_id}},
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": attribute},
            ExpressionAttributeValues={":value": {"S": value}},
        )


if __name__ == "__main__":
    main()
