"""Composite keys held against their parts: Amplify stores `status#createdAt` beside the two.

The value is made of the parts when the item is written; one that differs was written by something
else, or by a resolver that missed a part. Such an attribute is never the place to read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.item import profile_form
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.pipeline.inspect_refusals import Broken

_JOINT = "#"


@dataclass(slots=True)
class Composites:
    """By attribute: how many values differ from their parts, with the first keys."""

    different: dict[str, Broken] = field(default_factory=dict)

    def add(self, mapping: Mapping, names: Iterable[str], items: Sequence[dict[str, Any]]) -> None:
        """Compare in `items` those of `names` that are made of others."""
        for name in names:
            parts = name.split(_JOINT)
            if len(parts) < 2 or not all(parts):
                continue
            for item in items:
                if name in item and _differs(item, name, parts):
                    key = item_key_text(mapping, item)
                    self.different.setdefault(name, Broken()).add(key, rejects=False)

    def merge(self, other: Composites) -> None:
        for name, broken in other.different.items():
            self.different.setdefault(name, Broken()).merge(broken)


def _differs(item: dict[str, Any], name: str, parts: Sequence[str]) -> bool:
    """Whether the value can be compared, and is not what its parts make. Template text is a
    finding of its own."""
    found = _text(item[name])
    texts = [_text(item.get(part)) for part in parts]
    if found is None or None in texts or profile_form.form_of(found) == profile_form.TEMPLATE:
        return False
    return found != _JOINT.join(text for text in texts if text is not None)


def _text(attribute: Any) -> str | None:
    if not isinstance(attribute, dict):
        return None
    if isinstance(attribute.get("BOOL"), bool):
        return "true" if attribute["BOOL"] else "false"
    found = attribute.get("S", attribute.get("N"))
    return found if isinstance(found, str) else None
