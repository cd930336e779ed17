"""The names of items and elements: as the ledger writes them, and as a report shows them."""

from __future__ import annotations

import json
from typing import Any

from migrate.mapping.disclosure import shown_key
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.validate.conditions import Attributes
from migrate.validate.reader import BrokenLine, Item
from migrate.validate.structured import base64_text

# The ledger's name for every line that holds no item. Such lines are told apart by nothing; that
# all of them are rejected, not one of several, shows in the accounting.
_NO_KEY = "{}"


def key_text(mapping: Mapping, item: Item) -> str:
    """The item's key as the ledger writes it."""
    if isinstance(item, BrokenLine):
        return _NO_KEY
    return item_key_text(mapping, _key(mapping, item))


def key_shown(mapping: Mapping, item: Item) -> dict[str, str]:
    """The item's key as attribute name to plain text, empty where an attribute is absent; of a
    broken line, its place."""
    if isinstance(item, BrokenLine):
        return {"file": item.file, "line": str(item.line)}
    text = key_text(mapping, item)
    if shown_key(mapping, text) != text:
        return dict.fromkeys(mapping.source.key, shown_key(mapping, text))
    return {
        name: str(next(iter(attribute.values()), "")) if isinstance(attribute, dict) else ""
        for name, attribute in _key(mapping, item).items()
    }


def _key(mapping: Mapping, item: Attributes) -> dict[str, Any]:
    """The key attributes that the item has; B values as base64 text, as in an export."""
    return {name: _plain(item[name]) for name in mapping.source.key if name in item}


def _plain(attribute: Any) -> Any:
    if not isinstance(attribute, dict):
        return attribute  # the item is refused, but has to be found under its reject's key
    return {
        kind: base64_text(value) if isinstance(value, bytes) else value
        for kind, value in attribute.items()
    }


def source_text(
    model: str, item_key: str, list_name: str | None = None, position: int | None = None
) -> str:
    """One text for an item, or for an element of it."""
    return json.dumps([model, item_key, list_name, position], ensure_ascii=False)
