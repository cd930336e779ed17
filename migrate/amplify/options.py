"""What a person may choose about a conversion."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from migrate.errors import FixInputError

Ids = Literal["text", "uuid"]
CustomTypes = Literal["jsonb", "columns", "child"]
Lists = Literal["jsonb", "child"]

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")
_FORBIDDEN = {"migrate", "information_schema"}


@dataclass(frozen=True, slots=True)
class Options:
    """`schema` is the target's; `custom_types` how a nested type lies in the target, `lists` how a
    list of them does; `plural`: tables are named in the plural."""

    schema: str = "app"
    ids: Ids = "text"
    custom_types: CustomTypes = "jsonb"
    lists: Lists = "jsonb"
    plural: bool = True

    def __post_init__(self) -> None:
        if not _SCHEMA.match(self.schema):
            raise FixInputError(
                f"{self.schema!r} is not a plain schema name", "lower case, digits and _"
            )
        if self.schema in _FORBIDDEN or self.schema.startswith("pg_"):
            raise FixInputError(
                f"the schema {self.schema!r} is taken", "`migrate` is the ledger's; choose another"
            )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
