"""What the verifier's reading of a value may come to: an attribute, or a rule that refuses it."""

from __future__ import annotations

from typing import Any

Attribute = dict[str, Any]
"""One DynamoDB attribute as boto3's low-level client gives it, such as `{"S": "..."}`."""


class Refused(Exception):  # noqa: N818 - a finding about an item, not an error of the program
    """A rule of the mapping language is broken. It never leaves `migrate.validate`."""

    def __init__(self, rule: str, table: str = "", column: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.table = table
        self.column = column


def stored(text: str) -> str:
    """`text` if PostgreSQL can hold it unchanged. Raises Refused."""
    if "\0" in text:
        raise Refused("nul-character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused("bad-unicode") from None
    return text
