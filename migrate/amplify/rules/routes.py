"""Conversation routes (Gen 2): tables that no model describes."""

from __future__ import annotations

from migrate.amplify.rules.casing import upper_first
from migrate.amplify.rules.reading import Reading


def conversation_tables(route: str) -> tuple[str, str]:
    """The names, in front of `-<apiId>-<env>`, of a route's two tables."""
    return f"Conversation{upper_first(route)}", f"ConversationMessage{upper_first(route)}"


def read_routes(reading: Reading) -> None:
    for type_ in reading.schema.types.values():
        for field in type_.fields.values():
            directive = field.directive("conversation")
            if directive is not None:
                tables = " and ".join(conversation_tables(field.name))
                message = f"the conversation route {field.name} keeps its rows in {tables}"
                reading.find("conversation-tables", field.place, message, field.name)
