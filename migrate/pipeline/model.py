"""One mapping with everything that maps its items and finds their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate.item.refusal import Refusal
from migrate.mapping.compile import MappedItem, RowFunction
from migrate.mapping.locate import Locator
from migrate.mapping.spec import Mapping


@dataclass(slots=True)
class Model:
    """A mapping, compiled."""

    mapping: Mapping
    function: RowFunction = field(init=False)
    locator: Locator = field(init=False)

    def __post_init__(self) -> None:
        self.function = RowFunction(self.mapping)
        self.locator = Locator(self.mapping)

    def mapped(self, item: dict[str, Any]) -> MappedItem | None:
        """The item's rows, or None when it makes none (any more)."""
        try:
            mapped = self.function(item)
        except Refusal:
            return None
        return mapped if isinstance(mapped, MappedItem) else None
