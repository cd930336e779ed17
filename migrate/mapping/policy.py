"""Policies of a mapping that say more than one word."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from migrate.mapping.part import Part


class KeepFirst(Part):
    """`keep-first-by COLUMN`: of rows that share a unique value, the least COLUMN stays."""

    column: str


class OwnsWhere(Part):
    """Only rows that meet this SQL condition are the mapping's own."""

    where: str = Field(min_length=1)


def _duplicates(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("keep-first-by "):
        return KeepFirst(column=value.removeprefix("keep-first-by ").strip())
    if value != "reject-all" and not isinstance(value, KeepFirst):
        raise ValueError("duplicates is reject-all, or keep-first-by COLUMN")
    return value


def _owns(value: Any) -> Any:
    if isinstance(value, dict):
        return OwnsWhere.model_validate(value)
    if value != "table" and not isinstance(value, OwnsWhere):
        raise ValueError("owns is table, or {where: SQL}")
    return value


Duplicates = Annotated[
    Literal["reject-all"] | KeepFirst,
    BeforeValidator(_duplicates),
    WithJsonSchema(
        {"anyOf": [{"const": "reject-all"}, {"type": "string", "pattern": "^keep-first-by "}]}
    ),
]
Owns = Annotated[Literal["table"] | OwnsWhere, BeforeValidator(_owns)]
