"""What a column makes of an attribute that is absent, NULL or an empty text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.item.refusal import Refusal
from migrate.mapping.column import Column
from migrate.mapping.convert import Converter, converter


@dataclass(frozen=True, slots=True)
class Empties:
    """COPY text of each; None where it is a reject. `empty_counts`: an empty text is no value."""

    absent: str | None
    null: str | None
    empty: str | None
    empty_counts: bool

    @classmethod
    def of(cls, column: Column) -> Empties:
        """Asked of the one function that decides it."""
        convert = converter(column)
        return cls(
            _answer(convert, None),
            _answer(convert, {"NULL": True}),
            _answer(convert, {"S": ""}),
            column.on_empty != "keep",
        )


def _answer(convert: Converter, attribute: dict[str, Any] | None) -> str | None:
    try:
        return convert(attribute)
    except Refusal:
        return None
